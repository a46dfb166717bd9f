// Owns: what the routes do to jobs and queues.

import FoundationEssentials
import HTTPTypes
import LiveTesting
import Testing

@testable import BullMQ
@testable import QueueDashboard

@Suite("Actions on jobs and queues", .live, .timeLimit(.minutes(1)))
struct JobActionTests {
    @Test("a preview counts, gives examples and changes nothing")
    func preview() async throws {
        let stage = try await DashboardStage.make()
        let job = try await stage.addFailed()
        try await stage.test { client in
            let answer = try await client.post(
                "jobs/action", ["action": "retry", "state": "failed", "preview": true])
            #expect(answer["count"] == 1)
            #expect(answer["exact"] == true)
            #expect(answer["examples"]?[0]?["id"]?.stringValue == job.id)
            let chosen = try await client.post(
                "jobs/action", ["action": "promote", "ids": [.string(job.id), "none"], "preview": true])
            #expect(chosen["count"] == 0)
            #expect(chosen["total"] == 2)
        }
        #expect(try await job.state() == .failed)
    }

    @Test("chosen jobs are retried, and each that cannot be says why")
    func retryChosen() async throws {
        let stage = try await DashboardStage.make()
        let failed = try await stage.addFailed()
        let waiting = try await stage.queue.add(name: "waits")
        try await stage.test { client in
            let answer = try await client.post(
                "jobs/action",
                ["action": "retry", "resetAttempts": true, "ids": [.string(failed.id), .string(waiting.id), "none"]])
            #expect(answer["done"] == 1)
            #expect(answer["failed"] == 2)
            #expect(answer["failures"]?[0]?["error"] == "The job is waiting")
            #expect(answer["failures"]?[1]?["error"] == "There is no such job")
        }
        #expect(try await failed.state() == .waiting)
        #expect(try await failed.refreshed()?.attemptsMade == 0)
    }

