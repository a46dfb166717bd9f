import BullMQ
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct EnqueueTests {
    static let good = #"{"jobId":"\#(Tokens.jobID)","operation":"resize_image","input_file_id":"\#(Tokens.fileID)"}"#

    @Test func `A job is added with the contract's data, options and answer`() async throws {
        try await withServer { server in
            let answer = try await server.enqueue(
                """
                {"jobId":"\(Tokens.jobID.uppercased())","operation":"transcoding","input_file_id":null,
                 "input_url":"https://example.org/a.mp4","params":{"format":"mp4","z":1,"a":[1,2]},"priority":3,
                 "userId":"somebody else","unknown":true}
                """)
            #expect(answer.status == 200)
            let id = try #require(try answer.json["bullJobId"]?.stringValue)
            #expect(
                answer.body
                    == #"{"ok":true,"bullJobId":"\#(id)","jobId":"\#(Tokens.jobID)","queue":"media-jobs"}"#)
            #expect(UUIDText.normalized(id) == id)
            let job = try #require(try await server.queue().job(id))
            #expect(job.name == "transcoding")
            let data = try job.data.value()
            #expect(
                data.objectValue?.map(\.key) == [
                    "jobId", "operation", "input_file_id", "input_url", "params", "creator_profile_id", "userId",
                    "requestedAt",
                ])
            #expect(data["params"]?.serialized() == #"{"format":"mp4","z":1,"a":[1,2]}"#)
            #expect(data["userId"]?.stringValue == Tokens.userID)
            #expect(data["input_file_id"]?.isNull == true)
            let at = try #require(data["requestedAt"]?.stringValue)
            #expect(at.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            #expect(job.priority == 3)
            #expect(job.options.attempts == 3)
            #expect(job.options.backoff == .exponential(.seconds(2)))
            #expect(job.options.removeOnComplete == .keep(count: 100))
            #expect(job.options.removeOnFail == .keep(count: 1000))
        }
    }

    @Test func `Operations find their queues, and the default priority is 10`() async throws {
        try await withServer { server in
            let body =
                #"{"jobId":"\#(Tokens.jobID)","type":"scrape_profile","creator_profile_id":"\#(Tokens.otherID)"}"#
            let answer = try await server.enqueue(body)
            #expect(try answer.json["queue"]?.stringValue == "scrape-jobs")
            let id = try #require(try answer.json["bullJobId"]?.stringValue)
            #expect(try await server.queue("scrape-jobs").job(id)?.priority == 10)
            let publish = try await server.enqueue(
                #"{"jobId":"\#(Tokens.jobID)","operation":"publish_post","creator_profile_id":"\#(Tokens.otherID)"}"#)
            let second = try #require(try publish.json["bullJobId"]?.stringValue)
            #expect(try await server.queue("scrape-jobs").job(second)?.options.attempts == 1)
        }
    }

    /// Body, and the exact error.
    static let mistakes: [(String, String)] = [
        ("", #"{"error":"jobId and operation are required"}"#),
        ("[]", #"{"error":"jobId and operation are required"}"#),
        ("{", #"{"error":"Invalid JSON body"}"#),
        (#"{"jobId":"a","#, #"{"error":"Invalid JSON body"}"#),
        (#"{"jobId":"not a uuid"}"#, #"{"error":"jobId and operation are required"}"#),
        (#"{"jobId":"","operation":"thumbnail"}"#, #"{"error":"jobId and operation are required"}"#),
        (#"{"jobId":7,"operation":"thumbnail"}"#, #"{"error":"jobId and operation are required"}"#),
        (
            #"{"jobId":"not a uuid","operation":"thumbnail"}"#,
            #"{"error":"jobId must be a UUID","field":"jobId"}"#
        ),
        (with(#""operation":"dance""#), #"{"error":"Unknown operation: dance","field":"operation"}"#),
        (
            with(#""operation":"onboarding:extract""#),
            #"{"error":"Operation onboarding:extract is internal","field":"operation"}"#
        ),
        (
            with(#""operation":"thumbnail","input_file_id":"x""#),
            #"{"error":"input_file_id must be a UUID","field":"input_file_id"}"#
        ),
        (
            with(#""operation":"thumbnail","input_url":"ftp://example.org/a""#),
            #"{"error":"input_url must be an http or https URL","field":"input_url"}"#
        ),
        (
            with(#""operation":"thumbnail","input_url":"https://me:pw@example.org/a""#),
            #"{"error":"input_url must be an http or https URL","field":"input_url"}"#
        ),
        (
            with(#""operation":"thumbnail","input_url":"http:///a""#),
            #"{"error":"input_url must be an http or https URL","field":"input_url"}"#
        ),
        (
            with(#""operation":"thumbnail","params":[]"#), #"{"error":"params must be an object","field":"params"}"#
        ),
        (
            with(#""operation":"thumbnail","priority":"5""#),
            #"{"error":"priority must be an integer between 1 and 100","field":"priority"}"#
        ),
        (
            with(#""operation":"thumbnail","priority":0"#),
            #"{"error":"priority must be an integer between 1 and 100","field":"priority"}"#
        ),
        (
            with(#""operation":"thumbnail","priority":1.5"#),
            #"{"error":"priority must be an integer between 1 and 100","field":"priority"}"#
        ),
        (
            with(#""operation":"transcoding""#),
            #"{"error":"input_file_id or input_url is required for transcoding","field":"input_file_id"}"#
        ),
        (
            with(#""operation":"download","input_file_id":"\#(Tokens.fileID)""#),
            #"{"error":"input_url is required for download","field":"input_url"}"#
        ),
        (
            with(#""operation":"scrape_profile","creator_profile_id":null"#),
            #"{"error":"creator_profile_id is required for scrape_profile","field":"creator_profile_id"}"#
        ),
    ]

    private static func with(_ members: String) -> String { #"{"jobId":"\#(Tokens.jobID)",\#(members)}"# }

    @Test func `Each mistake in the body has its own sentence, and nothing is added`() async throws {
        try await withServer { server in
            for (body, error) in Self.mistakes {
                let answer = try await server.enqueue(body)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.body == error, "\(body)")
            }
            #expect(try await server.queue().counts().pending == 0)
        }
    }

    @Test func `Params beyond 64 kB, bodies beyond 1 MB and other media types are refused`() async throws {
        try await withServer { server in
            let long = String(repeating: "x", count: 64 * 1024)
            let params = try await server.enqueue(
                #"{"jobId":"\#(Tokens.jobID)","operation":"thumbnail","params":{"a":"\#(long)"}}"#)
            #expect(params.status == 400)
            #expect(params.body == #"{"error":"params must not exceed 64 kB","field":"params"}"#)
            let body = try await server.enqueue(#"{"jobId":"\#(String(repeating: "x", count: 1 << 20))"}"#)
            #expect(body.status == 413)
            #expect(body.body == #"{"error":"Request body too large"}"#)
            let text = try await server.send(
                .POST, "/api/queue/media", token: Tokens.user, headers: [("Content-Type", "text/plain")],
                body: Self.good)
            #expect(text.status == 415)
            let charset = try await server.send(
                .POST, "/api/queue/media", token: Tokens.user,
                headers: [("Content-Type", "application/json; charset=utf-8")], body: Self.good)
            #expect(charset.status == 200)
        }
    }

    @Test func `Every call adds a job by default, and with idempotent ids only the first`() async throws {
        try await withServer { server in
            let ids = try await [server.enqueue(Self.good), server.enqueue(Self.good)].map { try $0.json["bullJobId"] }
            #expect(ids[0] != ids[1])
            #expect(try await server.queue().counts().prioritized == 2)
        }
        try await withServer {
            $0.isIdempotent = true
        } _: { server in
            for _ in 0..<2 {
                let answer = try await server.enqueue(Self.good)
                #expect(answer.status == 200)
                #expect(try answer.json["bullJobId"]?.stringValue == Tokens.jobID)
            }
            _ = try await server.failNextJob()
            #expect(try await server.enqueue(Self.good).status == 200)
            #expect(try await server.queue().counts().prioritized == 0)
        }
    }

    @Test func `The strict record check looks for the caller's own pending record of the same operation`() async throws
    {
        let directus = ScriptedDirectus()
        try await withServer(directus: directus) {
            $0.recordCheck = .strict
        } _: { server in
            func expect(_ status: Int, _ body: String?, _ record: JobRecord?) async throws {
                directus.change { $0.records[Tokens.jobID] = record }
                let answer = try await server.enqueue(Self.good)
                #expect(answer.status == status)
                if let body { #expect(answer.body == body) }
            }
            try await expect(404, #"{"error":"Job not found"}"#, nil)
            try await expect(
                404, #"{"error":"Job not found"}"#, failedRecord(Tokens.jobID, status: "pending", owner: Tokens.otherID)
            )
            try await expect(
                409, #"{"error":"Job is already queued","status":"processing"}"#,
                failedRecord(Tokens.jobID, status: "processing"))
            var other = failedRecord(Tokens.jobID, status: "pending")
            other.operation = "crop_image"
            try await expect(409, #"{"error":"Operation does not match job record"}"#, other)
            try await expect(200, nil, failedRecord(Tokens.jobID, status: "pending"))
            directus.change { $0.isDown = true }
            let answer = try await server.enqueue(Self.good)
            #expect(answer.status == 503)
            #expect(answer.body == #"{"ok":false,"error":"Directus unavailable"}"#)
        }
    }

    @Test func `A user may ask so many times a minute, and others are not affected`() async throws {
        try await withServer {
            $0.rateLimit = 2
        } _: { server in
            for _ in 0..<2 { #expect(try await server.enqueue(Self.good).status == 200) }
            let answer = try await server.enqueue(Self.good)
            #expect(answer.status == 429)
            #expect(answer.body == #"{"error":"Too many requests"}"#)
            let pause = try #require(answer.headers.first(name: "Retry-After"))
            #expect((1...30).contains(try #require(Int(pause))))
            #expect(try await server.enqueue(Self.good, token: Tokens.other).status == 200)
        }
    }

    @Test func `A full queue takes no more`() async throws {
        try await withServer {
            $0.maximumWaiting = 1
        } _: { server in
            #expect(try await server.enqueue(Self.good).status == 200)
            let answer = try await server.enqueue(Self.good)
            #expect(answer.status == 503)
            #expect(answer.body == #"{"ok":false,"error":"Queue is full"}"#)
        }
    }
}
