// Owns: the `repeat` options of a job as they travel (protocol: client, section 16.2), and what follows from them:
// whether there is another iteration, and when.

import FoundationEssentials

/// A rule in the form in which jobs carry it; times are milliseconds.
struct RepeatOptions: Sendable {
    var pattern: String?
    var every: Int64?
    var limit: Int64?
    var startDate: Int64?
    var endDate: Int64?
    var timeZone: String?
    var offset: Int64?
    var startsImmediately = false
    /// The number of the iteration that carries these options; nil for a new definition.
    var count: Int64?
    /// All that was stored, for properties that only old releases know.
    private(set) var stored = JSONObject()

    init(_ rule: RepeatRule) {
        switch rule.rhythm {
        case .pattern(let text, let zone): (pattern, timeZone) = (text, zone)
        case .every(let interval, let shift): (every, offset) = (interval.milliseconds, shift?.milliseconds)
        }
        limit = rule.limit.map(Int64.init)
        startDate = rule.startDate?.milliseconds
        endDate = rule.endDate?.milliseconds
        startsImmediately = rule.startsImmediately
    }

    /// Reads what any client may have stored.
    init(stored object: JSONObject) {
        // Releases up to 3.0 wrote `cron`.
        pattern = object["pattern"]?.stringValue ?? object["cron"]?.stringValue
        every = object["every"]?.storedMilliseconds
        limit = object["limit"]?.storedMilliseconds
        startDate = object["startDate"]?.storedMilliseconds
        endDate = object["endDate"]?.storedMilliseconds
        // `utc` was an option up to 5.x.
        timeZone = object["utc"]?.boolValue == true ? "UTC" : object["tz"]?.stringValue
        offset = object["offset"]?.storedMilliseconds
        count = object["count"]?.storedMilliseconds
        stored = object
    }

    /// The rule as a user would say it.
    var rule: RepeatRule {
        let rhythm: RepeatRule.Rhythm =
            if let every {
                .every(.milliseconds(every), offset: offset.map { .milliseconds($0) })
            } else {
                .pattern(pattern ?? "", timeZone: timeZone)
            }
        return RepeatRule(
            rhythm, limit: limit.map { Int(clamping: $0) }, startDate: startDate.map(Date.init(milliseconds:)),
            endDate: endDate.map(Date.init(milliseconds:)), startsImmediately: startsImmediately)
    }

    // MARK: Checks

    /// Checks in the order, and with the words, of BullMQ for Node (protocol: client, section 16.3).
    func validate() throws(BullMQError) {
        if pattern != nil, every != nil {
            throw Self.invalid("Both .pattern and .every options are defined for this repeatable job")
        }
        guard pattern != nil || every != nil else {
            throw Self.invalid("Either .pattern or .every options must be defined for this repeatable job")
        }
        if startsImmediately, startDate != nil {
            throw Self.invalid("Both .immediately and .startDate options are defined for this repeatable job")
        }
        if let every, every <= 0 {
            throw Self.invalid("The option every is \(every) ms, but must be 1 ms or more")
        }
        if let offset, offset < 0 {
            throw Self.invalid("The option offset is \(offset) ms, but must be 0 or more")
        }
    }

    private static func invalid(_ message: String) -> BullMQError { BullMQError(.invalidArgument, message) }

    // MARK: The next iteration

    /// The number of the next iteration, from 1; nil if there is none, since the limit or the end date is reached.
    func nextCount(now: Int64) -> Int64? {
        let next = (count ?? 0) + 1
        if let limit, next > limit { return nil }
        if let endDate, endDate < now { return nil }
        return next
    }

    /// The next run of a pattern, not earlier than `base`.
    ///
    /// - Returns: nil if there is none.
    func nextRun(
        after base: Int64, jobName: String, strategy: RepeatStrategy?, zones: TimeZoneDatabase = .system
    ) async throws -> Int64? {
        if let strategy {
            let next = try await strategy(Date(milliseconds: base), rule, jobName)
            return next.map { max($0.milliseconds, base) }
        }
        let expression = try CronExpression(pattern ?? "")
        let start = max(base, startDate ?? base)
        guard let zone = zones.rules(named: timeZone) else {
            throw CronExpression.unknownTimeZone(timeZone ?? "", start)
        }
        guard let next = expression.next(afterMilliseconds: start, in: zone) else { return nil }
        if let endDate, next > endDate { return nil }
        return next
    }

    /// The options of an iteration. What only old releases know is carried on.
    func written(count: Int64) -> JSONObject {
        var object = stored
        object["cron"] = nil
        object["immediately"] = nil
        object["pattern"] = pattern.map(JSONValue.string)
        object["every"] = every.map(JSONValue.integer)
        object["limit"] = limit.map(JSONValue.integer)
        object["startDate"] = startDate.map(JSONValue.integer)
        object["endDate"] = endDate.map(JSONValue.integer)
        object["tz"] = timeZone.map(JSONValue.string)
        object["offset"] = effectiveOffset.map(JSONValue.integer)
        object["count"] = .integer(count)
        return object
    }

    /// An offset has a meaning for intervals only, and zero is none.
    var effectiveOffset: Int64? { every != nil && offset != 0 ? offset : nil }
}

extension JSONValue {
    /// A number of milliseconds, or what JavaScript makes of a date in text.
    var storedMilliseconds: Int64? {
        if let number = doubleValue { return Int64(clampingToRange: number) }
        guard let text = stringValue else { return nil }
        if let number = Double(text) { return Int64(clampingToRange: number) }
        return ISO8601Timestamp(parsing: text).map { Int64(($0.secondsSince1970 * 1000).rounded()) }
    }
}
