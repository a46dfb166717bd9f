// Owns: runs in hours that clocks skip or repeat (protocol: client, section 16.7).

import Testing

@testable import BullMQ

@Suite("A cron expression, when clocks are set")
struct CronDaylightSavingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let zone, pattern, base: String
        let expected: [String]

        init(_ zone: String, _ pattern: String, after base: String, _ expected: [String]) {
            (self.zone, self.pattern, self.base, self.expected) = (zone, pattern, base, expected)
        }

        var testDescription: String { "\(pattern) in \(zone) after \(base)" }
    }

    static let skippedCases = [
        // Berlin, 31 March 2024: 02:00 is followed by 03:00.
        Case(
            "Europe/Berlin", "0 30 2 * * *", after: "2024-03-30T12:00:00Z",
            ["2024-03-31T03:30:00", "2024-04-01T02:30:00"]),
        Case(
            "Europe/Berlin", "0 0 2,3 * * *", after: "2024-03-30T12:00:00Z",
            ["2024-03-31T03:00:00", "2024-04-01T02:00:00", "2024-04-01T03:00:00"]),
        Case(
            "Europe/Berlin", "0 0,30 2,3 * * *", after: "2024-03-30T12:00:00Z",
            ["2024-03-31T03:00:00", "2024-03-31T03:30:00", "2024-04-01T02:00:00"]),
        Case(
            "Europe/Berlin", "0 30 2 * * *", after: "2024-03-31T01:10:00Z",
            ["2024-03-31T03:30:00", "2024-04-01T02:30:00"]),
        Case("Europe/Berlin", "0 30 2 * * *", after: "2024-03-31T01:30:00Z", ["2024-04-01T02:30:00"]),
        Case(
            "Europe/Berlin", "0 30 1,4 * * *", after: "2024-03-30T22:00:00Z",
            ["2024-03-31T01:30:00", "2024-03-31T04:30:00"]),
        Case(
            "Europe/Berlin", "0 30 2 * * 1", after: "2024-03-30T12:00:00Z", ["2024-04-01T02:30:00"]),
        // New York, 10 March 2024: the same hour.
        Case(
            "America/New_York", "0 30 2 * * *", after: "2024-03-09T12:00:00Z",
            ["2024-03-10T03:30:00", "2024-03-11T02:30:00"]),
        // Lord Howe, 6 October 2024: 02:00 is followed by 02:30.
        Case(
            "Australia/Lord_Howe", "0 15 2 * * *", after: "2024-10-04T20:00:00Z",
            ["2024-10-07T02:15:00"]),
        Case(
            "Australia/Lord_Howe", "0 45 2 * * *", after: "2024-10-04T20:00:00Z",
            ["2024-10-06T02:45:00", "2024-10-07T02:45:00"]),
        // São Paulo, 4 November 2018, and Beirut, 31 March 2024: midnight is followed by 01:00.
        Case(
            "America/Sao_Paulo", "0 30 0 * * *", after: "2018-11-03T12:00:00Z", ["2018-11-05T00:30:00"]),
        Case("America/Sao_Paulo", "0 30 1 * * *", after: "2018-11-03T12:00:00Z", ["2018-11-04T01:30:00"]),
        Case("Asia/Beirut", "@daily", after: "2024-03-30T12:00:00Z", ["2024-04-01T00:00:00"]),
        // Apia had no 30 December 2011.
        Case(
            "Pacific/Apia", "0 0 12 * * *", after: "2011-12-29T12:00:00Z",
            ["2011-12-29T12:00:00", "2011-12-31T12:00:00"]),
    ]

    static let repeatedCases = [
        // Berlin, 27 October 2024: 03:00 is followed by 02:00.
        Case(
            "Europe/Berlin", "0 30 2 * * *", after: "2024-10-26T12:00:00Z",
            ["2024-10-27T02:30:00", "2024-10-28T02:30:00"]),
        Case("Europe/Berlin", "0 30 2 * * *", after: "2024-10-27T00:40:00Z", ["2024-10-28T02:30:00"]),
        Case("Europe/Berlin", "0 30 2 * * *", after: "2024-10-27T01:10:00Z", ["2024-10-28T02:30:00"]),
        Case(
            "Europe/Berlin", "0 0 2,3 * * *", after: "2024-10-26T12:00:00Z",
            ["2024-10-27T02:00:00", "2024-10-27T03:00:00", "2024-10-28T02:00:00"]),
        Case(
            "America/New_York", "0 30 1 * * *", after: "2024-11-02T12:00:00Z",
            ["2024-11-03T01:30:00", "2024-11-04T01:30:00"]),
        // Lord Howe, 7 April 2024: 02:00 is followed by 01:30.
        Case(
            "Australia/Lord_Howe", "0 45 1 * * *", after: "2024-04-06T10:00:00Z",
            ["2024-04-07T01:45:00", "2024-04-08T01:45:00"]),
        // São Paulo, 18 February 2018: midnight is followed by 23:00 of the day before.
        Case(
            "America/Sao_Paulo", "0 30 23 * * *", after: "2018-02-17T12:00:00Z",
            ["2018-02-17T23:30:00", "2018-02-18T23:30:00"]),
    ]

    @Test("has the runs of a skipped hour an hour later, or loses them", arguments: skippedCases)
    func skipped(_ test: Case) throws { try check(test) }

    @Test("has the runs of a repeated hour once, the first time", arguments: repeatedCases)
    func repeated(_ test: Case) throws {
        try check(test)
        guard test.zone == "Europe/Berlin", test.base.hasPrefix("2024-10-26") else { return }
        let zone = try #require(TimeZoneDatabase.system.rules(named: test.zone))
        let first = try CronExpression(test.pattern).next(afterMilliseconds: instant(test.base), in: zone)
        #expect(try #require(first) < instant("2024-10-27T01:00:00Z"))
    }

    private func check(_ test: Case) throws {
        let zone = try #require(TimeZoneDatabase.system.rules(named: test.zone))
        #expect(try CronExpression(test.pattern).runs(test.expected.count, after: test.base, in: zone) == test.expected)
    }

    @Test("follows real time if it runs in every hour")
    func everyHour() throws {
        let zone = try #require(TimeZoneDatabase.system.rules(named: "Europe/Berlin"))
        let hourly = try CronExpression("0 30 * * * *")
        #expect(
            try hourly.runs(3, after: "2024-03-31T00:00:00Z", in: zone)
                == ["2024-03-31T01:30:00", "2024-03-31T03:30:00", "2024-03-31T04:30:00"])
        #expect(
            try hourly.runs(3, after: "2024-10-27T00:00:00Z", in: zone)
                == ["2024-10-27T02:30:00", "2024-10-27T02:30:00", "2024-10-27T03:30:00"])
        let quarters = try CronExpression("0 */15 * * * *")
        let howe = try #require(TimeZoneDatabase.system.rules(named: "Australia/Lord_Howe"))
        #expect(
            try quarters.runs(4, after: "2024-10-05T15:20:00Z", in: howe)
                == ["2024-10-06T02:30:00", "2024-10-06T02:45:00", "2024-10-06T03:00:00", "2024-10-06T03:15:00"])
    }

    @Test("keeps its hour all year in a zone, and none in a fixed offset")
    func fixedOffset() throws {
        let rules = try #require(TimeZoneDatabase.system.rules(named: "UTC+5:30"))
        #expect(
            try CronExpression("0 0 9 * * *").next(afterMilliseconds: instant("2024-07-01T00:00:00Z"), in: rules)
                == instant("2024-07-01T09:00:00+05:30"))
        let berlin = try #require(TimeZoneDatabase.system.rules(named: "Europe/Berlin"))
        for day in ["2024-01-15", "2024-07-15", "2060-01-15", "2060-07-15"] {
            #expect(
                try CronExpression("0 0 9 * * *").runs(1, after: "\(day)T00:00:00Z", in: berlin) == ["\(day)T09:00:00"])
        }
    }
}
