// The worker with records: what becomes of them, of inputs and of results, whatever fails meanwhile.

import BullMQ
import BullMQTesting
import Directus
import DirectusStandIn
import Foundation
import NIOHTTP1
import Testing

@testable import MediaJobs
@testable import MediaRecords

extension WorkerProcessTests {
    static let records = "/items/media_jobs"

    @Test("a job goes from file to file of Directus, and its record tells how far it is") func lifeOfRecord()
        async throws
    {
        let bench = try await DirectusBench()
        let input = try await bench.picture()
        let folder = try await bench.makeFolder()
        let profile = UUID().uuidString.lowercased()
        let connection = UUID().uuidString.lowercased()
        try await bench.client.create(
            ["id": .string(profile), "folder": .string(folder)] as DirectusRow, in: CreatorProfile.collection)
        try await bench.client.create(
            ["id": .string(connection), "creator_profile_id": .string(profile)] as DirectusRow,
            in: PlatformConnection.collection)
        let record = try await bench.makeRecord("convert_image", ["input_file_id": .string(input)])
        let job = try await bench.enqueue(
            "convert_image", of: record.uppercased(),
            [
                "input_file_id": .string(input), "input_url": "https://example.com/ignored.png",
                "params": ["format": "jpeg"], "creator_profile_id": .string(connection),
            ])
        let result = try await bench.finished(job).decode(DirectusValue.self)
        let output = DirectusFiles.id(ofResult: 0, of: try #require(UUID(uuidString: record)))
        #expect(result["output_file_id"]?.string == output && result["path"] == nil)
        #expect(result["warnings"]?.array?.first?.string?.contains("\"input_url\" has no effect") == true)

        let done = try await bench.record(record)
        #expect(done.status == .completed && done.outputFileID == output && done.error == nil)
        #expect(
            done.progress == 100 && done.attempts == 1 && done.bullJobID == job.id && done.queue == bench.queue.name)
        #expect(done.result == result)
        #expect(try #require(done.startedAt) <= (try #require(done.finishedAt)))

        let file = try #require(try await bench.client.file(output))
        #expect(file.type == "image/jpeg" && file.filenameDownload == "Red_flag-convert_image.jpg")
        #expect(file.folder == folder && file.filesize == result["bytes"]?.integer)
        let copy = bench.bench.folder.url.appendingPathComponent("copy.jpg")
        try await bench.client.download(output, to: copy, limit: 1_000_000)
        #expect(try MediaType(of: copy)?.name == "jpeg")
        #expect(try !bench.bench.folder.names().contains("out"))

        // The same record's next run makes no second file; a file that a parameter names is fetched as well.
        let marked = try await bench.makeRecord("apply_watermark")
        let mark = try await bench.enqueue(
            "apply_watermark", of: marked,
            ["input_file_id": .string(output), "params": ["image_file_id": .string(input), "format": "png"]])
        let first = try await bench.finished(mark).decode(DirectusValue.self)
        let again = try await bench.enqueue(
            "thumbnail", of: marked, ["input_file_id": .string(input), "params": ["width": 2]])
        let second = try await bench.finished(again).decode(DirectusValue.self)
        #expect(first["output_file_id"] == second["output_file_id"])
        let replaced = try #require(try await bench.client.file(second["output_file_id"]?.string ?? ""))
        #expect(replaced.filesize == second["bytes"]?.integer)
        #expect(try await bench.record(marked).bullJobID == again.id)

        // A folder that was deleted does not lose the result.
        let homeless = UUID().uuidString.lowercased()
        try await bench.client.create(
            ["id": .string(homeless), "folder": .string(UUID().uuidString.lowercased())] as DirectusRow,
            in: CreatorProfile.collection)
        let moved = try await bench.enqueue(
            "convert_image", of: try await bench.makeRecord("convert_image"),
            [
                "input_file_id": .string(input), "params": ["format": "gif"], "creator_profile_id": .string(homeless),
            ])
        let elsewhere = try await bench.finished(moved).decode(DirectusValue.self)
        #expect(elsewhere["warnings"]?.array?.first?.string?.contains("folder does not exist") == true)
        #expect(try await bench.client.file(elsewhere["output_file_id"]?.string ?? "")?.folder == nil)

        // Several results, without a record.
        let several = try await bench.enqueue(
            "upload", of: nil, ["input_file_id": .string(input), "params": ["thumbnail": true]])
        let files = try await bench.finished(several).decode(DirectusValue.self)["files"]?.array ?? []
        #expect(files.count == 2)
        for file in files {
            let stored = try await bench.client.file(file["id"]?.string ?? "")
            #expect(stored?.filesize == file["bytes"]?.integer && stored?.type == file["type"]?.string)
        }
        try await bench.stop()
    }

