// Owns: what the commands that only look show of workers, jobs, flows and queues.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("Looking from the command line", .live, .timeLimit(.minutes(3)))
struct InspectionCommandTests {
    @Test("shows the workers of a queue")
    func workers() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        try await queue.add(name: "x", options: JobOptions(delay: .seconds(3600)))
        let none = try await tool.run("workers", "mails")
        #expect(none.status == .exited(0) && none.output == ["No workers are connected to mails."])
        #expect(try await tool.run("workers", "mails", "--json").output == ["[]"])
        try await tool.withWorker("mails", WorkerOptions(name: "press-1")) { _ in
            .null
        } _: { _ in
            let worker = try await withDeadline(.seconds(30), waitingFor: "the worker to wait for a job") {
                while true {
                    if let worker = try await queue.workers().first { return worker }
                }
            }
            let id = try #require(worker.id)
            let address = try #require(worker.address)
            let text = try await tool.run("workers", "mails")
            #expect(text.status == .exited(0) && text.output.count == 2)
            let cells = try #require(text.output.last).split(separator: " ").map(String.init)
            #expect(Array(cells.prefix(3)) == [String(id), "press-1", address])
            let json = try await tool.run("workers", "mails", "--json").json
            #expect(json.arrayValue?.count == 1)
            #expect(json[0]?["id"] == .string(String(id)) && json[0]?["addr"] == .string(address))
        }
    }

    @Test("shows a job with all below it, and why it does not run")
    func flow() async throws {
        let tool = try await CommandLineTool()
        let flows = try FlowProducer(redis: tool.redis, options: FlowProducerOptions(prefix: tool.prefix))
        func node(_ id: String, _ queue: String, _ children: [FlowNode] = []) -> FlowNode {
            FlowNode(name: "make", in: queue, options: JobOptions(jobID: id), children: children)
        }
        try await flows.add(node("album", "albums", [node("cover", "images", [node("font", "files")])]))

        let text = try await tool.run("job", "albums", "album").output
        #expect(text.first == "make album of albums")
        #expect(text.contains("  state          waiting-children"))
        #expect(text.contains("  that is        it waits for 1 children: \(tool.prefix):images:cover"))
        #expect(
            text.suffix(3) == [
                "  children", "    └ make cover of images: waiting-children", "      └ make font of files: waiting",
            ])
        let json = try await tool.run("job", "albums", "album", "--json").json
        #expect(json["state"] == "waiting-children")
        #expect(json["explanation"]?.stringValue?.hasPrefix("job album is waiting-children: it waits for 1") == true)
        let cover = json["children"]?[0]
        #expect(cover?["id"] == "cover" && cover?["state"] == "waiting-children")
        #expect(cover?["children"]?[0]?["id"] == "font" && cover?["children"]?[0]?["children"] == nil)
        let font = try await tool.run("job", "files", "font").output
        #expect(font.contains("  parent         \(tool.prefix):images:cover"))

    }

    @Test("shows each child of a job with its own state")
    func children() async throws {
        let tool = try await CommandLineTool()
        let flows = try FlowProducer(redis: tool.redis, options: FlowProducerOptions(prefix: tool.prefix))
        let delays = [nil, Duration.seconds(3600), nil, .seconds(3600)]
        let children = delays.enumerated().map { index, delay in
            FlowNode(name: "track", in: "tracks", options: JobOptions(jobID: "t\(index)", delay: delay))
        }
        try await flows.add(
            FlowNode(name: "make", in: "albums", options: JobOptions(jobID: "album"), children: children))
        let text = try await tool.run("job", "albums", "album").output
        #expect(
            Set(text.suffix(4).map { $0.dropFirst(6) }) == [
                "track t0 of tracks: waiting", "track t1 of tracks: delayed", "track t2 of tracks: waiting",
                "track t3 of tracks: delayed",
            ])
        #expect(text.suffix(4).map { $0.dropFirst(4).first } == ["├", "├", "├", "└"])
        let json = try await tool.run("job", "albums", "album", "--json").json["children"]?.arrayValue ?? []
        let states = json.map { "\($0["id"]?.stringValue ?? "") \($0["state"]?.stringValue ?? "")" }
        #expect(states.sorted() == ["t0 waiting", "t1 delayed", "t2 waiting", "t3 delayed"])
    }

    @Test("explains a job of a paused queue, and one that is yet to be added")
    func explains() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let job = try await queue.add(name: "a")
        try await queue.pause()
        let text = try await tool.run("job", "mails", job.id).output
        #expect(text.contains("  that is        the queue is paused; no worker is connected"))
        #expect(
            try await tool.run("job", "mails", job.id, "--json").json["explanation"]
                == .string("job \(job.id) is waiting: the queue is paused; no worker is connected"))

        try await queue.resume()
        try await queue.remove(job.id)
        let (started, starts) = AsyncStream.makeStream(of: Void.self)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let options = JobOptions(deduplication: .keepLast(id: "report"))
        try await queue.add(name: "report", options: options)
        try await tool.withWorker("mails") { _ in
            starts.yield()
            for await _ in gate { break }
            return .null
        } _: { _ in
            for await _ in started { break }
            let next = JobOptions(jobID: "next", deduplication: .keepLast(id: "report"))
            try await queue.add(name: "report", options: next)
            let parked = try await tool.run("job", "mails", "next")
            #expect(parked.status == .exited(1) && parked.output.isEmpty)
            #expect(parked.errors.first?.contains("parked until the owner of deduplication id report") == true)
            opening.finish()
        }
    }

    @Test("shows counts and limits of several queues in the order asked for")
    func stats() async throws {
        let tool = try await CommandLineTool()
        let mails = try tool.queue("mails")
        try await mails.add(name: "a")
        try await mails.add(name: "b", options: JobOptions(priority: 2))
        try await mails.setGlobalConcurrency(4)
        try await mails.setGlobalRateLimit(RateLimit(max: 10, per: .seconds(1)))
        try await mails.pause()
        let many = (10..<40).map { "many-\($0)" }
        for name in many { try await tool.queue(name).add(name: "x") }

        let text = try await tool.run("stats", "many-11", "mails")
        #expect(text.status == .exited(0) && text.errors.isEmpty)
        #expect(text.output.count == 3 && text.output[1].hasPrefix("many-11 "))
        #expect(text.output[2].hasPrefix("mails ") && text.output[2].hasSuffix("paused, 4 at a time, 10 per 1s"))
        let json = try await tool.run("stats", "mails", "--json").json[0]
        #expect(json?["paused"] == true && json?["concurrency"] == 4)
        #expect(json?["rateLimit"]?["max"] == 10 && json?["counts"]?["prioritized"] == 1)

        let all = try await tool.run("stats", "--json").json
        #expect(all.arrayValue?.compactMap { $0["queue"]?.stringValue } == ["mails"] + many)
        let queues = try await tool.run("queues", "--json").json
        #expect(queues.arrayValue?.compactMap { $0["queue"]?.stringValue } == ["mails"] + many)
        #expect(queues[0]?["paused"] == true && queues[1]?["paused"] == false && queues[1]?["counts"]?["waiting"] == 1)
    }

    @Test("keeps looking at the counts and tells their pace, until interrupted")
    func watches() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        try await queue.add(name: "a")
        let watch = try await tool.start(["stats", "mails", "--watch", "--interval", "100ms", "--json"])
        func look(from start: Int, where predicate: @escaping @Sendable (JSONValue) -> Bool) async throws -> Int {
            try await withDeadline(.seconds(30), waitingFor: "a look at the queue") {
                try await watch.output.first(from: start) { line in
                    try JSONValue(parsing: line)[0].map(predicate) == true
                }.index
            }
        }
        #expect(try await look(from: 0) { $0["counts"]?["waiting"] == 1 && $0["addedPerSecond"] == nil } == 0)
        try await queue.addBulk((0..<3).map { _ in BulkJob(name: "b") })
        let second = try await look(from: 1) {
            $0["counts"]?["waiting"] == 4 && $0["addedPerSecond"]?.doubleValue ?? 0 > 0
        }
        let third = try await look(from: second + 1) {
            $0["counts"]?["waiting"] == 4 && $0["addedPerSecond"]?.doubleValue == 0
        }
        #expect(third == second + 1)
        watch.send(.interrupt)
        #expect(await watch.waitUntilEnd() == .signalled(.interrupt))
        #expect(try await tool.run("stats", "--interval", "1ms").status == .exited(64))
    }

    @Test("says that nobody has used a queue, in case its name is mistyped")
    func unknownQueue() async throws {
        let tool = try await CommandLineTool()
        let note = "Nobody has used a queue mials under the prefix \(tool.prefix) so far."
        let jobs = try await tool.run("jobs", "mials", "--json")
        #expect(jobs.status == .exited(0) && jobs.output == ["[]"] && jobs.errors == [note])
        #expect(try await tool.run("stats", "mials").errors == [note])
        #expect(
            try await tool.run("job", "mials", "1").errors == [note, "bullmq: There is no job 1 in mials."])
        try await tool.queue("mials").add(name: "a")
        #expect(try await tool.run("jobs", "mials").errors.isEmpty)
    }
}
