// Owns: where the terms come from.

/// The service that has the taxonomy.
public protocol TaxonomySource: Sendable {
    /// The next terms in the order of their ids.
    ///
    /// - Parameters:
    ///   - id: only terms with a greater id; `nil` for the first page.
    ///   - limit: how many terms at most. Fewer do not mean the end, because services limit their pages; none do.
    /// - Throws: anything, if they cannot be had now.
    func page(after id: Int?, limit: Int) async throws -> [TaxonomyTerm]
}
