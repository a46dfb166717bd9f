import AsyncHTTPClient
import BullMQ
import BullMQTesting
import Foundation
import LiveTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct EmbeddedTests {
    private static let token = "the-static-token-of-the-administrator"

    private func directus(
        _ method: HTTPMethod, _ url: String, _ body: JSONValue? = nil
    ) async throws -> JSONValue? {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(Self.token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.serialized()))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        #expect((200...204).contains(Int(response.status.code)), "\(text)")
        return text.isEmpty ? nil : try JSONValue(parsing: text)["data"]
    }

    @Test func `A record in the embedded stand-in is enqueued, fails, and is retried`() async throws {
        let port = try LoopbackPort.free()
        try await withServer(directus: nil) {
            $0.directusPort = port
            $0.directusToken = Self.token
            $0.directusSecret = Tokens.secret
            $0.recordCheck = .strict
        } _: { (server: TestServer) async throws in
            let items = "http://127.0.0.1:\(port)/items/media_jobs"
            let me = try #require(try await directus(.GET, "http://127.0.0.1:\(port)/users/me")?["id"]?.stringValue)
            let token = Tokens.signed(Tokens.claims(["id": me, "admin_access": true]))
            _ = try await directus(
                .POST, items,
                [
                    "id": .string(Tokens.jobID), "operation": "transcoding", "status": "pending",
                    "input_url": "https://example.org/a.mp4", "params": ["format": "mp4"],
                ])
            let body =
                #"{"jobId":"\#(Tokens.jobID)","operation":"transcoding","input_url":"https://example.org/a.mp4"}"#
            let enqueued = try await server.enqueue(body, token: token)
            #expect(enqueued.status == 200, "\(enqueued.body)")
            let early = try await server.send(.POST, "/api/queue/retry/\(Tokens.jobID)", token: token)
            #expect(early.status == 409)
            #expect(early.body == #"{"error":"Job is not in a failed state","status":"pending"}"#)
            _ = try await directus(.PATCH, "\(items)/\(Tokens.jobID)", ["status": "failed", "error": "broken"])
            let retried = try await server.send(.POST, "/api/queue/retry/\(Tokens.jobID)", token: token)
            #expect(retried.status == 200, "\(retried.body)")
            let record = try await directus(.GET, "\(items)/\(Tokens.jobID)")
            #expect(record?["status"]?.stringValue == "pending")
            #expect(record?["error"]?.isNull == true)
            #expect(try record?["bull_job_id"] == retried.json["bullJobId"])
            // The administrator's static token is verified by asking Directus.
            let asked = try await server.enqueue(body, token: Self.token)
            #expect(asked.status == 200, "\(asked.body)")
        }
    }
}
