// The snippets of the article "Flows".

import BullMQ

struct Clip: Codable, Sendable {
    var url: String
}

struct Film: Codable, Sendable {
    var title: String
    var length: Int
}

enum Films {
    static let fetch = JobType<Clip, String>("fetch_clip", defaults: JobOptions(attempts: 3))
    static let cut = JobType<Film, String>("cut_film")
    static let publish = JobType<Film, NoResult>("publish_film")
}

func addFlow(redis: Redis, film: Film, clips: [Clip]) async throws {
    let flows = try FlowProducer(redis: redis)
    let flow = try await flows.add(
        FlowNode(Films.publish, film, in: "publishing") {
            FlowNode(Films.cut, film, in: "cutting", onFailure: .failParent) {
                for clip in clips {
                    FlowNode(Films.fetch, clip, in: "fetching", onFailure: .ignore)
                }
            }
        })
    print("published by job \(flow.job.id), once \(flow.jobs.count - 1) others are done")
}

func join(_ files: [String]) async throws -> String { files.joined(separator: "+") }

let cutting = Handler(Films.cut) { job in
    let files = try await job.childrenValues(of: Films.fetch)
    for (child, reason) in try await job.ignoredChildrenFailures() {
        try await job.log("left out \(child): \(reason)")
    }
    return try await join(files.values.sorted())
}

func addSeveral(redis: Redis, films: [Film]) async throws {
    let flows = try FlowProducer(
        redis: redis,
        options: FlowProducerOptions(
            defaultJobOptions: ["cutting": JobOptions(attempts: 2, removeOnComplete: .keep(count: 100))]))
    try await flows.addBulk(
        films.map { film in
            FlowNode(Films.publish, film, in: "publishing", children: [FlowNode(Films.cut, film, in: "cutting")])
        })
}

func continueAtOnce(job: Job) async throws {
    let counts = try await job.dependencyCounts()
    if counts.ignored > 0, counts.unprocessed > 0 {
        try await job.removeUnprocessedChildren()
    }
}

func growing(flows: FlowProducer, cutting: Queue) -> Handler {
    Handler(Films.cut) { job in
        let files = try await job.childrenValues(of: Films.fetch)
        if files.isEmpty {
            let parent = cutting.reference(to: job)
            try await flows.addBulk(
                (1...3).map { part in
                    FlowNode(
                        Films.fetch, Clip(url: "\(job.payload.title)-\(part)"), in: "fetching",
                        // The same ids if this runs again after a crash, so that no clip is fetched twice.
                        options: JobOptions(jobID: "clip-\(job.id)-\(part)", parent: parent))
                })
            throw JobOutcome.waitForChildren
        }
        return try await join(files.values.sorted())
    }
}

func show(flows: FlowProducer, id: String) async throws {
    if let flow = try await flows.flow(id: id, queue: "publishing", depth: 3, maximumChildren: 50) {
        for job in flow.jobs {
            print(job.queueName, job.name, job.finishedOn == nil ? "open" : job.failedReason ?? "done")
        }
    }
}

func page(job: Job) async throws {
    var cursor: DependencyCursor? = .start
    while let from = cursor {
        let page = try await job.dependencies(.processed, from: from, count: 500)
        for child in page.children {
            if case .processed(let value) = child.outcome { print(child.key, value) }
        }
        cursor = page.next
    }
}

func list(queue: Queue, id: String) async throws {
    let listing = try await queue.dependencies(of: id, kind: .unprocessed, range: 0..<50)
    print("\(listing.total) open, among them:", listing.entries.compactMap { $0.job?.name })
}
