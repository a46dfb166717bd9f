import Foundation
import Testing

@testable import Directus

@Suite("Values, rows and records")
struct ValueTests {
    private func value(_ text: String) throws -> DirectusValue {
        try DirectusJSON.decode(DirectusValue.self, from: Data(text.utf8))
    }

    @Test("numbers are read from numbers and from texts")
    func numbers() throws {
        #expect(try value("12").integer == 12)
        #expect(try value("\"12\"").integer == 12)
        #expect(try value("12.0").integer == 12)
        #expect(try value("\"9007199254740993\"").integer == 9_007_199_254_740_993)
        #expect(try value("\"1.5\"").number == 1.5)
        #expect(try value("1.5").integer == nil)
        #expect(try value("true").integer == nil)
        #expect(try value("1e300").integer == nil)
    }

    @Test("JSON goes through unchanged")
    func roundTrip() throws {
        let text = #"{"a":[1,2.5,"x/ü",true,null,{}],"b":-9223372036854775808}"#
        #expect(try value(text).serialized() == text)
    }

    @Test(
        "timestamps with a zone, date-times without one and dates are instants",
        arguments: [
            ("2026-01-02T03:04:05.678Z", 1_767_323_045.678), ("2026-01-02T03:04:05Z", 1_767_323_045),
            ("2026-01-02T03:04:05", 1_767_323_045), ("2026-01-02T05:04:05+02:00", 1_767_323_045),
            ("2026-01-02 03:04:05", 1_767_323_045), ("2026-01-02", 1_767_312_000),
        ])
    func dates(text: String, seconds: Double) throws {
        let date = try #require(DirectusDate.parse(text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 0.001)
    }

    @Test("what is no date is none", arguments: ["", "soon", "2026", "2026-13-45T99:00:00Z", "T"])
    func noDates(text: String) { #expect(DirectusDate.parse(text) == nil) }

    @Test("a date is written in UTC with milliseconds")
    func writtenDates() {
        #expect(Date(timeIntervalSince1970: 1_767_323_045.5).directusValue == "2026-01-02T03:04:05.500Z")
    }

    @Test("changes write null, which is not the same as nothing")
    func nullInChanges() throws {
        var row: DirectusRow = ["status": "pending", "error": nil]
        row.set("output_file_id", to: String?.none)
        #expect(
            String(decoding: try DirectusJSON.encode(row), as: UTF8.self)
                == #"{"error":null,"output_file_id":null,"status":"pending"}"#)
        #expect(row.keeping(["status", "error"]) == ["status": "pending", "error": nil])
    }

    @Test("a record is read from a whole row")
    func record() throws {
        let record = try DirectusJSON.decode(
            MediaJobRecord.self,
            from: Data(
                """
                {"id":"f47ac10b-58cc-4372-a567-0e02b2c3d479","operation":"resize_image","status":"failed","params":{"w":1},
                 "input_file_id":{"id":"11111111-1111-4111-8111-111111111111","title":"x"},"attempts":"3","progress":40,
                 "error":null,"result":null,"bull_job_id":12,"started_at":"2026-01-02T03:04:05.000Z","custom":1}
                """.utf8))
        #expect(record.operation == "resize_image")
        #expect(record.status?.isFailure == true)
        #expect(record.params?["w"]?.integer == 1)
        #expect(record.inputFileID == "11111111-1111-4111-8111-111111111111")
        #expect(record.attempts == 3)
        #expect(record.bullJobID == "12")
        #expect(record.error == nil && record.result == nil && record.queue == nil)
        #expect(record.startedAt == Date(timeIntervalSince1970: 1_767_323_045))
        #expect(record.columns.contains("custom") && !record.columns.contains("queue"))
    }

    @Test("a record needs no column but its id, and forgives other types")
    func tolerantRecord() throws {
        let record = try DirectusJSON.decode(
            MediaJobRecord.self, from: Data(#"{"id":"a","operation":7,"attempts":"many","started_at":5}"#.utf8))
        #expect(
            record
                == {
                    var bare = MediaJobRecord(id: "a"); bare.columns = record.columns; return bare
                }())
        #expect(throws: DirectusError.self) {
            try DirectusJSON.decode(MediaJobRecord.self, from: Data(#"{"operation":"x"}"#.utf8))
        }
    }

    @Test("synonyms are a list, a text with commas, or nothing")
    func synonyms() throws {
        func term(_ synonyms: String) throws -> [String] {
            let text = #"{"id":"5","slug":"a","name":"A","parent_id":{"id":2},"synonyms":\#(synonyms)}"#
            return try DirectusJSON.decode(TaxonomyTermRecord.self, from: Data(text.utf8)).synonyms
        }
        #expect(try term(#"["b","c"]"#) == ["b", "c"])
        #expect(try term(#""b, c""#) == ["b", "c"])
        #expect(try term("null").isEmpty)
    }
}
