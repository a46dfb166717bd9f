// Owns: the store on DuckDB, which is loaded when the store is opened.

public import struct Foundation.Date

/// Keeps the taxonomy in DuckDB, in memory or in a file.
///
/// DuckDB is no part of this library: its shared library, version 1, is loaded at run time. Where there is no `libduckdb.so`, the
/// module `_duckdb.cpython-….so` of the Python package `duckdb` serves; it needs `libpython3` of its version beside it.
///
/// A file survives the process and can be looked into with DuckDB's own tools, while no process has it open: the views `terms`
/// and `names` show the current copy.
public struct DuckDBTaxonomyStore: TaxonomyStore {
    /// The version of the library, such as `v1.5.6`.
    public let libraryVersion: String

    private let copies: TaxonomyCopies<DuckDBEngine>

    /// Loads the library, unless it is loaded, and opens a store.
    ///
    /// - Parameters:
    ///   - libraryPath: the shared library; a bare name is looked for where the system has its libraries.
    ///   - path: the file, made if it is missing; `nil`, the default, keeps the terms in memory.
    /// - Throws: ``TaxonomyError`` with code `engineMissing` or `unusableFile`.
    public init(libraryPath: String = "libduckdb.so", path: String? = nil) throws {
        let library = try DuckDBLibrary.load(libraryPath)
        libraryVersion = library.version
        let engine = try DuckDBEngine(library, path: path)
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
