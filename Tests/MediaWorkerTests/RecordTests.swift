// What records say, without any server.

import Directus
import Foundation
import MediaJobs
import MediaProcessing
import Testing

@testable import MediaRecords

@Suite struct RecordTests {
    static let id = "f47ac10b-58cc-4372-a567-0e02b2c3d479"

    func record(_ text: String) throws -> MediaJobRecord {
        try JSONDecoder().decode(MediaJobRecord.self, from: Data(#"{"id":"\#(Self.id)",\#(text)}"#.utf8))
    }

    func ended(_ end: EndedJob.End, attempt: Int = 2) throws -> EndedJob {
        let run = RecordRun(
            recordID: try #require(UUID(uuidString: Self.id)), bullJobID: "b1", queue: "media-jobs", attempt: attempt)
        return EndedJob(run: run, end: end, date: Date(timeIntervalSince1970: 0))
    }

    @Test("a name-based uuid is that of the standard's example") func uuid() throws {
        let dns = try #require(UUID(uuidString: "6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        #expect(UUID("www.example.com", in: dns).lowercased == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        let ids = (0..<3).map { DirectusFiles.id(ofResult: $0, of: dns) }
        #expect(Set(ids).count == 3 && ids == (0..<3).map { DirectusFiles.id(ofResult: $0, of: dns) })
    }

    @Test(
        "an ended job changes only a record that is open and its own",
        arguments: [
            (#""status":"pending","bull_job_id":null,"attempts":null"#, true),
            (#""status":"processing","bull_job_id":"b1","attempts":2"#, true),
            (#""status":"processing","bull_job_id":"b1","attempts":1"#, true),
            // Put back for its next run, which is this one.
            (#""status":"pending","bull_job_id":"b1","attempts":9"#, true),
            (#""status":"processing","bull_job_id":"b1","attempts":3"#, false),
            (#""status":"processing","bull_job_id":"b2","attempts":1"#, false),
            (#""status":"pending","bull_job_id":"b2""#, false),
            (#""status":"completed","bull_job_id":"b1""#, false),
            (#""status":"failed","bull_job_id":"b1""#, false), (#""status":"error","bull_job_id":null"#, false),
            (#""status":"archived","bull_job_id":null"#, false),
            // Without the column nothing tells the first run from the second.
            (#""status":"pending""#, false), (#""status":"processing""#, true),
        ])
    func repair(columns: String, isChanged: Bool) throws {
        for end in [EndedJob.End.completed(["output_file_id": "f1"]), .failed("too_large: no")] {
            let changes = try ended(end).repair(of: try record(columns))
            #expect((changes != nil) == isChanged, "\(columns): \(String(describing: changes))")
        }
    }

    @Test("a record of another job is left alone") func otherRecord() throws {
        var other = try record(#""status":"pending","bull_job_id":null"#)
        other.id = "00000000-58cc-4372-a567-0e02b2c3d479"
        #expect(try ended(.failed("no")).repair(of: other) == nil)
    }

    @Test("only columns that the collection has are written") func columns() throws {
        let few = try record(#""status":"processing","error":null,"output_file_id":null"#)
        let completed = try #require(try ended(.completed(["output_file_id": "f1", "bytes": 7])).repair(of: few))
        #expect(completed == ["status": "completed", "error": nil, "output_file_id": "f1"])
        let all = try record(
            #""status":"processing","error":null,"output_file_id":null,"result":null,"progress":3,"finished_at":null,"#
                + #""bull_job_id":"b1","queue":null"#)
        let failed = try #require(try ended(.failed("too_large: no")).repair(of: all))
        #expect(
            failed == [
                "status": "failed", "error": "too_large: no", "finished_at": "1970-01-01T00:00:00.000Z",
                "bull_job_id": "b1", "queue": "media-jobs",
            ])
        let done = try #require(try ended(.completed(["output_file_id": "f1", "bytes": 7])).repair(of: all))
        #expect(done["progress"] == 100 && done["result"]?["bytes"] == 7 && done["error"] == .null)
    }

    @Test("error texts are cut at 2000 characters") func errorText() {
        #expect(MediaRecords.shortened("short") == "short")
        #expect(MediaRecords.shortened(String(repeating: "é", count: 3000)).unicodeScalars.count == 2000)
    }

    @Test("a result tells its files and no path") func result() throws {
        let report = MediaReport(
            path: "/srv/a.jpg", bytes: 7, width: 4, height: 2, format: "jpeg", duration: .milliseconds(12),
            playingTime: .seconds(1), details: ["copied": true])
        let file = StoredResultFile(id: "f1", filename: "a.jpg", type: "image/jpeg", bytes: 7, width: 4, height: 2)
        let value = try StoredResult(outputFileID: "f1", files: [file], report: report).value
        let files: DirectusValue = [
            ["id": "f1", "filename": "a.jpg", "type": "image/jpeg", "bytes": 7, "width": 4, "height": 2]
        ]
        #expect(
            value == [
                "output_file_id": "f1", "files": files, "bytes": 7, "width": 4, "height": 2, "frames": 1,
                "format": "jpeg", "ms": 12, "warnings": [], "duration_ms": 1000, "details": ["copied": true],
            ])
    }

    @Test("a profile serves its owner, and whoever owns the record") func profiles() throws {
        let profile = CreatorProfile(id: "p", user: "U1")
        for (owner, user, isRefused) in [
            ("u1", "x", false), ("x", "u1", false), ("x", "y", true), ("x", nil, true), (nil, "x", false),
        ] as [(String?, String?, Bool)] {
            var refusal: MediaJobError?
            do {
                try CreatorProfiles.check(profile, recordOwner: owner, askedBy: user)
            } catch {
                refusal = error
            }
            #expect((refusal != nil) == isRefused && refusal?.isPermanent ?? true)
        }
        try CreatorProfiles.check(CreatorProfile(id: "p"), recordOwner: "x", askedBy: "y")
    }

    @Test("a failure of Directus says nothing of its address, and whether to wait") func failures() {
        for (error, code, waits) in [
            (DirectusError(.serviceUnavailable, status: 503, message: "http://host"), "directus_unavailable", true),
            (DirectusError(.unreachable, message: "http://host"), "directus_unavailable", true),
            (DirectusError(.invalidCredentials, status: 401, message: "http://host"), "directus_refused", true),
            (DirectusError(.invalidToken, status: 403, message: "http://host"), "directus_refused", true),
            (DirectusError(.contentTooLarge, status: 413, message: "http://host"), "too_large", false),
            (DirectusError(.failedValidation, status: 400, message: "http://host"), "internal_error", false),
        ] {
            let said = MediaJobError(error, "It cannot be fetched")
            #expect(said.code.rawValue == code && (said.retryAfter != nil) == waits, "\(said)")
            #expect(!said.description.contains("host") && said.isPermanent == (code == "too_large"))
        }
    }
}