    @Test("all that match are acted on, step by step, and the others stay")
    func allMatching() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...700 {
            try await stage.queue.add(
                name: "work", data: JSONText(["kind": number % 7 == 0 ? "keep" : "drop"]))
        }
        try await stage.test { client in
            var next: JSONValue = 0
            var done = 0
            var calls = 0
            repeat {
                let answer = try await client.post(
                    "jobs/action", ["action": "remove", "state": "waiting", "search": "DROP", "cursor": next])
                done += answer["done"]?.intValue ?? 0
                next = answer["next"] ?? .null
                calls += 1
            } while !next.isNull && calls < 10
            #expect(done == 600)
            #expect(calls == 2)
        }
        #expect(try await stage.queue.counts().waiting == 100)
    }

    @Test("jobs that finished after the preview are left alone")
    func asOf() async throws {
        let stage = try await DashboardStage.make()
        let early = try await stage.addFailed()
        try await stage.test { client in
            let preview = try await client.post(
                "jobs/action", ["action": "retry", "state": "failed", "preview": true])
            var asOf = try #require(preview["asOf"]?.intValue)
            // The clock of a test may stand still between two jobs.
            asOf = max(
                asOf, Int(try #require(try await early.refreshed()?.finishedOn).timeIntervalSince1970 * 1000) + 1)
            while Date().timeIntervalSince1970 * 1000 <= Double(asOf) { await Task.yield() }
            let late = try await stage.addFailed()
            let answer = try await client.post(
                "jobs/action", ["action": "retry", "state": "failed", "asOf": JSONValue(asOf)])
            #expect(answer["done"] == 1)
            #expect(try await late.state() == .failed)
        }
        #expect(try await early.state() == .waiting)
    }

    @Test("delayed jobs are promoted, put off, and given another priority")
    func delayed() async throws {
        let stage = try await DashboardStage.make()
        let jobs = try await [1, 2, 3].asyncMap { _ in
            try await stage.queue.add(name: "later", options: JobOptions(delay: .seconds(3600)))
        }
        try await stage.test { client in
            _ = try await client.post("jobs/action", ["action": "promote", "ids": [.string(jobs[0].id)]])
            _ = try await client.post(
                "jobs/action", ["action": "delay", "delay": 10_000, "ids": [.string(jobs[1].id)]])
            _ = try await client.post(
                "jobs/action", ["action": "priority", "priority": 7, "ids": [.string(jobs[2].id)]])
        }
        #expect(try await jobs[0].state() == .waiting)
        #expect(try await jobs[1].refreshed()?.delay == .seconds(10))
        #expect(try await jobs[2].refreshed()?.priority == 7)
    }

    @Test("a queue is paused, resumed, limited and drained")
    func queue() async throws {
        let stage = try await DashboardStage.make()
        try await stage.queue.add(name: "work")
        try await stage.queue.add(name: "later", options: JobOptions(delay: .seconds(3600)))
        try await stage.test { client in
            _ = try await client.post("queue/action", ["action": "pause"])
            #expect(try await stage.queue.isPaused())
            _ = try await client.post("queue/action", ["action": "resume"])
            #expect(try await !stage.queue.isPaused())
            _ = try await client.post("queue/action", ["action": "concurrency", "maximum": 3])
            _ = try await client.post("queue/action", ["action": "rateLimit", "maximum": 5, "duration": 1000])
            let details = try await client.get("queue")
            #expect(details["concurrency"] == 3)
            #expect(details["rateLimit"] == ["maximum": 5, "duration": 1000])
            _ = try await client.post("queue/action", ["action": "concurrency"])
            #expect(try await stage.queue.globalConcurrency() == nil)
            let preview = try await client.post(
                "queue/action", ["action": "drain", "includingDelayed": true, "preview": true])
            #expect(preview["count"] == 2)
            _ = try await client.post("queue/action", ["action": "drain"])
        }
        #expect(try await stage.queue.counts() == JobCounts(delayed: 1))
    }

    @Test("cleaning shows what is old enough, and removes it")
    func clean() async throws {
        let stage = try await DashboardStage.make()
        try await stage.addFailed()
        try await stage.test { client in
            let young = try await client.post(
                "queue/action", ["action": "clean", "state": "failed", "olderThan": 3600, "preview": true])
            #expect(young["count"] == 0)
            let all = try await client.post(
                "queue/action", ["action": "clean", "state": "failed", "olderThan": 0, "preview": true])
            #expect(all["count"] == 1)
            #expect(
                try await client.post("queue/action", ["action": "clean", "state": "failed", "olderThan": 0])["done"]
                    == 1)
        }
        #expect(try await stage.queue.counts().failed == 0)
    }

    @Test("a queue is only removed by who writes its name")
    func obliterate() async throws {
        let stage = try await DashboardStage.make()
        try await stage.queue.add(name: "work")
        try await stage.test { client in
            _ = try await client.post("queue/action", ["action": "obliterate"], status: .badRequest)
            #expect(try await stage.queue.counts().waiting == 1)
            _ = try await client.post(
                "queue/action", ["action": "obliterate", "confirmation": .string(stage.queue.name)])
        }
        #expect(try await stage.queue.counts() == JobCounts())
    }

    @Test("schedulers are listed and removed")
    func schedulers() async throws {
        let stage = try await DashboardStage.make()
        try await stage.queue.schedulers.upsert(
            "nightly", .cron("0 0 3 * * *", timeZone: "Europe/Berlin"), name: "work")
        try await stage.test { client in
            let list = try await client.get("schedulers")
            #expect(list["schedulers"]?[0]?["pattern"] == "0 0 3 * * *")
            #expect(list["schedulers"]?[0]?["timeZone"] == "Europe/Berlin")
            _ = try await client.post("queue/action", ["action": "removeScheduler", "id": "nightly"])
            _ = try await client.post(
                "queue/action", ["action": "removeScheduler", "id": "nightly"], status: .notFound)
            #expect(try await client.get("schedulers")["count"] == 0)
        }
    }

    @Test(
        "what does not come from the page is refused",
        arguments: [
            [:], ["X-Requested-With": "XMLHttpRequest"],
            ["X-Requested-With": "dashboard", "Sec-Fetch-Site": "cross-site"],
            ["X-Requested-With": "dashboard", "Sec-Fetch-Site": "same-site"],
            ["X-Requested-With": "dashboard", "Origin": "https://elsewhere.example"],
            ["X-Requested-With": "dashboard", "Origin": "null"],
        ] as [[String: String]])
    func forgery(headers: [String: String]) async throws {
        let stage = try await DashboardStage.make()
        var fields: HTTPFields = [:]
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        let forged = fields
        try await stage.test { client in
            _ = try await client.post("queue/action", ["action": "pause"], status: .forbidden, headers: forged)
        }
        #expect(try await !stage.queue.isPaused())
    }

    @Test("a read-only dashboard shows previews, and changes nothing")
    func readOnly() async throws {
        let stage = try await DashboardStage.make(DashboardOptions(isReadOnly: true))
        let job = try await stage.queue.add(name: "work")
        try await stage.test { client in
            #expect(try await client.get("overview")["readOnly"] == true)
            _ = try await client.post("queue/action", ["action": "pause"], status: .forbidden)
            _ = try await client.post(
                "jobs/action", ["action": "remove", "ids": [.string(job.id)]], status: .forbidden)
            _ = try await client.post("queue/action", ["action": "drain", "preview": true])
        }
        #expect(try await stage.queue.counts().waiting == 1)
    }

    @Test(
        "an action that makes no sense is refused",
        arguments: [
            ("jobs/action", ["action": "explode", "ids": ["1"]]), ("jobs/action", ["action": "retry"]),
            ("jobs/action", ["action": "retry", "ids": []]),
            ("jobs/action", ["action": "promote", "state": "failed"]),
            ("jobs/action", ["action": "priority", "ids": ["1"]]),
            ("jobs/action", ["action": "priority", "priority": -1, "ids": ["1"]]),
            ("queue/action", ["action": "explode"]), ("queue/action", ["action": "pause", "preview": true]),
            ("queue/action", ["action": "rateLimit", "maximum": 1]),
        ] as [(String, JSONObject)])
    func nonsense(path: String, fields: JSONObject) async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            let answer = try await client.post(path, fields, status: .badRequest)
            #expect(answer["error"]?.stringValue?.isEmpty == false)
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
