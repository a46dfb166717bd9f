// Owns: when a recurring job runs, as users say it. How it is stored is in `RepeatOptions`.

public import FoundationEssentials

/// When the jobs of a job scheduler run (protocol: client, section 16.2).
///
/// ```swift
/// let nightly = RepeatRule.cron("0 0 3 * * *", timeZone: "Europe/Berlin")
/// let often = RepeatRule.every(.minutes(5), offset: .seconds(20), limit: 100)
/// ```
public struct RepeatRule: Sendable, Hashable {
    /// The rhythm of the runs.
    public enum Rhythm: Sendable, Hashable {
        /// A cron pattern (see ``CronExpression``), or what the ``RepeatStrategy`` in force understands (`pattern`,
        /// `tz`).
        case pattern(String, timeZone: String?)
        /// A fixed interval, and how far the runs lie behind its multiples since 1970 (`every`, `offset`). Without an
        /// offset the first run is at once and decides it.
        case every(Duration, offset: Duration?)
    }

    /// The rhythm of the runs.
    public var rhythm: Rhythm
    /// How many runs there are in all (`limit`); no bound by default.
    public var limit: Int?
    /// No run before this (`startDate`); none by default. A pattern's first run is later than it.
    public var startDate: Date?
    /// No run is created after this (`endDate`); none by default.
    public var endDate: Date?
    /// The first run is now, whatever the pattern says (`immediately`); false by default. For patterns only, and not
    /// together with a start date.
    public var startsImmediately: Bool

    /// Creates a rule; the defaults are those of the properties.
    public init(
        _ rhythm: Rhythm, limit: Int? = nil, startDate: Date? = nil, endDate: Date? = nil,
        startsImmediately: Bool = false
    ) {
        self.rhythm = rhythm
        self.limit = limit
        self.startDate = startDate
        self.endDate = endDate
        self.startsImmediately = startsImmediately
    }

    /// Runs at the times of a cron pattern; see ``CronExpression``.
    ///
    /// - Parameters:
    ///   - pattern: five fields, or six with the second in front.
    ///   - timeZone: a name such as `Europe/Berlin`, `UTC` or `UTC+2`. Nil is the local zone of whichever process
    ///     computes a run, which differs between machines: better name one.
    ///   - limit: how many runs there are in all.
    ///   - startDate: the first run is later than this.
    ///   - endDate: there is no run after this.
    ///   - startsImmediately: the first run is now.
    public static func cron(
        _ pattern: String, timeZone: String? = nil, limit: Int? = nil, startDate: Date? = nil, endDate: Date? = nil,
        startsImmediately: Bool = false
    ) -> RepeatRule {
        RepeatRule(
            .pattern(pattern, timeZone: timeZone), limit: limit, startDate: startDate, endDate: endDate,
            startsImmediately: startsImmediately)
    }

    /// Runs at a fixed interval. Runs that were missed are skipped, and the phase is kept.
    ///
    /// - Parameters:
    ///   - interval: at least a millisecond.
    ///   - offset: how far the runs lie behind the multiples of the interval since 1970; without one the first run is
    ///     at once.
    ///   - limit: how many runs there are in all.
    ///   - startDate: the first run is at this moment, or now if it has passed.
    ///   - endDate: no run is created after this.
    public static func every(
        _ interval: Duration, offset: Duration? = nil, limit: Int? = nil, startDate: Date? = nil, endDate: Date? = nil
    ) -> RepeatRule {
        RepeatRule(.every(interval, offset: offset), limit: limit, startDate: startDate, endDate: endDate)
    }

    /// Runs when the ``RepeatStrategy`` of the queue and its workers says.
    ///
    /// - Parameters:
    ///   - pattern: what the strategy makes the runs of.
    ///   - timeZone: handed to the strategy.
    ///   - limit: how many runs there are in all.
    ///   - startDate: handed to the strategy.
    ///   - endDate: no run is created after this.
    public static func custom(
        _ pattern: String, timeZone: String? = nil, limit: Int? = nil, startDate: Date? = nil, endDate: Date? = nil
    ) -> RepeatRule {
        RepeatRule(.pattern(pattern, timeZone: timeZone), limit: limit, startDate: startDate, endDate: endDate)
    }
}

/// Computes the runs of patterns in the place of cron (`settings.repeatStrategy`; protocol: client, section 16.6). The
/// queue that creates a scheduler and every worker of that queue need the same one.
///
/// - Parameters: the run must be later than this; the rule; the name of the scheduled job.
/// - Returns: the next run; nil if there is none.
/// - Throws: what is wrong with the rule; creating a scheduler then fails, and a worker reports it and ends the series.
public typealias RepeatStrategy = @Sendable (_ base: Date, _ rule: RepeatRule, _ jobName: String) async throws -> Date?
