// Owns: what an operator may set for the dashboard.

/// Settings of a ``QueueDashboard``.
public struct DashboardOptions: Sendable {
    /// First part of every key; `bull` by default.
    public var prefix: String
    /// Refuses everything that changes a queue; false by default.
    public var isReadOnly: Bool
    /// When an operator is alerted.
    public var alerts: AlertThresholds
    /// How often the queues are measured while somebody looks; 2 s by default.
    public var sampleInterval: Duration
    /// How many pages may follow the live figures at a time; 100 by default.
    public var maximumViewers: Int

    /// Creates settings; every one has the default named at its property.
    public init(
        prefix: String = "bull", isReadOnly: Bool = false, alerts: AlertThresholds = AlertThresholds(),
        sampleInterval: Duration = .seconds(2), maximumViewers: Int = 100
    ) {
        self.prefix = prefix
        self.isReadOnly = isReadOnly
        self.alerts = alerts
        self.sampleInterval = sampleInterval
        self.maximumViewers = maximumViewers
    }
}

/// The limits beyond which the dashboard shows an alert (queue API, section 15).
public struct AlertThresholds: Sendable, Hashable {
    /// More jobs ready to run than this; 100 by default.
    public var waiting: Int
    /// A larger share of the jobs finished in the last hour failed than this; 0.1 by default.
    public var failureRate: Double
    /// How many jobs must have finished before their failure rate counts; 20 by default.
    public var minimumFinished: Int
    /// An active job that no worker holds for longer than this; 30 minutes by default.
    public var stalled: Duration

    /// Creates thresholds; every one has the default named at its property.
    public init(
        waiting: Int = 100, failureRate: Double = 0.1, minimumFinished: Int = 20, stalled: Duration = .seconds(1800)
    ) {
        self.waiting = waiting
        self.failureRate = failureRate
        self.minimumFinished = minimumFinished
        self.stalled = stalled
    }
}
