// Owns: what the verification of a queue finds, and that repairing mends exactly that.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

/// A way to break a queue that has a job `a` in line.
struct Fault: Sendable, CustomTestStringConvertible {
    let kind: QueueFinding.Kind
    let subject: String
    let damage: @Sendable (LiveQueue) async throws -> Void
    let isMended: @Sendable (LiveQueue) async throws -> Bool

    init(
        _ kind: QueueFinding.Kind, _ subject: String = "",
        _ damage: @escaping @Sendable (LiveQueue) async throws -> Void,
        mended isMended: @escaping @Sendable (LiveQueue) async throws -> Bool
    ) {
        self.kind = kind
        self.subject = subject
        self.damage = damage
        self.isMended = isMended
    }

    var testDescription: String { kind.rawValue }

    /// A parent that waits for one child.
    private static func family(_ live: LiveQueue) async throws {
        try await live.send("DEL", live.key("wait"), live.key("a"))
        try await live.add(id: "parent")
        let parent = ParentReference(id: "parent", queue: live.queue.qualifiedName)
        try await live.add("work", JobOptions(jobID: "child", parent: parent))
        guard try await live.take() == "parent" else { throw TestKitError(.invalidState, "the parent is not first") }
        _ = try await live.queue.store.moveToWaitingChildren(id: "parent", token: "taker", child: nil)
    }

    private static func isWaiting(_ id: String, _ live: LiveQueue) async throws -> Bool {
        try await live.ids("wait").count { $0 == id } == 1
    }

    static let all: [Fault] = [
        Fault(.lostJob, "a") { live in
            try await live.send("LREM", live.key("wait"), "1", "a")
        } mended: {
            try await isWaiting("a", $0)
        },
        Fault(.leakedJob, "a") { live in
            try await live.send("LREM", live.key("wait"), "1", "a")
            try await live.send("HSET", live.key("a"), "finishedOn", "1000")
        } mended: { live in
            try await live.send("EXISTS", live.key("a")).integer == 0
        },
        Fault(.missingJob, "ghost") { live in
            try await live.send("LPUSH", live.key("wait"), "ghost")
        } mended: { live in
            try await live.ids("wait") == ["a"]
        },
        Fault(.legacyMarker, "0:0") { live in
            try await live.send("RPUSH", live.key("wait"), "0:0")
        } mended: { live in
            try await live.ids("wait") == ["a"]
        },
        Fault(.duplicatedJob, "a") { live in
            try await live.send("ZADD", live.key("delayed"), "4096", "a")
        } mended: { live in
            let places = try await live.everywhere()
            return try await isWaiting("a", live) && places.count == 1
        },
        Fault(.unattendedJob, "a") { live in
            try await live.takeAndVanish()
        } mended: { live in
            try await live.send("SISMEMBER", live.key("stalled"), "a").integer == 1
        },
        Fault(.wrongPriority, "b") { live in
            try await live.add(id: "b", JobOptions(priority: 3))
            try await live.send("HSET", live.key("b"), "priority", "5")
        } mended: { live in
            let score = try await live.send("ZSCORE", live.key("prioritized"), "b").string.flatMap(Double.init)
            return score.map { Int($0 / 4_294_967_296) } == 5
        },
        Fault(.insaneDelay, "b") { live in
            try await live.add(id: "b", JobOptions(delay: .hours(1)))
            try await live.send("ZADD", live.key("delayed"), "1e300", "b")
        } mended: { live in
            let score = try await live.send("ZSCORE", live.key("delayed"), "b").string.flatMap(Double.init)
            return score.map { $0 / 4096 < Double(Milliseconds.now + 3_600_001) } == true
        },
        Fault(.stuckParent, "parent") { live in
            try await family(live)
            try await live.send("DEL", live.key("parent:dependencies"))
            try await live.send("HDEL", live.key("child"), "parentKey", "parent")
        } mended: {
            try await isWaiting("parent", $0)
        },
        Fault(.deadDependency, "parent") { live in
            try await family(live)
            try await live.send("DEL", live.key("child"), live.key("wait"))
        } mended: {
            try await isWaiting("parent", $0)
        },
        Fault(.settledDependency, "parent") { live in
            try await family(live)
            try await live.send("DEL", live.key("wait"))
            try await live.send("HSET", live.key("child"), "finishedOn", "1000", "returnvalue", "7")
            try await live.send("ZADD", live.key("completed"), "1000", "child")
        } mended: { live in
            let result = try await live.send("HGET", live.key("parent:processed"), live.key("child")).string
            return try await isWaiting("parent", live) && result == "7"
        },
        Fault(.unknownChild, "child") { live in
            try await family(live)
            try await live.add(id: "other")
            try await live.send("SREM", live.key("parent:dependencies"), live.key("child"))
            try await live.send("HSET", live.key("other"), "parentKey", live.key("parent"))
            try await live.send("SADD", live.key("parent:dependencies"), live.key("other"))
        } mended: { live in
            try await live.send("SISMEMBER", live.key("parent:dependencies"), live.key("child")).integer == 1
        },
        Fault(.orphanedKey, "gone:logs") { live in
            try await live.send("RPUSH", live.key("gone:logs"), "row")
        } mended: { live in
            try await live.send("EXISTS", live.key("gone:logs")).integer == 0
        },
        Fault(.deadDeduplication, "de:once") { live in
            try await live.send("SET", live.key("de:once"), "gone")
        } mended: { live in
            try await live.send("EXISTS", live.key("de:once")).integer == 0
        },
        Fault(.strandedNextJob, "dn:once") { live in
            try await live.send(
                "HSET", live.key("dn:once"), "name", "work", "data", "{}", "opts", #"{"de":{"id":"once"}}"#,
                "jid", "next")
        } mended: {
            try await isWaiting("next", $0)
        },
        Fault(.danglingScheduler, "s") { live in
            try await live.send("ZADD", live.key("repeat"), "1000", "s")
        } mended: { live in
            try await live.members("repeat") == []
        },
        Fault(.orphanedScheduler, "repeat:s") { live in
            try await live.send("HSET", live.key("repeat:s"), "name", "work", "ic", "1", "every", "1000")
        } mended: { live in
            try await live.send("EXISTS", live.key("repeat:s")).integer == 0
        },
        Fault(.haltedScheduler, "s") { live in
            try await live.send("ZADD", live.key("repeat"), "1000", "s")
            try await live.send("HSET", live.key("repeat:s"), "name", "work", "ic", "4", "every", "1000", "data", "[7]")
        } mended: { live in
            let job = try await live.stored("repeat:s:1000")
            return try await isWaiting(job.id, live) && job.data.text == "[7]"
        },
        Fault(.strandedJobs) { live in
            try await live.send("RENAME", live.key("wait"), live.key("paused"))
            try await live.send("DEL", live.key("marker"))
        } mended: { live in
            let marker = try await live.members("marker")
            return try await isWaiting("a", live) && marker == ["0"]
        },
        Fault(.splitLine) { live in
            try await live.queue.pause()
            try await live.v5.add("b")
        } mended: { live in
            try await live.ids("wait") == ["a", "b"]
        },
        Fault(.missingMarker) { live in
            try await live.send("DEL", live.key("marker"))
        } mended: { live in
            try await live.members("marker") == ["0"]
        },
    ]
}

