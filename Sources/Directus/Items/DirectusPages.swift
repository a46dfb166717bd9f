// A whole collection, page by page, without losing rows that others insert meanwhile (Directus, section 13).

/// The pages of a collection in the order of `id`.
public struct DirectusPages<Item: Decodable & Sendable>: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = [Item]
    /// What can go wrong.
    public typealias Failure = DirectusError

    let client: DirectusClient
    let collection: String
    let query: DirectusQuery
    let size: Int

    /// Begins at the first page.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: self) }

    /// Reads one page at a time.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let pages: DirectusPages
        private var last: DirectusValue?
        private var isAtEnd = false

        init(pages: DirectusPages) { self.pages = pages }

        /// The next page; nil after the last.
        public mutating func next() async throws(DirectusError) -> [Item]? {
            guard !isAtEnd else { return nil }
            var query = pages.query
            query.sort = ["id"]
            query.limit = pages.size
            query.offset = nil
            if !query.fields.contains("id"), !query.fields.contains("*") { query.fields.append("id") }
            if let last {
                let rest = DirectusFilter.greater("id", last)
                query.filter = query.filter.map { .all([$0, rest]) } ?? rest
            }
            let rows = try await pages.client.items(pages.collection, query, as: Keyed.self)
            // A server may give less than was asked for; only an empty page is the end.
            guard let last = rows.last?.id else {
                isAtEnd = true
                return nil
            }
            self.last = last
            return rows.map(\.item)
        }

        private struct Keyed: Decodable, Sendable {
            let id: DirectusValue
            let item: Item

            enum CodingKeys: CodingKey { case id }

            init(from decoder: any Decoder) throws {
                id = try decoder.container(keyedBy: CodingKeys.self).decode(DirectusValue.self, forKey: .id)
                item = try Item(from: decoder)
            }
        }
    }
}

extension DirectusClient {
    /// All rows of a collection that match, in pages ordered by `id`.
    ///
    /// ```swift
    /// for try await terms in directus.pages(of: TaxonomyTermRecord.collection, as: TaxonomyTermRecord.self) { … }
    /// ```
    ///
    /// - Parameters:
    ///   - query: Fields, filter and search; order, limit and offset are the pages' own.
    ///   - size: Rows of a page. Default 500. Must not be above the server's maximum.
    public func pages<Item: Decodable & Sendable>(
        of collection: String, _ query: DirectusQuery = DirectusQuery(), size: Int = 500, as type: Item.Type = Item.self
    ) -> DirectusPages<Item> {
        DirectusPages(client: self, collection: collection, query: query, size: max(1, size))
    }
}
