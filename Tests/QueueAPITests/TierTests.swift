import BullMQ
import Foundation
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct TierTests {
    private static let table = """
        {"version":1,"defaultTier":"free","tiers":{
          "free":{"operations":{"resize_image":2}},
          "pro":{"operations":{"resize_image":"unlimited","crop_image":"unlimited"}}}}
        """

    private func withTiers(
        _ directus: ScriptedDirectus = ScriptedDirectus(),
        _ change: (inout QueueAPIConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tiers-\(UUID().uuidString).json")
        try Data(Self.table.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer(directus: directus) {
            $0.tiers = .directus
            $0.tierTable = file.path
            change(&$0)
        } _: {
            try await body($0)
        }
    }

    private static let crop = EnqueueTests.good.replacingOccurrences(of: "resize_image", with: "crop_image")

    @Test func `Both refusals have the contract's bodies`() async throws {
        try await withTiers { (server: TestServer) async throws in
            let unavailable = try await server.enqueue(Self.crop)
            #expect(unavailable.status == 403)
            #expect(
                unavailable.body == """
                    {"error":"tier_limit_reached","reason":"feature_unavailable",\
                    "message":"This feature is not available on your current plan.","code":"not_in_tier"}
                    """)
            for _ in 0..<2 { #expect(try await server.enqueue(EnqueueTests.good).status == 200) }
            let limit = try await server.enqueue(EnqueueTests.good)
            #expect(limit.status == 403)
            #expect(
                limit.body == """
                    {"error":"tier_limit_reached","reason":"limit_reached",\
                    "message":"You have reached your plan limit for this feature. Upgrade to continue."}
                    """)
        }
    }

    @Test func `Subscribers have their tier, administrators everything`() async throws {
        let directus = ScriptedDirectus { $0.tiers[Tokens.userID] = "pro" }
        try await withTiers(directus) { (server: TestServer) async throws in
            #expect(try await server.enqueue(Self.crop).status == 200)
            #expect(try await server.enqueue(Self.crop, token: Tokens.other).status == 403)
            #expect(try await server.enqueue(Self.crop, token: Tokens.admin).status == 200)
        }
    }

    @Test func `The reason can have its other name`() async throws {
        try await withTiers {
            $0.tierReasonStyle = .a
        } _: { (server: TestServer) async throws in
            #expect(try await server.enqueue(Self.crop).json["reason"]?.stringValue == "not_in_tier")
        }
    }

    @Test func `A job that is not added costs nothing`() async throws {
        let directus = ScriptedDirectus()
        try await withTiers(directus) {
            $0.recordCheck = .strict
        } _: { (server: TestServer) async throws in
            for _ in 0..<5 { #expect(try await server.enqueue(EnqueueTests.good).status == 404) }
            directus.change { $0.records[Tokens.jobID] = failedRecord(Tokens.jobID, status: "pending") }
            #expect(try await server.enqueue(EnqueueTests.good).status == 200)
        }
    }

    @Test func `A retry costs nothing, but needs the feature`() async throws {
        let directus = ScriptedDirectus { $0.records[Tokens.jobID] = failedRecord(Tokens.jobID) }
        try await withTiers(directus) { (server: TestServer) async throws in
            for _ in 0..<2 { #expect(try await server.enqueue(EnqueueTests.good).status == 200) }
            let path = "/api/queue/retry/\(Tokens.jobID)"
            #expect(try await server.send(.POST, path, token: Tokens.user).status == 200)
            directus.change {
                $0.records[Tokens.jobID] = failedRecord(Tokens.jobID)
                $0.records[Tokens.jobID]?.operation = "crop_image"
            }
            let answer = try await server.send(.POST, path, token: Tokens.user)
            #expect(answer.status == 403)
            #expect(try answer.json["reason"]?.stringValue == "feature_unavailable")
        }
    }

    @Test func `Without Directus tiers are closed, or open by configuration`() async throws {
        for (isOpen, status) in [(false, 503), (true, 200)] {
            try await withTiers(ScriptedDirectus { $0.isDown = true }) {
                $0.tiersFailOpen = isOpen
            } _: { (server: TestServer) async throws in
                let answer = try await server.enqueue(EnqueueTests.good)
                #expect(answer.status == status)
                if !isOpen { #expect(answer.body == #"{"ok":false,"error":"Subscription service unavailable"}"#) }
            }
        }
    }
}