@Suite("The verification of a queue", .live, .timeLimit(.minutes(3)))
struct VerifyTests {
    @Test("finds exactly what is broken, and repairing mends it", arguments: Fault.all)
    func fault(fault: Fault) async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a")
        try await fault.damage(live)
        let report = try await live.queue.verify()
        #expect(report.findings.map(\.kind) == [fault.kind], "\(report)")
        #expect(report.findings.first?.subject == fault.subject)
        #expect(report.description.contains(fault.kind.rawValue))
        let before = try await live.dump()
        #expect(try await report.repair() == report.findings)
        #expect(try await live.dump() == before)
        #expect(try await report.repair(dryRun: false) == report.findings)
        #expect(try await fault.isMended(live))
        #expect(try await report.repair(dryRun: false) == [])
        let after = try await live.queue.verify()
        #expect(after.isClean, "\(after)")
    }

    @Test("is tested for every kind of finding")
    func complete() {
        #expect(Set(Fault.all.map(\.kind)) == Set(QueueFinding.Kind.allCases))
    }

    @Test("tells all findings, the worst first, and stops at the limit")
    func limit() async throws {
        let live = try await LiveQueue.make()
        for index in 0..<5 { try await live.send("RPUSH", live.key("gone\(index):logs"), "row") }
        try await live.add(id: "lost")
        try await live.send("DEL", live.key("wait"))
        let report = try await live.queue.verify()
        #expect(report.findings.map(\.kind) == [.lostJob] + Array(repeating: .orphanedKey, count: 5))
        #expect(report.findings.map(\.severity).first == .error)
        #expect(!report.isTruncated)
        #expect(try await report.repair(dryRun: false, kinds: [.lostJob]).map(\.subject) == ["lost"])
        let short = try await live.queue.verify(limit: 2)
        #expect(short.findings.count == 2)
        #expect(short.isTruncated)
        await #expect(throws: BullMQError.self) { try await live.queue.verify(limit: 0) }
    }

    @Test("shows its progress page by page, and ends with the report")
    func progress() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.addBulk((0..<1200).map { BulkJob(name: "\($0)") })
        var seen: [VerificationProgress] = []
        var report: VerificationReport?
        for try await step in live.queue.verification() {
            switch step {
            case .progress(let progress): seen.append(progress)
            case .report(let last): report = last
            }
        }
        #expect(try #require(report).isClean)
        #expect(seen.count >= 5)
        #expect(seen.map(\.examined) == seen.map(\.examined).sorted())
        #expect(try #require(report).examined >= 2400)
    }

    @Test("does not touch keys of other queues whose names only look alike")
    func otherQueues() async throws {
        let live = try await LiveQueue.make(prefix: "odd*[x]")
        try await live.add(id: "a")
        try await live.send("RPUSH", "oddZx:\(live.name):gone:logs", "row")
        try await live.send("RPUSH", live.key("gone:logs"), "row")
        #expect(try await live.queue.verify().findings.map(\.subject) == ["gone:logs"])
    }

    @Test("finds nothing in a busy queue with flows, schedulers and deduplication", arguments: PauseMode.allCases)
    func busy(mode: PauseMode) async throws {
        let live = try await LiveQueue.make(pauseMode: mode)
        let flows = try FlowProducer(redis: live.redis, options: FlowProducerOptions(pauseMode: mode))
        try await flows.addBulk(
            (0..<20).map { index in
                FlowNode(name: "root", in: live.name, options: JobOptions(jobID: "root\(index)")) {
                    FlowNode(name: "leaf", in: live.name)
                    FlowNode(name: "bad", in: live.name, onFailure: .ignore)
                }
            })
        try await live.queue.schedulers.upsert("often", .every(.milliseconds(40)))
        try await live.queue.schedulers.upsert("twice", .every(.milliseconds(30), limit: 2))
        try await live.queue.schedulers.upsert("nightly", .cron("0 0 3 * * *"))
        for index in 0..<300 {
            let options = JobOptions(
                priority: index % 5 == 0 ? 3 : 0, delay: index % 7 == 0 ? .milliseconds(index) : nil,
                attempts: 2, backoff: .fixed(.milliseconds(5)),
                deduplication: index % 11 == 0 ? .simple(id: "d\(index)") : nil)
            try await live.add("work", options)
        }
        try await live.withWorker(WorkerOptions(concurrency: 10, pauseMode: mode)) {
            Handler { job in
                try await Task.sleep(for: .milliseconds(3))
                if job.name == "bad" { throw JobOutcome.unrecoverable("as planned") }
                try await live.queue.add(name: "last", options: JobOptions(deduplication: .keepLast(id: "last")))
                if job.attemptsMade == 0, job.id.hasSuffix("3") { throw TestKitError(.invalidState, "once more") }
                return .null
            }
        } _: { _ async throws in
            try await withDeadline(.seconds(60), waitingFor: "most jobs to be completed") {
                repeat {
                    let report = try await live.queue.verify()
                    #expect(report.isClean, "\(report)")
                } while try await live.queue.counts().completed < 400
            }
        }
    }

    @Test("lost jobs return to where they belong")
    func lost() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "line")
        try await live.add(id: "urgent", JobOptions(priority: 2))
        try await live.add(id: "later", JobOptions(delay: .hours(1)))
        try await live.add(id: "parent")
        try await live.send("SADD", live.key("parent:dependencies"), live.key("line"))
        try await live.send("HSET", live.key("line"), "parentKey", live.key("parent"))
        try await live.add(id: "done")
        try await live.send("HSET", live.key("done"), "finishedOn", "1000")
        try await live.send("DEL", live.key("wait"), live.key("prioritized"), live.key("delayed"))
        let before = try await live.dump()
        #expect(try await Set(live.queue.recoverLostJobs()) == ["line", "urgent", "later", "parent"])
        #expect(try await live.dump() == before)
        #expect(try await live.queue.recoverLostJobs(dryRun: false).count == 4)
        #expect(try await live.ids("wait") == ["line"])
        #expect(try await live.members("prioritized") == ["urgent"])
        #expect(try await live.members("delayed") == ["later"])
        #expect(try await live.members("waiting-children") == ["parent"])
        #expect(try await live.history().suffix(4).contains("waiting:line"))
    }

    @Test("a healthy job is told from a suspicious one without a look into the lists")
    func facts() {
        var job = JobFacts(id: "1")
        #expect(job.isSuspicious(isListed: false, now: 0))
        #expect(!job.isSuspicious(isListed: true, now: 0))
        job.scores[0] = 1
        #expect(!job.isSuspicious(isListed: false, now: 0))
        #expect(job.isSuspicious(isListed: true, now: 0))
        job.occurrences = [0, 0, 0]
        #expect(job.findings(now: 0) == [])
        job.occurrences = [1, 0, 1]
        #expect(job.findings(now: 0) == [QueueFinding(.duplicatedJob, "1", detail: "wait, active, completed")])
    }

    @Test("keys are told apart by their names")
    func keyKinds() {
        #expect(KeyKind(suffix: "wait") == .infrastructure)
        #expect(KeyKind(suffix: "metrics:completed:data") == .infrastructure)
        #expect(KeyKind(suffix: "42") == .job)
        #expect(KeyKind(suffix: "a:b:c") == .job)
        #expect(KeyKind(suffix: "42:lock") == .other)
        #expect(KeyKind(suffix: "de:x:dependencies") == .other)
        #expect(KeyKind(suffix: "repeat:s:1000") == .jobOrScheduler)
        #expect(KeyKind(suffix: "repeat:s:1000:dependencies") == .dependencies(of: "repeat:s:1000"))
    }
}

extension LiveQueue {
    /// The content of every key of the queue.
    func dump() async throws -> [String: String] {
        let names = try await send("KEYS", key("").escapedGlob + "*").array?.compactMap(\.string) ?? []
        var content: [String: String] = [:]
        for name in names { content[name] = "\(try await send("DUMP", name))" }
        return content
    }
}
