// Owns the short words of the cases: the two queues on which they play, and steps that come again and again.

import Witness

extension QueueCalls {
    /// The queue of most cases.
    static let a = QueueCalls("q:a")
    /// Another queue, of parents and children elsewhere.
    static let b = QueueCalls("q:b")

    /// A job's full key, as text.
    func job(_ id: String) -> String { prefix + id }

    /// This queue's job as a parent.
    func parent(_ id: String, _ policy: String? = nil) -> ParentReference { ParentReference(name, id, policy: policy) }
}

extension Scene {
    /// Makes calls, one by one.
    func play(_ calls: ScriptCall...) throws {
        for one in calls { try call(one) }
    }

    /// Takes the next job, which must be there.
    @discardableResult
    func take(_ queue: QueueCalls = .a, now: Int = QueueCalls.clock) throws -> String {
        let reply = try call(queue.moveToActive(now: now))
        guard let id = reply.takenJob else {
            try expect(false, "a job is handed out, not \(reply)")
            return ""
        }
        return id
    }

    /// Adds jobs with these custom ids and takes them.
    func activate(_ ids: String..., in queue: QueueCalls = .a) throws {
        for id in ids { try call(queue.addStandardJob(id: id)) }
        for _ in ids { try take(queue) }
    }

    /// Puts `paused` or a concurrency into the queue's settings.
    func set(_ field: Bytes, _ value: Bytes, in queue: QueueCalls = .a) throws {
        try command("HSET", queue.key("meta"), field, value)
    }
}

/// What keeps a queue from handing out jobs, as the fields of its settings.
enum Blocking: String, CaseIterable {
    case nothing
    case paused
    case pausedByAnEmptyField
    case maxed
    case belowTheMaximum

    /// Makes it so.
    func apply(_ scene: Scene, _ queue: QueueCalls = .a) throws {
        switch self {
        case .nothing: break
        case .paused: try scene.set("paused", "1", in: queue)
        case .pausedByAnEmptyField: try scene.set("paused", "", in: queue)
        case .maxed: try scene.set("concurrency", "0", in: queue)
        case .belowTheMaximum: try scene.set("concurrency", "9", in: queue)
        }
    }
}
