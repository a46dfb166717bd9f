// Owns: what tools ask of a queue beside its jobs: workers, records, raw counts and ids, text for Prometheus, local events.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Tools for a queue", .live, .timeLimit(.minutes(3)))
struct QueueToolsTests {
    @Test("list the workers that are connected, with and without a label, and no others")
    func workers() async throws {
        let live = try await LiveQueue.make()
        #expect(try await live.queue.workers().isEmpty)
        let other = try await LiveQueue.make()
        try await live.withWorker(WorkerOptions(name: "press-1")) {
            Handler { _ in .null }
        } _: { _ async throws in
            try await live.withWorker {
                Handler { _ in .null }
            } _: { _ async throws in
                try await other.withWorker(WorkerOptions(name: "press-2")) {
                    Handler { _ in .null }
                } _: { _ async throws in
                    let workers = try await live.until("two workers") { $0.count == 2 }
                    #expect(Set(workers.map(\.workerName)) == ["press-1", nil])
                    let labelled = try #require(workers.first { $0.workerName != nil })
                    #expect(labelled.connectionName.hasSuffix(":w:press-1"))
                    #expect(labelled.id != nil && labelled.address != nil && labelled.fields["cmd"] != nil)
                    #expect(try #require(labelled.age) < .seconds(60) && labelled.idle != nil)
                    #expect(try await live.queue.workerCount() == 2)
                }
            }
        }
        try await live.until("no worker") { $0.isEmpty }
    }

    @Test("know a worker by its connection's name alone")
    func clientList() {
        let list = """
            id=3 addr=10.0.0.7:5123 name=bull:dA== age=12 idle=3 flags=b cmd=bzpopmin
            id=4 addr=10.0.0.7:5124 name=bull:dA==:w:wk:1 age=1 idle=0
            id=5 addr=10.0.0.7:5125 name=bull:dA==:qe age=1 idle=0
            id=6 addr=10.0.0.7:5126 name=bull:dAo= age=1 idle=0
            id=7 addr=10.0.0.7:5127 name= age=1 idle=0

            nonsense
            """
        let workers = WorkerClient.workers(in: list, named: "bull:dA==")
        #expect(workers.map(\.id) == [3, 4])
        #expect(workers.map(\.workerName) == [nil, "wk:1"])
        #expect(workers.first?.address == "10.0.0.7:5123")
        #expect(workers.first?.age == .seconds(12) && workers.first?.idle == .seconds(3))
        #expect(WorkerClient.fullest([[], workers, Array(workers.prefix(1))]) == workers)
        #expect(WorkerClient.fullest([]) == [])
    }

    @Test("say so where the provider allows no list of clients")
    func withoutClientList() async throws {
        try await withRedisServer(RedisServerOptions(directives: ["rename-command CLIENT \"\""])) {
            server async throws in
            let redis = try Redis(url: server.url)
            let queue = try Queue("q", redis: redis)
            let error = await #expect(throws: BullMQError.self) { try await queue.workers() }
            #expect(error?.code == .unsupportedByServer)
            #expect(error?.message.hasSuffix("so the workers of queue q cannot be listed") == true)
            await redis.close()
        }
    }

