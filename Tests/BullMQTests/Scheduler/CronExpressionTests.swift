// Owns: what cron patterns mean: the dialect, its errors, and the search where clocks are never set.

import FoundationEssentials
import Testing

@testable import BullMQ

/// Milliseconds since 1970 of ISO 8601 text.
func instant(_ text: String) throws -> Int64 {
    let timestamp = try #require(ISO8601Timestamp(parsing: text), "\(text)")
    return Int64((timestamp.secondsSince1970 * 1000).rounded())
}

extension CronExpression {
    /// The next runs, one after the other, as ISO 8601 text in a zone's own time.
    func runs(_ count: Int, after base: String, in zone: TimeZoneRules = .utc) throws -> [String] {
        var runs: [String] = []
        var base = try instant(base)
        while runs.count < count, let next = next(afterMilliseconds: base, in: zone) {
            #expect(next > base)
            runs.append(clock(next, zone))
            base = next
        }
        return runs
    }

    private func clock(_ milliseconds: Int64, _ zone: TimeZoneRules) -> String {
        let seconds = Int(milliseconds / 1000)
        let (day, time) = (seconds + zone.offset(at: seconds)).flooredDivision(by: 86_400)
        let date = CivilDate(daysSince1970: day)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))T"
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
    }
}

@Suite("A cron expression")
struct CronExpressionTests {
    static let runCases: [(pattern: String, expected: [String])] = [
        // The base is Wednesday, 31 January 2024, 10:15:30.500 UTC.
        ("* * * * * *", ["2024-01-31T10:15:31", "2024-01-31T10:15:32"]),
        ("", ["2024-01-31T10:16:00", "2024-01-31T10:17:00"]),
        ("* * * * *", ["2024-01-31T10:16:00", "2024-01-31T10:17:00"]),
        ("? ? ? ? ?", ["2024-01-31T10:16:00"]),
        (" 5 \t 10-12  *\n* * ", ["2024-01-31T11:05:00", "2024-01-31T12:05:00", "2024-02-01T10:05:00"]),
        ("5", ["2024-02-02T00:00:00", "2024-02-02T00:01:00"]),
        ("*/20 * * * * *", ["2024-01-31T10:15:40", "2024-01-31T10:16:00", "2024-01-31T10:16:20"]),
        ("7/20 * * * * *", ["2024-01-31T10:15:47", "2024-01-31T10:16:07", "2024-01-31T10:16:27"]),
        ("10-40/15 * * * * *", ["2024-01-31T10:15:40", "2024-01-31T10:16:10", "2024-01-31T10:16:25"]),
        ("0 */90 * * * *", ["2024-01-31T11:00:00", "2024-01-31T12:00:00"]),
        ("1,2,30 15 10 * * *", ["2024-02-01T10:15:01", "2024-02-01T10:15:02", "2024-02-01T10:15:30"]),
        ("0 3 * * *", ["2024-02-01T03:00:00", "2024-02-02T03:00:00"]),
        ("0 0 31 * *", ["2024-03-31T00:00:00", "2024-05-31T00:00:00"]),
        ("0 0 L * *", ["2024-02-29T00:00:00", "2024-03-31T00:00:00", "2024-04-30T00:00:00"]),
        ("0 0 15,L * *", ["2024-02-15T00:00:00", "2024-02-29T00:00:00", "2024-03-15T00:00:00"]),
        ("0 0 29 2 *", ["2024-02-29T00:00:00", "2028-02-29T00:00:00"]),
        ("0 0 1 JAN,jul *", ["2024-07-01T00:00:00", "2025-01-01T00:00:00"]),
        (
            "0 0 1 mar-may *",
            ["2024-03-01T00:00:00", "2024-04-01T00:00:00", "2024-05-01T00:00:00", "2025-03-01T00:00:00"]
        ),
        (
            "0 0 * * mon-wed",
            ["2024-02-05T00:00:00", "2024-02-06T00:00:00", "2024-02-07T00:00:00", "2024-02-12T00:00:00"]
        ),
        ("0 0 * * 0", ["2024-02-04T00:00:00", "2024-02-11T00:00:00"]),
        ("0 0 * * 7", ["2024-02-04T00:00:00", "2024-02-11T00:00:00"]),
        ("0 0 * * 5-7", ["2024-02-02T00:00:00", "2024-02-03T00:00:00", "2024-02-04T00:00:00", "2024-02-09T00:00:00"]),
        ("0 0 * * 0-7", ["2024-02-01T00:00:00", "2024-02-02T00:00:00"]),
        ("0 0 * * 5L", ["2024-02-23T00:00:00", "2024-03-29T00:00:00", "2024-04-26T00:00:00"]),
        ("0 0 * * friL", ["2024-02-23T00:00:00"]),
        ("0 0 * * 1,5L", ["2024-02-05T00:00:00", "2024-02-12T00:00:00", "2024-02-19T00:00:00", "2024-02-23T00:00:00"]),
        (
            "0 0 * * 1L,5L",
            ["2024-02-23T00:00:00", "2024-02-26T00:00:00", "2024-03-25T00:00:00", "2024-03-29T00:00:00"]
        ),
        ("0 0 * * 5#2", ["2024-02-09T00:00:00", "2024-03-08T00:00:00"]),
        ("0 0 * * sun#5", ["2024-03-31T00:00:00", "2024-06-30T00:00:00"]),
        ("0 0 * * 7#1", ["2024-02-04T00:00:00"]),
        // Either the day of the month or that of the week; a step restricts too.
        ("0 0 13 * fri", ["2024-02-02T00:00:00", "2024-02-09T00:00:00", "2024-02-13T00:00:00", "2024-02-16T00:00:00"]),
        ("0 0 */10 * 3", ["2024-02-01T00:00:00", "2024-02-07T00:00:00", "2024-02-11T00:00:00", "2024-02-14T00:00:00"]),
        ("0 0 ? * 4", ["2024-02-01T00:00:00", "2024-02-08T00:00:00"]),
        ("@yearly", ["2025-01-01T00:00:00"]), ("@annually", ["2025-01-01T00:00:00"]),
        ("@monthly", ["2024-02-01T00:00:00", "2024-03-01T00:00:00"]), ("@weekly", ["2024-02-04T00:00:00"]),
        ("@daily", ["2024-02-01T00:00:00"]), ("@hourly", ["2024-01-31T11:00:00"]),
        ("@minutely", ["2024-01-31T10:16:00"]), ("@secondly", ["2024-01-31T10:15:31"]),
        ("@weekdays", ["2024-02-01T00:00:00", "2024-02-02T00:00:00", "2024-02-05T00:00:00"]),
        ("@weekends", ["2024-02-03T00:00:00", "2024-02-04T00:00:00", "2024-02-10T00:00:00"]),
    ]

