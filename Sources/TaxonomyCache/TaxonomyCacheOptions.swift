// Owns: how a cache behaves.

/// How a ``TaxonomyCache`` behaves.
public struct TaxonomyCacheOptions: Sendable, Hashable {
    /// How old a copy may become before it is loaded again; one hour by default.
    public var timeToLive: Duration = .seconds(3_600)
    /// How many terms are asked for at once; 500 by default.
    public var pageSize = 500
    /// How many terms there may be; 1,000,000 by default. More are refused, and the old copy stays.
    public var largestCount = 1_000_000
    /// How many terms are kept in memory for look-ups by slug; 2,048 by default.
    public var hotTerms = 2_048
    /// How long to wait before the source is asked again after a failure: 1 second by default, doubled with each further one up to
    /// ``longestRetryDelay``.
    public var retryDelay: Duration = .seconds(1)
    /// The longest wait after failures; one minute by default.
    public var longestRetryDelay: Duration = .seconds(60)

    /// Creates the default options.
    public init() {}

    /// The wait after a number of failures in a row.
    func delay(afterFailures failures: Int) -> Duration {
        min(longestRetryDelay, retryDelay * (1 << min(max(0, failures - 1), 16)))
    }
}
