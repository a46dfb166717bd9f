// Owns: what an engine that keeps the terms must be able to do. All engines pass the same tests.

public import struct Foundation.Date

/// An embedded engine that keeps one copy of the taxonomy.
public protocol TaxonomyStore: Sendable {
    /// Replaces all terms by those of the pages. The old copy answers until the new one is complete; if a page fails, it stays.
    /// One replacement at a time.
    ///
    /// - Parameters:
    ///   - date: kept with the copy; see ``contents()``.
    ///   - nextPage: the next terms; `nil` at the end.
    /// - Returns: how many terms there are now.
    /// - Throws: what `nextPage` throws, or ``TaxonomyError``.
    func replaceAll(loadedAt date: Date, with nextPage: () async throws -> [TaxonomyTerm]?) async throws -> Int

    /// Drops the copy; ``contents()`` is `nil` then. A replacement under way fails.
    func removeAll() async throws

    /// What the store has: also a copy that an earlier process left. `nil` if there is no copy.
    func contents() async throws -> TaxonomyContents?

    /// The terms that a query finds, in its order.
    func terms(_ query: TaxonomyQuery) async throws -> [TaxonomyTerm]

    /// Releases what the store holds. It cannot be used afterwards.
    func close() async throws
}

/// What a store has.
public struct TaxonomyContents: Sendable, Hashable {
    /// How many terms.
    public let count: Int
    /// When they were loaded, to the millisecond.
    public let loadedAt: Date

    /// Creates a description of what a store has.
    public init(count: Int, loadedAt: Date) {
        self.count = count
        self.loadedAt = loadedAt
    }
}