    @Test("write the text that BullMQ for Node writes for Prometheus")
    func prometheus() {
        let counts = JobCounts(
            active: 1, completed: 2, delayed: 3, failed: 4, prioritized: 5, waiting: 6, waitingChildren: 7)
        let plain = PrometheusText(queue: "mail", labels: []).text(counts: counts, completed: 20, failed: 40)
        #expect(
            plain == """
                # HELP bullmq_job_count Number of jobs in the queue by state
                # TYPE bullmq_job_count gauge
                bullmq_job_count{queue="mail", state="active"} 1
                bullmq_job_count{queue="mail", state="completed"} 2
                bullmq_job_count{queue="mail", state="delayed"} 3
                bullmq_job_count{queue="mail", state="failed"} 4
                bullmq_job_count{queue="mail", state="prioritized"} 5
                bullmq_job_count{queue="mail", state="waiting"} 6
                bullmq_job_count{queue="mail", state="waiting-children"} 7
                # HELP bullmq_job_completed_total Total number of completed jobs
                # TYPE bullmq_job_completed_total counter
                bullmq_job_completed_total{queue="mail"} 20
                # HELP bullmq_job_failed_total Total number of failed jobs
                # TYPE bullmq_job_failed_total counter
                bullmq_job_failed_total{queue="mail"} 40
                """)
        let labelled = PrometheusText(queue: "a\"b", labels: [("zone", "c\\d\ne"), ("env", "ü")])
            .text(counts: counts, completed: 0, failed: 0)
        #expect(labelled.contains(#"bullmq_job_count{queue="a\"b", state="active", zone="c\\d\ne", env="ü"} 1"#))
        #expect(labelled.contains(#"bullmq_job_failed_total{queue="a\"b", zone="c\\d\ne", env="ü"} 0"#))
    }

    @Test("read the numbers for Prometheus from the queue, and refuse labels that it could not read")
    func prometheusOfQueue() async throws {
        let live = try await LiveQueue.make()
        try await live.add()
        try await live.send("HSET", live.key("metrics:failed"), "count", "9", "prevTS", "60000", "prevCount", "8")
        let text = try await live.queue.prometheusMetrics(labels: ["env": "test"])
        #expect(text.contains("bullmq_job_count{queue=\"\(live.name)\", state=\"waiting\", env=\"test\"} 1"))
        #expect(text.contains("bullmq_job_completed_total{queue=\"\(live.name)\", env=\"test\"} 0"))
        #expect(text.hasSuffix("bullmq_job_failed_total{queue=\"\(live.name)\", env=\"test\"} 9"))
        let metrics = try await live.queue.metrics(of: .failed)
        #expect(metrics.totalAtLastPoint == 8 && metrics.lastPointAt?.timeIntervalSince1970 == 60)
        for label in ["", "1a", "a-b", "queue", "state"] {
            await #expect(throws: BullMQError.self, "\(label)") {
                try await live.queue.prometheusMetrics(labels: [label: "x"])
            }
        }
        await #expect(throws: BullMQError.self) { try await live.queue.metrics(of: .delayed) }
    }

    @Test("read the queue's record, whoever wrote it")
    func meta() async throws {
        let live = try await LiveQueue.make()
        let empty = try await live.queue.meta()
        #expect(empty == QueueMeta(fields: [:]))
        #expect(empty.version == nil && !empty.isPaused)
        try await live.queue.pause()
        try await live.queue.setGlobalConcurrency(3)
        try await live.send("HSET", live.key("meta"), "max", "5", "library", "other")
        let half = try await live.queue.meta()
        #expect(half.version == "bullmq:6.2.0" && half.isPaused)
        #expect(half.concurrency == 3 && half.maximumEvents == 10_000 && half.rateLimit == nil)
        #expect(half.fields["library"] == "other")
        let limit = RateLimit(max: 5, per: .seconds(2))
        try await live.queue.setGlobalRateLimit(limit)
        #expect(try await live.queue.meta().rateLimit == limit)
    }

    @Test("count under the names that other clients use")
    func namedCounts() async throws {
        let live = try await LiveQueue.make()
        try await live.add()
        try await live.add("work", JobOptions(delay: .hours(1)))
        try await live.send("RPUSH", live.key("paused"), "a", "b")
        let counts = try await live.queue.counts(named: ["wait", "waiting", "delayed", "paused", "repeat", "failed"])
        #expect(counts == ["wait": 1, "waiting": 1, "delayed": 1, "paused": 2, "repeat": 0, "failed": 0])
        #expect(try await live.queue.counts(named: []) == [:])
        let error = await #expect(throws: BullMQError.self) { try await live.queue.counts(named: ["meta"]) }
        #expect(error?.message == "The argument names is \"meta\", but must be a state, wait, paused or repeat")
    }

    @Test("list ids in the order of the jobs")
    func ids() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<4 { try await live.add() }
        for _ in 0..<3 { try await live.add("work", JobOptions(priority: 1)) }
        try await live.send("DEL", live.key("2"))
        let queue = live.queue
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<3) == ["1", "2", "3"])
        #expect(try await queue.jobIDs(in: [.waiting], range: 1..<9) == ["2", "3", "4"])
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<2, order: .newestFirst) == ["4", "3"])
        #expect(try await queue.jobIDs(in: [.prioritized, .waiting], range: 0..<2) == ["5", "6", "1", "2"])
        #expect(try await queue.jobIDs(in: [.active, .failed], range: 0..<9) == [])
        #expect(try await queue.jobIDs(in: [.waiting], range: 2..<2) == [])
    }

    @Test("tell a job's state by asking for that one alone")
    func predicates() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        try await live.add("child", JobOptions(delay: .hours(1), parent: live.queue.reference(to: parent)))
        func states(of job: Job) async throws -> [JobState] {
            var states: [JobState] = []
            for state in JobState.allCases where try await job.isIn(state) { states.append(state) }
            return states
        }
        #expect(try await states(of: parent) == [.waiting])
        let worker = try ManualWorker(live.name, redis: live.redis)
        let taken = try #require(try await worker.nextJob())
        #expect(try await states(of: parent) == [.active])
        try await taken.waitForChildren()
        #expect(try await states(of: parent) == [.waitingChildren])
        #expect(try await states(of: live.stored("2")) == [.delayed])
        #expect(try await states(of: live.add("p", JobOptions(priority: 1))) == [.prioritized])
        let urgent = try #require(try await worker.nextJob())
        try await urgent.complete()
        #expect(try await states(of: urgent.job) == [.completed])
        let failing = try await live.add()
        try await worker.nextJob()?.fail(JobOutcome.unrecoverable("no"))
        #expect(try await states(of: failing) == [.failed])
        let old = try await live.add()
        try await live.send("RENAME", live.key("wait"), live.key("paused"))
        #expect(try await states(of: old) == [.waiting])
        try await old.remove()
        #expect(try await states(of: old) == [])
        await worker.close()
    }

    @Test("report progress and write logs of a job of which only the id is known")
    func byID() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        try await live.queue.updateProgress(of: job.id, ["step": 2])
        #expect(try await job.refreshed()?.progress.text == #"{"step":2}"#)
        var counts: [Int] = []
        for row in ["a", "b", "c"] { counts.append(try await live.queue.addLog(to: job.id, row, keeping: 2)) }
        #expect(counts == [1, 2, 2])
        #expect(try await live.queue.logs(of: job.id).rows == ["b", "c"])
        try await live.queue.clearLogs(of: job.id, keeping: 1)
        #expect(try await live.queue.logs(of: job.id).rows == ["c"])
        try await live.queue.clearLogs(of: job.id)
        #expect(try await live.queue.logs(of: job.id).rows == [])
        let error = await #expect(throws: BullMQError.self) { try await live.queue.addLog(to: "none", "a") }
        #expect(error?.message == "Missing key for job none. addLog")
    }

    @Test("hear what is done through their own queue object, traced or not", arguments: [true, false])
    func localEvents(isTraced: Bool) async throws {
        let live = isTraced ? try await ObservedQueue.make().live : try await LiveQueue.make()
        let log = Log<String>()
        let events = live.queue.localEvents()
        let listening = Task {
            for await event in events {
                switch event {
                case .waiting(let job): await log.append("waiting \(job.id)")
                case .paused: await log.append("paused")
                case .resumed: await log.append("resumed")
                case .progress(let id, let value): await log.append("progress \(id) \(value.text)")
                case .removed(let id): await log.append("removed \(id)")
                case .cleaned(let ids, let state): await log.append("cleaned \(ids) \(state)")
                }
            }
        }
        let job = try await live.add("work", JobOptions(delay: .hours(1)))
        try await live.queue.addBulk([BulkJob(name: "silent")])
        try await live.queue.pause()
        try await live.queue.resume()
        try await job.updateProgress(1)
        try await live.queue.updateProgress(of: job.id, 2)
        try await job.remove()
        try await live.queue.clean(.waiting, olderThan: .zero)
        let expected = [
            "waiting 1", "paused", "resumed", "progress 1 1", "progress 1 2", "removed 1", "cleaned [\"2\"] waiting",
        ]
        #expect(try await log.first(expected.count) == expected)
        listening.cancel()
        await listening.value
    }

    @Test("stop hearing when the queue object is gone")
    func endOfLocalEvents() async throws {
        var queue: Queue? = try Queue("q", redis: Redis(url: "redis://127.0.0.1:1"))
        let events = try #require(queue?.localEvents())
        queue = nil
        try await withDeadline(.seconds(5), waitingFor: "the end of the sequence") {
            for await _ in events {}
        }
        #expect(queue == nil)
    }

    @Test("warn of a server that would throw jobs away")
    func server() async throws {
        try await withRedisServer(RedisServerOptions(directives: ["maxmemory-policy allkeys-lru"])) {
            server async throws in
            let redis = try Redis(url: server.url)
            let queue = try Queue("q", redis: redis)
            #expect(
                try await queue.serverWarnings()
                    == [#"IMPORTANT! Eviction policy is allkeys-lru. It should be "noeviction""#])
            await redis.close()
        }
        #expect(try await LiveQueue.make().queue.serverWarnings() == [])
    }

    @Test("retry only what finished before a time")
    func retryJobsBefore() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<3 { try await live.add() }
        let worker = try ManualWorker(live.name, redis: live.redis)
        for _ in 0..<3 { try await worker.nextJob()?.fail(JobOutcome.unrecoverable("no")) }
        try await live.send("ZADD", live.key("failed"), "1000", "1", "2000", "2", "9000", "3")
        try await live.queue.retryJobs(finishedBefore: .init(timeIntervalSince1970: 5))
        #expect(try await live.queue.jobIDs(in: [.waiting], range: 0..<9) == ["1", "2"])
        #expect(try await live.queue.jobIDs(in: [.failed], range: 0..<9) == ["3"])
        await worker.close()
    }
}

extension LiveQueue {
    /// Waits until the queue has workers as wanted.
    @discardableResult
    fileprivate func until(
        _ what: String, _ isWanted: @escaping @Sendable ([WorkerClient]) -> Bool
    ) async throws -> [WorkerClient] {
        try await withDeadline(.seconds(20), waitingFor: what) {
            while true {
                let workers = try await queue.workers()
                if isWanted(workers) { return workers }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
