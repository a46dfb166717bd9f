// Owns: the checks of repeat options, how they are stored, and the next run, without Redis.

import FoundationEssentials
import Testing

@testable import BullMQ

@Suite("Repeat options")
struct RepeatOptionsTests {
    private static func refused(_ object: JSONObject, immediately: Bool = false) -> String? {
        var options = RepeatOptions(stored: object)
        options.startsImmediately = immediately
        do {
            try options.validate()
            return nil
        } catch {
            return error.message
        }
    }

    @Test("are checked in BullMQ's order and words")
    func checks() {
        #expect(
            Self.refused(["pattern": "* * * * *", "every": 1000, "startDate": 1], immediately: true)
                == "Both .pattern and .every options are defined for this repeatable job")
        #expect(
            Self.refused(["limit": 1]) == "Either .pattern or .every options must be defined for this repeatable job")
        #expect(
            Self.refused(["pattern": "* * * * *", "startDate": 1], immediately: true)
                == "Both .immediately and .startDate options are defined for this repeatable job")
        #expect(Self.refused(["every": 0]) == "The option every is 0 ms, but must be 1 ms or more")
        #expect(Self.refused(["every": 1000, "offset": -1]) == "The option offset is -1 ms, but must be 0 or more")
        #expect(Self.refused(["every": 1000]) == nil)
        #expect(Self.refused(["pattern": "* * * * *", "tz": "UTC"], immediately: true) == nil)
    }

    @Test("count runs from one, to the limit or the end date")
    func count() {
        #expect(RepeatOptions(stored: ["every": 1]).nextCount(now: 0) == 1)
        #expect(RepeatOptions(stored: ["every": 1, "count": 4, "limit": 5]).nextCount(now: 0) == 5)
        #expect(RepeatOptions(stored: ["every": 1, "count": 5, "limit": 5]).nextCount(now: 0) == nil)
        #expect(RepeatOptions(stored: ["every": 1, "endDate": 100]).nextCount(now: 100) == 1)
        #expect(RepeatOptions(stored: ["every": 1, "endDate": 100]).nextCount(now: 101) == nil)
    }

    @Test("are stored under BullMQ's names, in milliseconds")
    func stored() {
        let end = Date(milliseconds: 1_900_000_000_000)
        let cron = RepeatOptions(
            .cron("0 0 3 * * *", timeZone: "Europe/Berlin", limit: 9, endDate: end, startsImmediately: true))
        #expect(
            cron.written(count: 1) == [
                "pattern": "0 0 3 * * *", "limit": 9, "endDate": 1_900_000_000_000, "tz": "Europe/Berlin", "count": 1,
            ])
        let every = RepeatOptions(.every(.minutes(5), offset: .seconds(20), startDate: end))
        #expect(
            every.written(count: 2) == [
                "every": 300_000, "startDate": 1_900_000_000_000, "offset": 20_000, "count": 2,
            ])
        #expect(RepeatOptions(.every(.seconds(1), offset: .zero)).written(count: 1) == ["every": 1000, "count": 1])
    }

    @Test("of other clients and older releases are understood")
    func foreign() {
        let old = RepeatOptions(stored: [
            "cron": "* * * * *", "utc": true, "tz": "Asia/Tokyo", "startDate": "2024-01-01T00:00:00.000Z",
            "endDate": "1900000000000", "key": "kept",
        ])
        #expect(old.pattern == "* * * * *")
        #expect(old.timeZone == "UTC")
        #expect(old.startDate == 1_704_067_200_000)
        #expect(old.endDate == 1_900_000_000_000)
        let written = old.written(count: 3)
        #expect(written["key"] == "kept")
        #expect(written["cron"] == nil)
        #expect(written["pattern"] == "* * * * *")
        #expect(
            old.rule
                == .cron(
                    "* * * * *", timeZone: "UTC", startDate: Date(milliseconds: 1_704_067_200_000),
                    endDate: Date(milliseconds: 1_900_000_000_000)))
    }

    private func next(_ rule: RepeatRule, after base: String, _ strategy: RepeatStrategy? = nil) async throws -> Int64?
    {
        try await RepeatOptions(rule).nextRun(after: instant(base), jobName: "work", strategy: strategy)
    }

    @Test("with a pattern run after the base and after the start date, and not after the end date")
    func bounds() async throws {
        let start = Date(milliseconds: try instant("2024-05-02T12:00:00Z"))
        let noon = "0 0 12 * * *"
        #expect(
            try await next(.cron(noon, timeZone: "UTC"), after: "2024-05-01T12:00:00Z")
                == instant("2024-05-02T12:00:00Z"))
        // A match exactly at the start date is not used.
        #expect(
            try await next(.cron(noon, timeZone: "UTC", startDate: start), after: "2024-05-01T00:00:00Z")
                == instant("2024-05-03T12:00:00Z"))
        #expect(
            try await next(.cron(noon, timeZone: "UTC", endDate: start), after: "2024-05-02T00:00:00Z")
                == instant("2024-05-02T12:00:00Z"))
        #expect(
            try await next(.cron(noon, timeZone: "UTC", endDate: start), after: "2024-05-02T12:00:00Z") == nil)
        #expect(
            try await next(.cron("0 0 3 * * *", timeZone: "Asia/Tokyo"), after: "2024-05-01T00:00:00Z")
                == instant("2024-05-02T03:00:00+09:00"))
    }

    @Test("with a strategy run when it says, but not before the base")
    func strategy() async throws {
        let strategy: RepeatStrategy = { base, rule, name in
            guard rule.rhythm == .pattern("lunar", timeZone: nil), name == "work" else { return nil }
            return base.addingTimeInterval(7)
        }
        #expect(
            try await next(.custom("lunar"), after: "2024-05-01T00:00:00Z", strategy)
                == instant("2024-05-01T00:00:07Z"))
        #expect(try await next(.custom("solar"), after: "2024-05-01T00:00:00Z", strategy) == nil)
        #expect(
            try await next(.custom("lunar"), after: "2024-05-01T00:00:00Z") { _, _, _ in .distantPast }
                == instant("2024-05-01T00:00:00Z"))
        await #expect(throws: BullMQError.self) { try await next(.custom("lunar"), after: "2024-05-01T00:00:00Z") }
    }
}

