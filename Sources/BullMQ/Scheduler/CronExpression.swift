// Owns: what a cron pattern means, as sets. Reading it is in `CronParser`, searching with it in `CronExpression+Next`.

public import FoundationEssentials

/// A cron pattern of five or six fields, in the dialect of BullMQ for Node (protocol: client, section 16.7).
///
/// The fields are `[second] minute hour day-of-month month day-of-week`:
///
/// | Field | Values | Besides |
/// |---|---|---|
/// | second, minute | 0–59 | |
/// | hour | 0–23 | |
/// | day of month | 1–31 | `L`, the last day |
/// | month | 1–12, `jan`…`dec` | |
/// | day of week | 0–7 (0 and 7 are Sunday), `sun`…`sat` | `5L`, the last Friday; `5#2`, the second Friday |
///
/// Each field is `*` or `?`, a value, a range `a-b`, either with a step (`*/5`, `10-40/5`, `7/5`), or a list of these.
/// Fewer fields are completed on the left: with `0` for the second, with `*` for the others. `@yearly`, `@annually`,
/// `@monthly`, `@weekly`, `@daily`, `@hourly`, `@minutely`, `@secondly`, `@weekdays` and `@weekends` stand for whole
/// patterns. If both the day of the month and that of the week are restricted, either of them suffices.
///
/// Jenkins' `H` is refused: in Node it means another time at each reading, so that no two clients would agree on the
/// next run.
///
/// ```swift
/// let nightly = try CronExpression("0 0 3 * * mon-fri")
/// let next = try nightly.next(after: .now, timeZone: "Europe/Berlin")
/// ```
public struct CronExpression: Sendable, Hashable {
    /// The pattern as it was written.
    public let pattern: String

    let seconds, minutes, hours: CronSet
    let daysOfMonth: CronSet
    /// `L` in the day of the month.
    let includesLastDay: Bool
    let months: CronSet
    let weekdays: CronSet
    /// `nL`: weekdays that count on their last day in the month.
    let lastWeekdays: CronSet
    /// `n#k`: which occurrence in the month the weekdays stand for.
    let occurrence: Int?
    /// Whether the field says anything but `*` or `?`.
    let restrictsDayOfMonth, restrictsWeekday: Bool

    /// Reads a pattern.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument`; the message says what is wrong, in the words of BullMQ for
    ///   Node.
    public init(_ pattern: String) throws(BullMQError) {
        let parser = try CronParser(pattern)
        self.pattern = pattern
        seconds = try parser.plain(.second)
        minutes = try parser.plain(.minute)
        hours = try parser.plain(.hour)
        (daysOfMonth, includesLastDay) = try parser.daysOfMonth()
        months = try parser.plain(.month)
        let week = try parser.weekdays()
        (weekdays, lastWeekdays, occurrence) = (week.days, week.lastDays, week.occurrence)
        restrictsDayOfMonth = parser.isRestricted(.dayOfMonth)
        restrictsWeekday = parser.isRestricted(.dayOfWeek)
        if !includesLastDay, let month = months.only,
            !daysOfMonth.intersects(1...CivilDate.length(ofMonth: month, year: 2000))
        {
            throw BullMQError(.invalidArgument, "Invalid explicit day of month definition")
        }
    }

    /// The next run after an instant.
    ///
    /// A run that falls into the hour skipped when clocks are set forward happens an hour later, or not at all if less
    /// than an hour is skipped or the gap begins at midnight; one that falls into the hour repeated when they are set
    /// back happens the first time. Patterns for every hour of the day follow real time instead.
    ///
    /// - Parameters:
    ///   - date: the run is later than this.
    ///   - timeZone: a name such as `Europe/Berlin`, `UTC` or `UTC+2`; nil for the local zone of this process.
    /// - Returns: whole seconds; nil if there is none, as for 31 April.
    /// - Throws: `BullMQError` with code `invalidArgument` for an unknown time zone.
    public func next(after date: Date, timeZone: String? = nil) throws(BullMQError) -> Date? {
        guard let rules = TimeZoneDatabase.system.rules(named: timeZone) else {
            throw Self.unknownTimeZone(timeZone ?? "", date.milliseconds)
        }
        return next(afterMilliseconds: date.milliseconds, in: rules).map(Date.init(milliseconds:))
    }

    static func unknownTimeZone(_ name: String, _ base: Int64) -> BullMQError {
        BullMQError(
            .invalidArgument,
            """
            CronDate: unhandled timestamp: \(base) (the time zone "\(name)" is neither UTC±n nor in the time zone database of this \
            system; is the package tzdata installed?)
            """)
    }
}

/// A set of numbers from 0 to 63.
struct CronSet: Sendable, Hashable {
    private(set) var bits: UInt64 = 0

    init() {}

    init(_ range: ClosedRange<Int>) {
        for number in range { insert(number) }
    }

    var isEmpty: Bool { bits == 0 }
    var count: Int { bits.nonzeroBitCount }

    func contains(_ number: Int) -> Bool { bits >> UInt64(number) & 1 == 1 }

    mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }

    /// The smallest member that is not below `number`.
    func first(from number: Int) -> Int? {
        guard number < 64 else { return nil }
        let rest = bits & (~0 << UInt64(number))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// The member, if there is exactly one.
    var only: Int? { count == 1 ? bits.trailingZeroBitCount : nil }

    func intersects(_ range: ClosedRange<Int>) -> Bool { bits & CronSet(range).bits != 0 }
}
