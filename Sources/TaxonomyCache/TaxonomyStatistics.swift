// Owns: what an operator sees of the cache.

public import struct Foundation.Date

/// The state of a ``TaxonomyCache`` (queue API, sections 4 and 13).
public struct TaxonomyStatistics: Sendable, Hashable {
    /// How many terms there are; 0 before the first load and after an invalidation.
    public var size = 0
    /// Look-ups since the start that found something.
    public var hits = 0
    /// Look-ups since the start that found nothing, because there is no such term or no copy.
    public var misses = 0
    /// Whether the copy is older than it should be, because it could not be loaded again.
    public var isStale = false
    /// When the copy was loaded; `nil` if there is none.
    public var loadedAt: Date?

    /// The state of a cache that was never used.
    public init() {}
}
