// A worker process with a queue and a Directus of its own.

import AsyncHTTPClient
import BullMQ
import BullMQTesting
import Directus
import DirectusStandIn
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import MediaJobs

/// A stand-in for Directus with the data model, and a worker that uses it.
struct DirectusBench {
    static let token = "token-of-the-worker"

    let directus: DirectusStandIn
    let client: DirectusClient
    let bench: WorkerProcessTests.Bench
    private let serving: Task<Void, any Error>

    var queue: Queue { bench.queue }

    /// - Parameter prepare: What happens before the worker starts.
    init(
        _ environment: [String: String] = [:],
        before prepare: (DirectusStandIn, DirectusClient) async throws -> Void = { _, _ in }
    ) async throws {
        var configuration = StandInConfiguration(
            secret: "a secret of the tests, and of them alone", adminPassword: "pw")
        configuration.port = 0
        configuration.adminToken = Self.token
        let directus = try DirectusStandIn(configuration)
        self.directus = directus
        serving = Task { try await directus.run() }
        let address = try await directus.address()
        client = DirectusClient(try DirectusConfiguration(url: address, token: Self.token))
        _ = try await DirectusSchema.queueSystem.apply(with: client)
        try await prepare(directus, client)
        let all = ["DIRECTUS_URL": address, "DIRECTUS_TOKEN": Self.token, "MEDIA_RECONCILE": "1"]
        bench = try await WorkerProcessTests.Bench(all.merging(environment) { $1 })
    }

    /// Uploads the picture of 4 × 2 red pixels.
    func picture(named name: String = "Red flag.png") async throws -> String {
        let file = try bench.folder.file("uploads/\(UUID().uuidString)", MediaJobTests.picture)
        return try await client.upload(file, NewDirectusFile(filename: name, type: "image/png")).id
    }

    /// Makes a folder for files.
    func makeFolder() async throws -> String { try await make("/folders", ["name": "Results"]) }

    /// Makes a row of a system collection.
    @discardableResult
    func make(_ path: String, _ columns: DirectusRow, withID: Bool = true) async throws -> String {
        let id = UUID().uuidString.lowercased()
        var columns = columns
        if withID { columns["id"] = .string(id) }
        var request = HTTPClientRequest(url: client.configuration.url + path)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(Self.token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(columns)))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let text = String(buffer: try await answer.body.collect(upTo: 1 << 20))
        #expect([.ok, .noContent].contains(answer.status), "\(path): \(text)")
        return id
    }

    /// Makes a pending record.
    func makeRecord(_ operation: String, _ columns: DirectusRow = [:]) async throws -> String {
        let id = UUID().uuidString.lowercased()
        var row: DirectusRow = ["id": .string(id), "operation": .string(operation), "status": "pending"]
        row.columns.merge(columns.columns) { $1 }
        try await client.create(row, in: MediaJobRecord.collection)
        return id
    }

    /// Enqueues the job of a record.
    func enqueue(
        _ operation: String, of record: String?, _ data: [String: JSONValue], options: JobOptions = JobOptions()
    ) async throws -> Job {
        var all = data
        all["operation"] = .string(operation)
        if let record { all["jobId"] = .string(record) }
        let object = JSONValue.object(JSONObject(all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        return try await queue.add(name: operation, data: JSONText(object), options: options)
    }

    func finished(_ job: Job) async throws -> JSONText {
        try await job.finished(within: .seconds(60), events: bench.events)
    }

    func record(_ id: String) async throws -> MediaJobRecord {
        let record = try await client.item(MediaJobRecord.collection, id: id, as: MediaJobRecord.self)
        return try #require(record)
    }

    /// The record, once it is as wanted.
    func record(
        _ id: String, until isWanted: (MediaJobRecord) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> MediaJobRecord {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let record = try await record(id)
            if isWanted(record) { return record }
            guard ContinuousClock.now < deadline else {
                Issue.record("the record stays \(record)", sourceLocation: sourceLocation)
                return record
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until something is so.
    func until(
        sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else {
                Issue.record("it does not happen", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends the worker and everything else.
    func stop() async throws {
        #expect(await bench.worker.stop(grace: .seconds(30)) == .exited(0))
        try await end()
    }

    /// Ends everything but the worker, which has ended and must have left no temporary file and told no token.
    func end() async throws {
        await queue.redis.close()
        #expect(try bench.folder.names("tmp").isEmpty)
        #expect(!bench.worker.errors.lines.joined().contains(Self.token))
        await client.shutdown()
        serving.cancel()
        _ = await serving.result
    }
}