    @Test("runs when its fields say", arguments: runCases)
    func next(pattern: String, expected: [String]) throws {
        let found = try CronExpression(pattern).runs(expected.count, after: "2024-01-31T10:15:30.500Z")
        #expect(found == expected)
    }

    @Test("runs strictly after the base, at whole seconds")
    func strictlyAfter() throws {
        let expression = try CronExpression("0 0 12 * * *")
        #expect(try expression.runs(1, after: "2024-05-01T12:00:00Z") == ["2024-05-02T12:00:00"])
        #expect(try expression.runs(1, after: "2024-05-01T11:59:59.999Z") == ["2024-05-01T12:00:00"])
        #expect(try expression.runs(1, after: "1969-12-30T12:00:00.001Z") == ["1969-12-31T12:00:00"])
    }

    @Test("knows that years divisible by 100 have no leap day")
    func centuries() throws {
        #expect(
            try CronExpression("0 0 29 2 *").runs(2, after: "2096-03-01T00:00:00Z")
                == ["2104-02-29T00:00:00", "2108-02-29T00:00:00"])
    }

    @Test("that never matches has no next run", arguments: ["0 0 31 4,6 *", "0 0 31 9,11 *"])
    func never(pattern: String) throws {
        #expect(try CronExpression(pattern).runs(1, after: "2024-01-01T00:00:00Z") == [])
    }

    static let refusalCases: [(pattern: String, message: String)] = [
        ("* * * * * * *", "Invalid cron expression, too many fields"),
        ("* * 15W * *", "Invalid characters, got value: 15W"),
        ("a * * * *", "Invalid characters, got value: a"),
        ("5# * * * *", "Invalid characters, got value: 5#"),
        ("* * * 1L *", "Invalid characters, got value: 1L"),
        ("60 * * * *", "Constraint error, got value 60 expected range 0-59"),
        ("* 24 * * *", "Constraint error, got value 24 expected range 0-23"),
        ("* * 0 * *", "Constraint error, got value 0 expected range 1-31"),
        ("* * * 13 *", "Constraint error, got value 13 expected range 1-12"),
        ("* * * * 8", "Constraint error, got value 8 expected range 0-7"),
        ("* * * * 9L", "Constraint error, got value 9 expected range 0-7"),
        ("5-99 * * * *", "Constraint error, got range 5-99 expected range 0-59"),
        ("5-1 * * * *", "Invalid range: 5-1, min(5) > max(1)"),
        ("* 22-2 * * *", "Invalid range: 22-2, min(22) > max(2)"),
        ("*/0 * * * *", "Constraint error, cannot repeat at every 0 time."),
        ("1/2/3 * * * *", "Invalid repeat: 1/2/3"),
        ("1,,2 * * * *", "Invalid list value format"),
        ("1,1 * * * *", "CronMinute Validation error, duplicate values found: 1"),
        ("1-3,2 * * * *", "CronMinute Validation error, duplicate values found: 2"),
        ("*,5 * * * *", "CronMinute Validation error, duplicate values found: 5"),
        ("* 3,3 * * *", "CronHour Validation error, duplicate values found: 3"),
        ("1,1 * * * * *", "CronSecond Validation error, duplicate values found: 1"),
        ("* * 1,1 * *", "CronDayOfMonth Validation error, duplicate values found: 1"),
        ("* * L,L * *", "CronDayOfMonth Validation error, duplicate values found: L"),
        ("* * * 1,jan *", "CronMonth Validation error, duplicate values found: 1"),
        ("* * * * 0,7", "CronDayOfWeek Validation error, duplicate values found: 0"),
        ("* * * foo *", "Validation error, cannot resolve alias \"foo\""),
        ("* * * * monday", "Validation error, cannot resolve alias \"day\""),
        ("@Daily", "Validation error, cannot resolve alias \"dai\""),
        ("* * * * L", "CronDayOfWeek Validation error, unexpected standalone L"),
        ("* * * * 1#2,3", "Constraint error, invalid dayOfWeek `#` and `,` special characters are incompatible"),
        ("* * * * 1-3#2", "Constraint error, invalid dayOfWeek `#` and `-` special characters are incompatible"),
        ("* * * * 1#2/2", "Constraint error, invalid dayOfWeek `#` and `/` special characters are incompatible"),
        ("* * * * 1#6", "Constraint error, invalid dayOfWeek occurrence number (#)"),
        ("* * * * 1#", "Constraint error, invalid dayOfWeek occurrence number (#)"),
        ("* * * * 1#1#1", "Constraint error, invalid dayOfWeek occurrence number (#)"),
        ("0 0 31 2 *", "Invalid explicit day of month definition"),
        ("0 0 30,31 feb *", "Invalid explicit day of month definition"),
        ("0 0 31 6 1", "Invalid explicit day of month definition"),
    ]

    @Test("says what is wrong with a pattern in BullMQ's words", arguments: refusalCases)
    func refusals(pattern: String, message: String) {
        let error = #expect(throws: BullMQError.self) { try CronExpression(pattern) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == message)
    }

    @Test(
        "refuses a time drawn at random, which would differ at each reading",
        arguments: ["H * * * *", "0 H(1-5)/2 * * *"])
    func jenkins(pattern: String) {
        let error = #expect(throws: BullMQError.self) { try CronExpression(pattern) }
        #expect(error?.message.contains("random") == true)
    }

    @Test("finds what a search of every minute finds", arguments: 0..<200)
    func everyMinute(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        func field(_ range: ClosedRange<Int>) -> String {
            let low = Int.random(in: range, using: &random)
            let high = Int.random(in: low...range.upperBound, using: &random)
            return switch Int.random(in: 0..<5, using: &random) {
            case 0: "\(low)"
            case 1: "\(low)-\(high)"
            case 2: "\(low)/\(Int.random(in: 1...30, using: &random))"
            case 3: "*/\(Int.random(in: 1...30, using: &random))"
            default: "*"
            }
        }
        let pattern = [field(0...59), field(0...23), field(1...28), field(1...12), field(0...6)].joined(separator: " ")
        let expression = try CronExpression(pattern)
        let zone = try #require(TimeZoneDatabase.system.rules(named: "Asia/Kathmandu"))
        let base = Int(try instant("2024-01-01T00:00:00Z") / 1000) + Int.random(in: 0..<31_000_000, using: &random)
        let found = expression.next(afterMilliseconds: Int64(base) * 1000, in: zone).map { Int($0) / 1000 }
        // Two weeks, minute by minute, without any of the code under test but the sets.
        let firstMinute = (base / 60 + 1) * 60
        let naive = stride(from: firstMinute, to: firstMinute + 14 * 86_400, by: 60).first { time in
            let (day, second) = (time + 20_700).flooredDivision(by: 86_400)
            let date = CivilDate(daysSince1970: day)
            let isDay = expression.daysOfMonth.contains(date.day)
            let isWeekday = expression.weekdays.contains(CivilDate.weekday(ofDay: day))
            let isEither = expression.restrictsDayOfMonth && expression.restrictsWeekday
            return expression.minutes.contains(second / 60 % 60) && expression.hours.contains(second / 3600)
                && expression.months.contains(date.month) && (isEither ? isDay || isWeekday : isDay && isWeekday)
        }
        if let naive {
            #expect(found == naive, "\(pattern) after \(base)")
        } else {
            #expect(found ?? .max >= firstMinute + 14 * 86_400, "\(pattern) after \(base)")
        }
    }

    @Test("finds a distant run quickly")
    func speed() throws {
        let zone = try #require(TimeZoneDatabase.system.rules(named: "Europe/Berlin"))
        let expression = try CronExpression("59 59 23 29 2 *")
        let base = try instant("2096-02-29T23:00:00Z")
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<100 { _ = expression.next(afterMilliseconds: base, in: zone) }
        #expect(clock.now - start < .seconds(2))
    }
}