    @Test("what fails is recorded when no attempt is left, with a reason for its author") func failures() async throws {
        let server = try await TestServer { _ in .init(status: .serviceUnavailable) }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await DirectusBench(["MEDIA_TRUSTED_HOSTS": host])
        let input = try await bench.picture()
        let options = JobOptions(attempts: 2, backoff: .fixed(.seconds(1)))

        let passing = try await bench.makeRecord("download")
        let job = try await bench.enqueue(
            "download", of: passing, ["input_url": .string("http://\(host)/busy")], options: options)
        let between = try await bench.record(passing) { $0.error != nil }
        #expect(between.status == .processing && between.attempts == 1)
        _ = try await bench.bench.failure(of: job)
        let failed = try await bench.record(passing) { $0.status == .failed }
        #expect(failed.error?.contains("status 503") == true && failed.attempts == 2 && failed.finishedAt != nil)
        #expect(failed.outputFileID == nil)

        // Somebody lets the job run again, with all its attempts.
        try await job.retry(resetAttemptsMade: true, resetAttemptsStarted: true)
        let again = try await bench.record(passing) { $0.status == .failed && $0.finishedAt != failed.finishedAt }
        #expect(again.attempts == 2 && again.error == failed.error)

        let stranger = UUID().uuidString.lowercased()
        try await bench.client.create(
            ["id": .string(stranger), "user": .string(UUID().uuidString)] as DirectusRow, in: CreatorProfile.collection)
        for (data, words) in [
            (["input_file_id": .string(input), "params": ["widht": 2]], "unknown parameter"),
            (
                ["input_file_id": .string(UUID().uuidString), "params": ["width": 2]],
                "names a file that does not exist"
            ),
            (["input_file_id": "../../users/me", "params": ["width": 2]], "\"input_file_id\" must be a UUID"),
            (
                [
                    "input_file_id": .string(input), "params": ["width": 2], "creator_profile_id": .string(stranger),
                ], "profile of another user"
            ),
        ] as [([String: JSONValue], String)] {
            let record = try await bench.makeRecord("resize_image")
            let failure = try await bench.bench.failure(
                of: try await bench.enqueue("resize_image", of: record, data, options: options))
            #expect(failure.reason.contains(words) && failure.attempts == 1, "\(failure)")
            let end = try await bench.record(record) { $0.status == .failed }
            #expect(end.error == failure.reason && end.queue == bench.queue.name)
        }

        let missing = try await bench.enqueue(
            "resize_image", of: UUID().uuidString, ["input_file_id": .string(input), "params": ["width": 2]],
            options: options)
        let failure = try await bench.bench.failure(of: missing)
        #expect(failure.reason.contains("record_missing") && failure.attempts == 1)
        try await bench.stop()
        await server.stop()
    }

    @Test("a result that Directus cannot be told of is kept by the queue, and told later") func toldLater() async throws
    {
        let bench = try await DirectusBench()
        let input = try await bench.picture()
        let record = try await bench.makeRecord("convert_image")
        let failing = try await bench.makeRecord("convert_image")
        // The record says `processing`; then Directus takes no change of a record any more.
        let faults = bench.directus.faults
        faults.next(.delay(.zero), method: "PATCH", path: Self.records)
        faults.next(.internalError, times: 100_000, method: "PATCH", path: Self.records)
        let job = try await bench.enqueue(
            "convert_image", of: record, ["input_file_id": .string(input), "params": ["format": "webp"]])
        let result = try await bench.finished(job).decode(DirectusValue.self)
        #expect(result["output_file_id"]?.string != nil)
        #expect(try await bench.record(record).status == .processing)
        let wrong = try await bench.enqueue("convert_image", of: failing, ["input_file_id": .string(input)])
        let failure = try await bench.bench.failure(of: wrong)
        #expect(try await bench.record(failing).status == .pending)

        faults.clear()
        let done = try await bench.record(record) { $0.status == .completed }
        #expect(done.outputFileID == result["output_file_id"]?.string && done.result == result && done.progress == 100)
        let failed = try await bench.record(failing) { $0.status == .failed }
        #expect(failed.error == failure.reason && failed.bullJobID == wrong.id)
        try await bench.stop()
    }

