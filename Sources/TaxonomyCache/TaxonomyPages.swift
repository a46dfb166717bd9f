// Owns: reading a source to its end, page by page, without trusting it.

/// The pages of one load.
struct TaxonomyPages {
    let source: any TaxonomySource
    let pageSize: Int
    let largestCount: Int
    private var lastID: Int?
    private var count = 0

    init(source: any TaxonomySource, pageSize: Int, largestCount: Int) {
        self.source = source
        self.pageSize = pageSize
        self.largestCount = largestCount
    }

    /// The next page; `nil` after the last one.
    mutating func next() async throws -> [TaxonomyTerm]? {
        try Task.checkCancellation()
        let page = try await source.page(after: lastID, limit: pageSize)
        guard !page.isEmpty else { return nil }
        for term in page {
            // Otherwise the pages might never end.
            if let lastID, term.id <= lastID {
                throw TaxonomyError(
                    .invalidSource, "The source gave term \(term.id) after term \(lastID): terms must come by id")
            }
            lastID = term.id
        }
        count += page.count
        guard count <= largestCount else {
            throw TaxonomyError(
                .invalidSource, "The source has more than \(largestCount) terms, which is the limit set")
        }
        return page
    }
}
