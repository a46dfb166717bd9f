import BullMQ
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct JobTests {
    private static let path = "/api/queue/jobs/\(Tokens.jobID)"

    private func withJob(
        _ body: (TestServer, ScriptedDirectus) async throws -> Void
    ) async throws {
        let directus = ScriptedDirectus { $0.records[Tokens.jobID] = failedRecord(Tokens.jobID, status: "pending") }
        try await withServer(directus: directus) {
            $0.isIdempotent = true
        } _: { server in
            #expect(try await server.enqueue(EnqueueTests.good).status == 200)
            try await body(server, directus)
        }
    }

    @Test func `A job is shown to its owner and to administrators`() async throws {
        try await withJob { server, _ in
            for token in [Tokens.user, Tokens.admin] {
                let answer = try await server.get(Self.path, token: token)
                #expect(answer.status == 200)
                #expect(
                    answer.body == """
                        {"ok":true,"jobId":"\(Tokens.jobID)","bullJobId":"\(Tokens.jobID)","queue":"media-jobs",\
                        "state":"prioritized","progress":0,"attemptsMade":0,"failedReason":null}
                        """)
            }
            #expect(try await server.get(Self.path).status == 401)
            let other = try await server.get(Self.path, token: Tokens.other)
            #expect(other.status == 403)
            #expect(other.body == #"{"error":"Forbidden"}"#)
            let missing = try await server.get("/api/queue/jobs/\(Tokens.fileID)", token: Tokens.user)
            #expect(missing.status == 404)
        }
    }

    @Test func `A failed job shows why`() async throws {
        try await withJob { server, _ in
            _ = try await server.failNextJob()
            let json = try await server.get(Self.path, token: Tokens.user).json
            #expect(json["state"]?.stringValue == "failed")
            #expect(json["failedReason"]?.stringValue == "broken")
            #expect(json["attemptsMade"]?.intValue == 1)
        }
    }

    @Test func `A waiting job is removed, and its record says so`() async throws {
        try await withJob { server, directus in
            let answer = try await server.send(.DELETE, Self.path, token: Tokens.user)
            #expect(answer.status == 200)
            #expect(answer.body == #"{"ok":true,"jobId":"\#(Tokens.jobID)","bullJobId":"\#(Tokens.jobID)"}"#)
            #expect(try await server.queue().state(of: Tokens.jobID) == nil)
            #expect(directus.now.records[Tokens.jobID]?.error == "Cancelled")
        }
    }

    @Test func `Others' jobs, finished jobs and active jobs of workers that do not listen are not cancelled`()
        async throws
    {
        try await withJob { server, _ in
            #expect(try await server.send(.DELETE, Self.path, token: Tokens.other).status == 403)
            let taken = try #require(try await server.worker().nextJob())
            let active = try await server.send(.DELETE, Self.path, token: Tokens.user)
            #expect(active.status == 409)
            #expect(active.body == #"{"error":"Job is active and cannot be cancelled","state":"active"}"#)
            try await taken.complete()
            let finished = try await server.send(.DELETE, Self.path, token: Tokens.user)
            #expect(finished.status == 409)
            #expect(finished.body == #"{"error":"Job is already finished","state":"completed"}"#)
        }
    }

    @Test func `Without a record, a job is found by its own id, and belongs to whoever enqueued it`() async throws {
        try await withServer(directus: nil) { server in
            let id = try #require(try await server.enqueue(EnqueueTests.good).json["bullJobId"]?.stringValue)
            let answer = try await server.get("/api/queue/jobs/\(id)", token: Tokens.user)
            #expect(answer.status == 200)
            #expect(try answer.json["jobId"]?.stringValue == Tokens.jobID)
            #expect(try await server.get("/api/queue/jobs/\(id)", token: Tokens.other).status == 403)
        }
    }
}
