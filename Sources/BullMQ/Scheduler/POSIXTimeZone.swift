// Owns: time zones in the form of POSIX' variable TZ, `CET-1CEST,M3.5.0,M10.5.0/3`, with the extensions of RFC 8536.

/// A time zone that follows the same rule every year.
struct POSIXTimeZone: Sendable, Hashable {
    /// The day of a change of clocks.
    enum Day: Sendable, Hashable {
        /// `Mm.w.d`: weekday d (0 = Sunday) of week w (5 = the last) of month m.
        case weekday(Int, week: Int, month: Int)
        /// `Jn`: day n from 1, 29 February never counted.
        case julian(Int)
        /// `n`: day n from 0.
        case ordinal(Int)
    }

    /// A change of clocks: the day, and seconds after its midnight on the clocks before the change.
    struct Rule: Sendable, Hashable {
        var day: Day
        var time: Int
    }

    /// The other half of the year.
    struct Daylight: Sendable, Hashable {
        var offset: Int
        var start, end: Rule
    }

    /// Seconds east of UTC.
    var standardOffset: Int
    var daylight: Daylight?

    func change(after instant: Int) -> TimeZoneRules.Change? {
        changes(around: instant).first { $0.instant > instant }
    }

    func change(atOrBefore instant: Int) -> TimeZoneRules.Change? {
        changes(around: instant).last { $0.instant <= instant }
    }

    /// The changes of the year of an instant and of the years beside it, in order.
    private func changes(around instant: Int) -> [TimeZoneRules.Change] {
        guard let daylight else { return [] }
        let year = CivilDate(daysSince1970: instant.flooredDivision(by: 86_400).quotient).year
        return (year - 1...year + 1).flatMap { year in
            let start = TimeZoneRules.Change(
                instant: daylight.start.localSeconds(year: year) - standardOffset, before: standardOffset,
                after: daylight.offset)
            let end = TimeZoneRules.Change(
                instant: daylight.end.localSeconds(year: year) - daylight.offset, before: daylight.offset,
                after: standardOffset)
            return start.instant < end.instant ? [start, end] : [end, start]
        }
    }
}

extension POSIXTimeZone.Rule {
    fileprivate func localSeconds(year: Int) -> Int {
        let firstDay = CivilDate.daysSince1970(year: year, month: 1, day: 1)
        let number =
            switch day {
            case .ordinal(let day): firstDay + day
            case .julian(let day): firstDay + day - (CivilDate.isLeap(year) && day >= 60 ? 0 : 1)
            case .weekday(let weekday, let week, let month):
                Self.day(of: weekday, week: week, month: month, year: year)
            }
        return number * 86_400 + time
    }

    private static func day(of weekday: Int, week: Int, month: Int, year: Int) -> Int {
        let first = CivilDate.daysSince1970(year: year, month: month, day: 1)
        let toWeekday = (weekday - CivilDate.weekday(ofDay: first) + 7) % 7
        let day = toWeekday + (week - 1) * 7
        return first + (day < CivilDate.length(ofMonth: month, year: year) ? day : day - 7)
    }
}

extension POSIXTimeZone {
    /// Reads the form; nil for anything else.
    init?(parsing text: String) {
        var cursor = Cursor(text: text.utf8[...])
        guard cursor.skipName(), let standard = cursor.offset() else { return nil }
        standardOffset = -standard
        guard !cursor.text.isEmpty else { return }
        guard cursor.skipName() else { return nil }
        var offset = standardOffset + 3600
        if cursor.text.first != UInt8(ascii: ",") {
            guard let given = cursor.offset() else { return nil }
            offset = -given
        }
        // Without dates POSIX leaves them to the system, which nobody could reproduce elsewhere.
        guard let start = cursor.rule(), let end = cursor.rule(), cursor.text.isEmpty else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }

    private struct Cursor {
        var text: Substring.UTF8View

        mutating func skip(_ character: Character) -> Bool {
            guard let byte = character.asciiValue, text.first == byte else { return false }
            text.removeFirst()
            return true
        }

        /// Three or more letters, or anything in angle brackets.
        mutating func skipName() -> Bool {
            if skip("<") {
                guard let end = text.firstIndex(of: UInt8(ascii: ">")) else { return false }
                text = text[text.index(after: end)...]
                return true
            }
            let rest = text.drop { (65...90).contains($0 & ~32) }
            defer { text = rest }
            return text.count - rest.count >= 3
        }

        mutating func number() -> Int? {
            let digits = text.prefix { (48...57).contains($0) }
            guard !digits.isEmpty, digits.count <= 4 else { return nil }
            text = text.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func offset() -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard let hours = number(), hours <= 167 else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// A comma, a day, and optionally a slash and the time, 02:00 by default.
        mutating func rule() -> Rule? {
            guard skip(","), let day = day() else { return nil }
            guard skip("/") else { return Rule(day: day, time: 7200) }
            return offset().map { Rule(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if skip("J") { return number().flatMap { (1...365).contains($0) ? .julian($0) : nil } }
            guard skip("M") else { return number().flatMap { $0 <= 365 ? .ordinal($0) : nil } }
            guard let month = number(), skip("."), let week = number(), skip("."), let weekday = number(),
                (1...12).contains(month), (1...5).contains(week), weekday <= 6
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        }
    }
}