@Suite("The names of repeatable jobs of old releases")
struct LegacyRepeatableTests {
    @Test("are those that the old releases made")
    func names() {
        let report = LegacyRepeatable(
            jobName: "report", data: .emptyObject,
            repeatOptions: ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 4], member: nil)
        #expect(
            report.candidates.map(\.member)
                == ["54cfe859c19bbb40be9d7a2fab661b9d", "report:::Europe/Berlin:0 0 3 * * *"])
        #expect(
            report.candidates.map(\.idPrefix)
                == [
                    "repeat:54cfe859c19bbb40be9d7a2fab661b9d:", "repeat:91fb08b9319ab6e535d30ac72c451246:",
                ])
        let withID = LegacyRepeatable(
            jobName: "report", data: JSONText(["id": 42]),
            repeatOptions: ["cron": "0 0 3 * * *", "tz": "Europe/Berlin"],
            member: "report:::Europe/Berlin:0 0 3 * * *")
        #expect(withID.candidates.last?.idPrefix == "repeat:77fe5d8564f35b3b877cba4c9bdc2788:")
        #expect(withID.candidates.count == 2)
        let poll = LegacyRepeatable(
            jobName: "poll", data: .null,
            repeatOptions: ["every": 5000, "jobId": "job-1", "endDate": "2030-03-17T17:46:40.000Z"], member: "other")
        #expect(
            poll.candidates.map(\.member)
                == ["c3c3f85dc62cea95d1cd805b6c6e920d", "poll:job-1:1900000000000::5000", "other"])
        #expect(poll.candidates[1].idPrefix == "repeat:e8b1aeae4b08774f2bc097d4a8ce5493:")
        #expect(poll.candidates[2].idPrefix == "repeat:other:")
    }

    @Test("may be given")
    func key() {
        let keyed = LegacyRepeatable(
            jobName: "poll", data: .emptyObject, repeatOptions: ["every": 5000, "key": "mine"], member: "mine")
        #expect(keyed.candidates.map(\.member) == ["mine", "poll::::5000"])
        #expect(keyed.candidates[0].idPrefix == "repeat:mine:")
    }

    @Test("of the oldest form tell the definition")
    func splitting() {
        #expect(
            LegacyRepeatable.definition(ofMember: "report:x:1900000000000:Europe/Berlin:0 0 3 * * *")
                == ["name": "report", "endDate": "1900000000000", "tz": "Europe/Berlin", "pattern": "0 0 3 * * *"])
        #expect(LegacyRepeatable.definition(ofMember: "poll::::5000") == ["name": "poll", "every": "5000"])
        #expect(LegacyRepeatable.definition(ofMember: "nightly") == [:])
    }
}
