import BullMQ
import BullMQTesting
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct RetryTests {
    private static let path = "/api/queue/retry/\(Tokens.jobID)"

    private static func directus(_ status: String, owner: String = Tokens.userID) -> ScriptedDirectus {
        ScriptedDirectus { $0.records[Tokens.jobID] = failedRecord(Tokens.jobID, status: status, owner: owner) }
    }

    @Test(arguments: ["failed", "error"])
    func `A failed job goes back with priority 5 and no attempts, built from its record`(_ status: String) async throws
    {
        let directus = Self.directus(status)
        try await withServer(directus: directus) { server in
            let answer = try await server.send(.POST, Self.path, token: Tokens.user)
            #expect(answer.status == 200)
            let id = try #require(try answer.json["bullJobId"]?.stringValue)
            #expect(answer.body == #"{"ok":true,"bullJobId":"\#(id)","jobId":"\#(Tokens.jobID)","priority":5}"#)
            let job = try #require(try await server.queue().job(id))
            #expect(job.priority == 5)
            #expect(job.attemptsMade == 0)
            #expect(job.options.attempts == 3)
            let data = try job.data.value()
            #expect(data["jobId"]?.stringValue == Tokens.jobID)
            #expect(data["operation"]?.stringValue == "resize_image")
            #expect(data["input_file_id"]?.stringValue == Tokens.fileID)
            #expect(data["params"] == ["width": 64])
            #expect(data["userId"]?.stringValue == Tokens.userID)
            let record = try #require(directus.now.records[Tokens.jobID])
            #expect(record.status == "pending")
            #expect(record.error == nil)
            #expect(record.bullJobID == id)
        }
    }

    @Test func `A retried job runs before those of the default priority`() async throws {
        try await withServer(directus: Self.directus("failed")) { server in
            #expect(try await server.enqueue(EnqueueTests.good).status == 200)
            let id = try await server.send(.POST, Self.path, token: Tokens.user).json["bullJobId"]?.stringValue
            #expect(try await server.worker().nextJob()?.job.id == id)
        }
    }

    @Test(arguments: ["pending", "processing", "completed"])
    func `A job that has not failed is a conflict, with its status`(_ status: String) async throws {
        try await withServer(directus: Self.directus(status)) { server in
            let answer = try await server.send(.POST, Self.path, token: Tokens.user)
            #expect(answer.status == 409)
            #expect(answer.body == #"{"error":"Job is not in a failed state","status":"\#(status)"}"#)
        }
    }

    @Test func `Missing records, other people's and missing tokens are told apart`() async throws {
        try await withServer(directus: Self.directus("failed", owner: Tokens.otherID)) { server in
            for path in ["/api/queue/retry/\(Tokens.fileID)", "/api/queue/retry/1", "/api/queue/retry/%2e%2e"] {
                let answer = try await server.send(.POST, path, token: Tokens.user)
                #expect(answer.status == 404)
                #expect(answer.body == #"{"error":"Job not found"}"#)
            }
            let forbidden = try await server.send(.POST, Self.path, token: Tokens.user)
            #expect(forbidden.status == 403)
            #expect(forbidden.body == #"{"error":"Forbidden"}"#)
            #expect(try await server.send(.POST, Self.path).status == 401)
            let admin = try await server.send(.POST, Self.path, token: Tokens.admin, body: "not JSON")
            #expect(admin.status == 200)
            let id = try #require(try admin.json["bullJobId"]?.stringValue)
            let data = try await server.queue().job(id)?.data.value()
            #expect(data?["userId"]?.stringValue == Tokens.otherID)
        }
    }

    @Test func `Of twenty simultaneous retries one succeeds`() async throws {
        try await withServer(directus: Self.directus("failed")) { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await server.send(.POST, Self.path, token: Tokens.user).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 1, 409: 19])
            #expect(try await server.queue().counts().prioritized == 1)
        }
    }

    @Test func `A job that fails again can be retried again, under another id`() async throws {
        let directus = Self.directus("failed")
        try await withServer(directus: directus) { server in
            var ids: Set<String> = []
            for _ in 0..<3 {
                let answer = try await server.send(.POST, Self.path, token: Tokens.user)
                #expect(answer.status == 200)
                ids.insert(try #require(try answer.json["bullJobId"]?.stringValue))
                _ = try await server.failNextJob()
                directus.change { $0.records[Tokens.jobID]?.status = "failed" }
            }
            #expect(ids.count == 3)
        }
    }

    @Test func `Without Directus nothing is known, and nothing is said about the job`() async throws {
        let directus = ScriptedDirectus { $0.isDown = true }
        try await withServer(directus: directus) { server in
            let answer = try await server.send(.POST, Self.path, token: Tokens.user)
            #expect(answer.status == 503)
            #expect(answer.body == #"{"ok":false,"error":"Directus unavailable"}"#)
        }
    }

    @Test func `Without Redis the record stays failed`() async throws {
        let directus = Self.directus("failed")
        try await withRedisServer { redis in
            try await withServer(redis: redis.url, directus: directus) { server in
                await redis.kill()
                let answer = try await server.send(.POST, Self.path, token: Tokens.user)
                #expect(answer.status == 500)
                #expect(answer.body == #"{"ok":false,"error":"Redis connection refused"}"#)
                #expect(directus.now.records[Tokens.jobID]?.status == "failed")
                #expect(directus.now.records[Tokens.jobID]?.error == "broken")
            }
        }
    }
}
