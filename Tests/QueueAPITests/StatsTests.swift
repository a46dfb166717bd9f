import BullMQ
import BullMQTesting
import LiveTesting
import Logging
import NIOHTTP1
import TaxonomyCache
import Testing

@testable import QueueAPI

@Suite(.live) struct StatsTests {
    private static let empty = #"{"waiting":0,"active":0,"completed":0,"failed":0,"delayed":0,"paused":false}"#

    @Test func `An empty system answers with zeros in the contract's exact shape`() async throws {
        try await withServer { (server: TestServer) async throws in
            let answer = try await server.get("/api/queue/stats")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "Cache-Control") == "no-store")
            #expect(answer.headers.first(name: "Content-Type") == "application/json; charset=utf-8")
            #expect(
                answer.body == """
                    {"ok":true,"stats":{"waiting":0,"active":0,"completed":0,"failed":0,"delayed":0,"queues":{\
                    "media-jobs":\(Self.empty),"scrape-jobs":\(Self.empty),"onboarding-jobs":\(Self.empty)}},\
                    "taxonomy_cache":{"size":0,"hits":0,"misses":0}}
                    """)
        }
    }

    @Test func `Three jobs of the default priority are three waiting jobs, also in a paused queue`() async throws {
        try await withServer { (server: TestServer) async throws in
            for _ in 0..<3 {
                let body =
                    #"{"jobId":"\#(Tokens.jobID)","operation":"strip_metadata","input_file_id":"\#(Tokens.fileID)"}"#
                #expect(try await server.enqueue(body).status == 200)
            }
            try await server.queue().pause()
            let stats = try await server.get("/api/queue/stats").json["stats"]
            #expect(stats?["waiting"]?.intValue == 3)
            #expect(stats?["queues"]?["media-jobs"]?["waiting"]?.intValue == 3)
            #expect(stats?["queues"]?["media-jobs"]?["paused"]?.boolValue == true)
            #expect(stats?["queues"]?["scrape-jobs"]?["paused"]?.boolValue == false)
        }
    }

    @Test func `The other states are counted where they are`() async throws {
        try await withServer { (server: TestServer) async throws in
            let queue = try server.queue("scrape-jobs")
            try await queue.add(name: "scrape_profile", options: JobOptions(delay: .seconds(60)))
            try await queue.add(name: "scrape_profile")
            _ = try await server.failNextJob("scrape-jobs")
            let stats = try await server.get("/api/queue/stats?queue=scrape-jobs").json["stats"]
            #expect(stats?["delayed"]?.intValue == 1)
            #expect(stats?["failed"]?.intValue == 1)
            #expect(stats?["waiting"]?.intValue == 0)
            #expect(stats?["queues"]?.objectValue?.count == 1)
        }
    }

    @Test func `A queue that does not exist is the client's fault`() async throws {
        try await withServer { (server: TestServer) async throws in
            let answer = try await server.get("/api/queue/stats?queue=nope")
            #expect(answer.status == 400)
            #expect(answer.body == #"{"error":"Unknown queue: nope"}"#)
        }
    }

    @Test func `The taxonomy cache is part of the numbers`() async throws {
        let directus = ScriptedDirectus {
            $0.terms = [TaxonomyTerm(id: 1, slug: "a", name: "A"), TaxonomyTerm(id: 2, slug: "b", name: "B")]
        }
        try await withServer(directus: directus) { (server: TestServer) async throws in
            try await eventually { try await server.get("/api/queue/stats").json["taxonomy_cache"]?["size"] == 2 }
        }
    }

    @Test func `A token can be required`() async throws {
        try await withServer {
            $0.statsRequireToken = true
        } _: { (server: TestServer) async throws in
            #expect(try await server.get("/api/queue/stats").status == 401)
            #expect(try await server.get("/api/queue/stats", token: Tokens.user).status == 200)
        }
    }

    @Test func `Simultaneous questions share readings, and no answer is older than its question`() async throws {
        try await withServer { (server: TestServer) async throws in
            let queue = try server.queue()
            for expected in 1...20 {
                try await queue.add(name: "download")
                let counts = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await server.get("/api/queue/stats").json["stats"]?["waiting"]?.intValue }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(counts.allSatisfy { $0 == expected })
            }
        }
    }
}
