// Owns: lists of jobs by state, in pages, and searching them.
// Rule: one request looks at a bounded number of jobs, whatever it searches for.

import BullMQ
import FoundationEssentials

/// Which jobs of a state are meant.
struct JobFilter: Sendable {
    /// Text that the id, name, data or reason of failure contains, whatever its case; nil for all.
    private let text: String?
    /// Only jobs that finished before.
    private let finishedBefore: Date?

    init(text: String?, finishedBefore: Date? = nil) {
        self.text = text?.lowercased()
        self.finishedBefore = finishedBefore
    }

    var isEverything: Bool { text == nil && finishedBefore == nil }

    func matches(_ job: Job) -> Bool {
        if let finishedBefore, let finished = job.finishedOn, finished >= finishedBefore { return false }
        guard let text else { return true }
        return [job.id, job.name, job.data.text, job.failedReason ?? ""].contains { $0.lowercased().contains(text) }
    }
}

/// A part of the jobs in a state.
struct JobPage: Sendable {
    var jobs: [Job] = []
    /// How many jobs were looked at.
    var scanned = 0
    /// Whether there are jobs behind those looked at.
    var hasMore = false
}

extension Queue {
    /// The most jobs one request looks at.
    static let scanLimit = 5000

    /// Jobs from a position on, until enough are found.
    func page(
        of state: JobState, _ filter: JobFilter, from position: Int, limit: Int, order: JobOrder?
    ) async throws -> JobPage {
        var page = JobPage()
        while page.jobs.count < limit, page.scanned < Self.scanLimit {
            try Task.checkCancellation()
            let step = filter.isEverything ? limit - page.jobs.count : 200
            let start = position + page.scanned
            let jobs = try await self.jobs(in: [state], range: start..<(start + step + 1), order: order)
            for job in jobs.prefix(step) {
                page.scanned += 1
                if filter.matches(job) { page.jobs.append(job) }
                if page.jobs.count == limit { break }
            }
            page.hasMore = position + page.scanned < start + jobs.count
            if jobs.count <= step { break }
        }
        return page
    }
}

extension QueueDashboard {
    /// `GET jobs`: a page of a state's jobs, perhaps searched.
    func jobs(_ query: Query) async throws -> JSONValue {
        let queue = try queue(query.required("queue"))
        let state = try query.state()
        let position = try query.integer("cursor", in: Query.positions, default: 0)
        let limit = try query.integer("limit", in: 1...200, default: 50)
        let order: JobOrder? =
            switch query.text("order") {
            case "newest": .newestFirst
            case "oldest": .oldestFirst
            default: nil
            }
        let search = query.text("search")
        let counts = try await queue.counts()
        let page = try await queue.page(
            of: state, JobFilter(text: search), from: position, limit: limit, order: order)
        var answer: JSONObject = [
            "queue": .string(queue.name), "state": .string(state.rawValue), "counts": counts.json,
            "jobs": .array(page.jobs.map { $0.summary(state: state) }), "scanned": JSONValue(page.scanned),
        ]
        answer["next"] = page.hasMore ? JSONValue(position + page.scanned) : .null
        // An id is found in whatever state its job is.
        if position == 0, let search, let job = try await queue.job(search) {
            answer["exact"] = job.summary(state: try await queue.state(of: search))
        }
        return .object(answer)
    }
}
