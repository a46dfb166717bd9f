// Owns: what the routes tell of jobs.

import BullMQ
import HTTPTypes
import LiveTesting
import Testing

@Suite("Lists of jobs and single jobs", .live, .timeLimit(.minutes(1)))
struct JobListTests {
    @Test("a list comes in pages, with the counts of all states")
    func pages() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...5 { try await stage.queue.add(name: "job\(number)") }
        try await stage.test { client in
            let first = try await client.get("jobs", ["state": "waiting", "limit": "3"])
            #expect(first["jobs"]?.arrayValue?.map { $0["name"]?.stringValue } == ["job1", "job2", "job3"])
            #expect(first["counts"]?["waiting"] == 5)
            #expect(first["next"] == 3)
            let second = try await client.get("jobs", ["state": "waiting", "limit": "3", "cursor": "3"])
            #expect(second["jobs"]?.arrayValue?.count == 2)
            #expect(second["next"] == .null)
            let newest = try await client.get("jobs", ["state": "waiting", "limit": "1", "order": "newest"])
            #expect(newest["jobs"]?[0]?["name"] == "job5")
        }
    }

    @Test("a search looks at id, name and data whatever the case, and goes on where it stopped")
    func search() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...300 {
            let data: JSONValue = ["file": .string(number % 100 == 0 ? "Needle\(number).png" : "hay.png")]
            try await stage.queue.add(name: "work", data: JSONText(data))
        }
        try await stage.test { client in
            let first = try await client.get("jobs", ["state": "waiting", "search": "needle", "limit": "2"])
            #expect(first["jobs"]?.arrayValue?.count == 2)
            let next = try #require(first["next"]?.intValue)
            let second = try await client.get(
                "jobs", ["state": "waiting", "search": "needle", "limit": "2", "cursor": "\(next)"])
            #expect(second["jobs"]?.arrayValue?.count == 1)
            #expect(second["next"] == .null)
        }
    }

    @Test("an id that is searched is found in any state")
    func exactID() async throws {
        let stage = try await DashboardStage.make()
        let job = try await stage.addFailed()
        try await stage.test { client in
            let answer = try await client.get("jobs", ["state": "waiting", "search": job.id])
            #expect(answer["exact"]?["state"] == "failed")
        }
    }

    @Test("a failed job shows its data as stored, its reason, its log and its stack trace")
    func detail() async throws {
        let stage = try await DashboardStage.make()
        let data = try JSONText(validating: #"{"big":12345678901234567890,"file":"a.png"}"#)
        let job = try await stage.addFailed(data: data, reason: "no such file")
        try await job.log("opened")
        try await job.log("read")
        try await stage.test { client in
            let detail = try await client.get("job", ["id": job.id])["job"]
            #expect(detail?["state"] == "failed")
            #expect(detail?["data"]?.stringValue == data.text)
            #expect(detail?["failedReason"] == "no such file")
            #expect(detail?["stackTrace"]?.arrayValue?.isEmpty == false)
            #expect(detail?["options"]?.stringValue?.hasPrefix("{") == true)
            let logs = try await client.get("job/logs", ["id": job.id, "limit": "1"])
            #expect(logs["rows"] == ["opened"])
            #expect(logs["count"] == 2)
            #expect(logs["next"] == 1)
        }
    }

    @Test("a job that does not run says why, the most important reason first")
    func explanation() async throws {
        let stage = try await DashboardStage.make()
        let first = try await stage.queue.add(name: "first")
        let second = try await stage.queue.add(name: "second")
        try await stage.queue.pause()
        try await stage.test { client in
            #expect(try await client.get("job", ["id": first.id])["explanation"]?[0] == "the queue is paused")
            let reasons = try await client.get("job/explanation", ["id": second.id])["explanation"]?.arrayValue
            #expect(reasons?.contains("1 job is ahead") == true)
            #expect(reasons?.contains("no worker is connected") == true)
        }
    }

    @Test("a child shows the whole flow, with the states of all its jobs")
    func flow() async throws {
        let stage = try await DashboardStage.make()
        let name = stage.queue.name
        let tree = try await FlowProducer(redis: stage.redis).add(
            FlowNode(
                name: "parent", in: name,
                children: [
                    FlowNode(name: "left", in: name, children: []), FlowNode(name: "right", in: name, children: []),
                ]))
        let child = try #require(tree.children.last?.job)
        try await stage.test { client in
            let top = try await client.get("job/flow", ["id": child.id])["tree"]
            #expect(top?["name"] == "parent")
            #expect(top?["state"] == "waiting-children")
            #expect(
                Set(top?["children"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []) == ["left", "right"])
            #expect(top?["children"]?[0]?["state"] == "waiting")
        }
    }

    @Test(
        "what cannot be answered says what is wrong",
        arguments: [
            ("jobs", "state=nowhere", .badRequest), ("jobs", "", .badRequest),
            ("jobs", "state=failed&limit=1000", .badRequest), ("job", "id=none", .notFound), ("job", "", .badRequest),
        ] as [(String, String, HTTPResponse.Status)])
    func refusals(path: String, query: String, status: HTTPResponse.Status) async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            let body = try await client.get("\(path)?\(query)", status: status)
            #expect(body["error"]?.stringValue?.isEmpty == false)
            #expect(body["ok"] == nil)
        }
    }

    @Test("only the queues of the dashboard are shown")
    func otherQueues() async throws {
        let stage = try await DashboardStage.make()
        let other = try await DashboardStage.make()
        try await other.queue.add(name: "secret")
        try await stage.test { client in
            _ = try await client.get("jobs?queue=\(other.queue.name)&state=waiting", status: .notFound)
        }
    }
}
