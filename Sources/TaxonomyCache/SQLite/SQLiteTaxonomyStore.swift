// Owns: the store that needs nothing but this library.

public import struct Foundation.Date

/// Keeps the taxonomy in SQLite, in memory or in a file.
///
/// A file survives the process: after a restart the terms are there at once, even if their service is down. It belongs to one
/// process at a time.
public struct SQLiteTaxonomyStore: TaxonomyStore {
    private let copies: TaxonomyCopies<SQLiteEngine>

    /// Opens a store.
    ///
    /// - Parameter path: the file, made if it is missing; `nil`, the default, keeps the terms in memory.
    /// - Throws: ``TaxonomyError`` with code `unusableFile`.
    public init(path: String? = nil) throws {
        let engine = try SQLiteEngine(path: path)
        copies = TaxonomyCopies(engine, current: try engine.performNow { try $0.prepareTables() })
    }

    /// Replaces all terms; see ``TaxonomyStore/replaceAll(loadedAt:with:)``.
    public func replaceAll(
        loadedAt date: Date, with nextPage: () async throws -> [TaxonomyTerm]?
    ) async throws -> Int {
        try await copies.replaceAll(loadedAt: date, with: nextPage)
    }

    /// Drops all terms.
    public func removeAll() async throws { try await copies.removeAll() }

    /// What the store has.
    public func contents() async throws -> TaxonomyContents? { try await copies.contents() }

    /// The terms that a query finds.
    public func terms(_ query: TaxonomyQuery) async throws -> [TaxonomyTerm] { try await copies.terms(query) }

    /// Closes the database.
    public func close() async throws { try await copies.close() }
}
