// Owns: a job scheduler as it was when it was read, decoded from its hash (protocol: keys, section 13).

public import FoundationEssentials

/// A job scheduler, or a repeatable job of an old release: a snapshot, not a live view.
public struct JobScheduler: Sendable, Hashable {
    /// The id, unique in its queue.
    public let id: String
    /// The name of its jobs; nil if its record is lost.
    public let name: String?
    /// When its current iteration runs, or ran if that was the last.
    public let next: Date
    /// How many iterations were created; nil for what only old releases of BullMQ define.
    public let iterationCount: Int?
    /// When its jobs run; nil if its record is lost.
    public let rule: RepeatRule?
    /// The offset in force: that of the rule, or the one that the first run decided.
    public let offset: Duration?
    /// The data of its jobs; nil for `{}`, and for repeatable jobs of old releases, where each iteration hands it to
    /// the next.
    public let templateData: JSONText?
    /// The options of its jobs; those of a repeatable job of an old release are not known here.
    public let templateOptions: JobOptions

    /// How many runs there are in all.
    public var limit: Int? { rule?.limit }
    /// No run before this.
    public var startDate: Date? { rule?.startDate }
    /// No run is created after this.
    public var endDate: Date? { rule?.endDate }
    /// The cron pattern, or that of a custom strategy.
    public var pattern: String? {
        if case .pattern(let pattern, _)? = rule?.rhythm { pattern } else { nil }
    }
    /// The time zone of the pattern.
    public var timeZone: String? {
        if case .pattern(_, let zone)? = rule?.rhythm { zone } else { nil }
    }
    /// The interval.
    public var every: Duration? {
        if case .every(let interval, _)? = rule?.rhythm { interval } else { nil }
    }
    /// Whether this is no job scheduler but a repeatable job, which releases of BullMQ before 6.0 define. It becomes a
    /// scheduler when an iteration is taken, or stays what it is if its key has the oldest form;
    /// ``JobSchedulers/removeRepeatable(_:)`` removes it.
    public var isRepeatable: Bool { iterationCount == nil }

    /// - Parameters:
    ///   - fields: alternating names and values of its hash, empty if there is none.
    ///   - next: milliseconds.
    init(id: String, fields: [RESPValue], next: Int64) {
        var values: [String: String] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            if let field = fields[index].string { values[field] = fields[index + 1].string }
        }
        if values.isEmpty { values = LegacyRepeatable.definition(ofMember: id) }
        func number(_ field: String) -> Int64? { values[field].flatMap { JSONValue.string($0).storedMilliseconds } }

        self.id = id
        self.next = Date(milliseconds: next)
        name = values["name"]
        iterationCount = number("ic").map { Int(clamping: $0) }
        offset = number("offset").map { .milliseconds($0) }
        let rhythm: RepeatRule.Rhythm? =
            if let every = number("every") {
                .every(.milliseconds(every), offset: offset)
            } else {
                values["pattern"].map { .pattern($0, timeZone: values["tz"]) }
            }
        rule = rhythm.map { rhythm in
            RepeatRule(
                rhythm, limit: number("limit").map { Int(clamping: $0) },
                startDate: number("startDate").map(Date.init(milliseconds:)),
                endDate: number("endDate").map(Date.init(milliseconds:)))
        }
        templateData = values["data"].map(JSONText.init(unchecked:))
        templateOptions = values["opts"].map(JobOptions.init(stored:)) ?? JobOptions()
    }
}