    @Test("ends that came while no worker was there are recorded by the next one") func whileNobodyWasThere()
        async throws
    {
        let bench = try await DirectusBench()
        let first = try await bench.enqueue(
            "convert_image", of: nil, ["input_file_id": .string(bench.picture()), "params": ["format": "webp"]])
        _ = try await bench.finished(first)
        #expect(await bench.bench.worker.stop(grace: .seconds(30)) == .exited(0))
        let record = try await bench.makeRecord("convert_image")
        let job = try await bench.enqueue("convert_image", of: record, [:])
        // A worker that knows nothing of records.
        let other = try Worker(bench.queue.name, redis: bench.queue.redis) {
            Handler(named: "convert_image") { _ in JSONText(["output_file_id": .null, "ms": 1]) }
        }
        async let working: Void = other.run()
        _ = try await bench.finished(job)
        await other.close()
        try await working

        // Two jobs that no queue knows: one uploaded its result before it got lost.
        let lost = try await bench.makeRecord("convert_image", Self.underWay(bench))
        let uploaded = try await bench.makeRecord("convert_image", Self.underWay(bench))
        let output = DirectusFiles.id(ofResult: 0, of: try #require(UUID(uuidString: uploaded)))
        let file = try bench.bench.folder.file("result", MediaJobTests.picture)
        _ = try await bench.client.upload(file, NewDirectusFile(id: output, filename: "a.png", type: "image/png"))
        // One that waits for a run that was never enqueued.
        let promised = try await bench.makeRecord(
            "convert_image",
            Self.underWay(
                bench, ["status": "pending", "date_updated": Date(timeIntervalSinceNow: -7200).directusValue]))
        // Another queue's, and one that began a moment ago.
        let others = try await bench.makeRecord("convert_image", Self.underWay(bench, ["queue": "elsewhere"]))
        let young = try await bench.makeRecord(
            "convert_image", Self.underWay(bench, ["started_at": Date().directusValue]))

        let next = try await ChildProcess.start(Self.program, environment: bench.bench.environment)
        #expect(try await bench.record(record) { $0.status == .completed }.result?["ms"] == 1)
        #expect(try await bench.record(lost) { $0.status == .failed }.error?.contains("got lost") == true)
        #expect(try await bench.record(promised) { $0.status == .failed }.error?.contains("got lost") == true)
        let found = try await bench.record(uploaded) { $0.status == .completed }
        #expect(found.outputFileID == output && found.result?["bytes"]?.integer == MediaJobTests.picture.count)
        #expect(try await bench.record(others).status == .processing)
        #expect(try await bench.record(young).status == .processing)
        #expect(await next.stop(grace: .seconds(30)) == .exited(0))
        try await bench.end()
    }

    static func underWay(_ bench: DirectusBench, _ columns: DirectusRow = [:]) -> DirectusRow {
        var row: DirectusRow = [
            "status": "processing", "queue": .string(bench.queue.name), "bull_job_id": "gone", "attempts": 1,
            "started_at": Date(timeIntervalSinceNow: -7200).directusValue,
        ]
        row.columns.merge(columns.columns) { $1 }
        return row
    }

    @Test("a Directus that cannot answer, or refuses the token, costs a job no attempt") func waiting() async throws {
        let bench = try await DirectusBench(before: { directus, _ in
            directus.faults.next(.internalError, times: 100_000, method: "GET", path: Self.records)
        })
        let input = try await bench.picture()
        let record = try await bench.makeRecord("convert_image")
        let job = try await bench.enqueue(
            "convert_image", of: record, ["input_file_id": .string(input), "params": ["format": "webp"]])
        try await bench.until { try await job.state() == .delayed }
        #expect(try await job.refreshed()?.attemptsMade == 0)
        bench.directus.faults.clear()
        _ = try await bench.finished(job)
        #expect(try await bench.record(record).status == .completed)

        #expect(await bench.bench.worker.stop(grace: .seconds(30)) == .exited(0))
        var environment = bench.bench.environment
        environment["DIRECTUS_TOKEN"] = "another-token"
        let stranger = try await ChildProcess.start(Self.program, environment: environment)
        let second = try await bench.enqueue(
            "convert_image", of: record, ["input_file_id": .string(input), "params": ["format": "webp"]])
        try await bench.until { try await second.state() == .delayed }
        #expect(try await second.refreshed()?.attemptsMade == 0)
        #expect(await stranger.stop(grace: .seconds(30)) == .exited(0))
        let log = stranger.errors.lines.joined()
        #expect(log.contains("refuses the worker's token") && !log.contains("another-token"))
        try await bench.end()
    }

    @Test("the rights that the README names are enough") func rights() async throws {
        let bench = try await DirectusBench()
        let role = try await bench.make("/roles", ["name": "Workers"])
        let policy = try await bench.make(
            "/policies", ["name": "Queue worker", "admin_access": false, "app_access": false])
        try await bench.make("/access", ["policy": .string(policy), "role": .string(role)])
        for (collection, action) in [
            ("media_jobs", "read"), ("media_jobs", "update"), ("directus_files", "create"), ("directus_files", "read"),
            ("directus_files", "update"), ("creator_profiles", "read"), ("platform_connections", "read"),
        ] {
            // These have keys of their own: numbers.
            try await bench.make(
                "/permissions",
                [
                    "policy": .string(policy), "collection": .string(collection), "action": .string(action),
                    "fields": ["*"], "permissions": [:],
                ], withID: false)
        }
        try await bench.make(
            "/users",
            [
                "email": "worker@example.com", "role": .string(role), "status": "active",
                "token": "token-of-a-plain-worker",
            ])
        let input = try await bench.picture()
        let profile = UUID().uuidString.lowercased()
        try await bench.client.create(
            ["id": .string(profile), "name": "P"] as DirectusRow, in: CreatorProfile.collection)
        let first = try await bench.enqueue(
            "convert_image", of: nil, ["input_file_id": .string(input), "params": ["format": "webp"]])
        _ = try await bench.finished(first)
        #expect(await bench.bench.worker.stop(grace: .seconds(30)) == .exited(0))

        var environment = bench.bench.environment
        environment["DIRECTUS_TOKEN"] = "token-of-a-plain-worker"
        let plain = try await ChildProcess.start(Self.program, environment: environment)
        let record = try await bench.makeRecord("convert_image")
        let data: [String: JSONValue] = [
            "input_file_id": .string(input), "params": ["format": "webp"], "creator_profile_id": .string(profile),
        ]
        for _ in 1...2 {
            let job = try await bench.enqueue("convert_image", of: record, data)
            let result = try await bench.finished(job).decode(DirectusValue.self)
            let done = try await bench.record(record)
            #expect(done.status == .completed && done.outputFileID == result["output_file_id"]?.string)
            #expect(done.result == result && result["warnings"] == [])
        }
        #expect(await plain.stop(grace: .seconds(30)) == .exited(0))
        try await bench.end()
    }

    @Test("a job that was done before tells its result again and does nothing") func doneBefore() async throws {
        let bench = try await DirectusBench()
        let result: DirectusValue = ["output_file_id": nil, "ms": 7]
        let record = try await bench.makeRecord(
            "convert_image", ["status": "completed", "bull_job_id": "run-1", "result": result])
        let job = try await bench.enqueue(
            "convert_image", of: record,
            ["input_file_id": .string(UUID().uuidString), "params": ["format": "webp"]],
            options: JobOptions(jobID: "run-1"))
        #expect(try await bench.finished(job).decode(DirectusValue.self) == result)
        #expect(try await bench.record(record).attempts == nil)
        try await bench.stop()
    }

    @Test("a job that is stopped uploads nothing: cancelled it has failed, after a shutdown it waits") func stopped()
        async throws
    {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await DirectusBench(["MEDIA_TRUSTED_HOSTS": host, "MEDIA_GRACE": "0"])
        let data: [String: JSONValue] = ["input_url": .string("http://\(host)/slow")]
        let cancelled = try await bench.makeRecord("download")
        let job = try await bench.enqueue("download", of: cancelled, data)
        try await bench.until { server.requests.count == 1 }
        _ = try await bench.queue.cancel(job.id, reason: "not needed any more")
        let end = try await bench.record(cancelled) { $0.status == .failed }
        #expect(end.error?.contains("not needed any more") == true)

        let record = try await bench.makeRecord("download")
        let waiting = try await bench.enqueue("download", of: record, data)
        try await bench.until { server.requests.count == 2 }
        #expect(await bench.bench.worker.stop(grace: .seconds(30)) == .exited(0))
        #expect(try await bench.queue.state(of: waiting.id) == .waiting)
        #expect(try await bench.record(record).status == .processing)
        for id in [cancelled, record] {
            let output = DirectusFiles.id(ofResult: 0, of: try #require(UUID(uuidString: id)))
            #expect(try await bench.client.file(output) == nil)
        }
        try await bench.end()
        await server.stop()
    }
}
