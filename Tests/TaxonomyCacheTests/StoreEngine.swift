// Owns: the engines that every store test runs with, and where the library of DuckDB is.

import Foundation
import Testing

@testable import TaxonomyCache

/// An engine under test.
enum StoreEngine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, duckDB

    var testDescription: String { rawValue }

    func open(path: String? = nil) throws -> any TaxonomyStore {
        switch self {
        case .sqlite: try SQLiteTaxonomyStore(path: path)
        case .duckDB: try DuckDBTaxonomyStore(libraryPath: try Self.duckDBLibrary(), path: path)
        }
    }

    /// Runs `body` with a store in memory and closes it.
    func withStore(_ body: (any TaxonomyStore) async throws -> Void) async throws {
        let store = try open()
        try await body(store)
        try await store.close()
    }

    /// `DUCKDB_LIBRARY`, or the module in the virtual environment of the package.
    static func duckDBLibrary() throws -> String {
        if let path = ProcessInfo.processInfo.environment["DUCKDB_LIBRARY"] { return path }
        let packageFolder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let libraries = packageFolder.appending(path: ".venv/lib")
        for file in FileManager.default.enumerator(at: libraries, includingPropertiesForKeys: nil) ?? .init() {
            if let file = file as? URL, file.pathExtension == "so", file.lastPathComponent.hasPrefix("_duckdb.") {
                return file.path
            }
        }
        throw DuckDBMissing()
    }

    struct DuckDBMissing: Error, CustomStringConvertible {
        let description = "DuckDB is not there: run `make deps`, or set DUCKDB_LIBRARY to the path of libduckdb.so"
    }
}

/// A folder that disappears with the test.
func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "taxonomy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}

extension TaxonomyStore {
    /// Replaces all terms by those of some pages.
    @discardableResult
    func replace(
        _ pages: [[TaxonomyTerm]], loadedAt date: Date = Date(timeIntervalSince1970: 1_000)
    ) async throws -> Int {
        var rest = pages[...]
        return try await replaceAll(loadedAt: date) { rest.popFirst() }
    }

    func ids(_ query: TaxonomyQuery) async throws -> [Int] {
        try await terms(query).map(\.id)
    }
}

extension TaxonomyTerm {
    /// A term with a number in its names.
    static func numbered(_ id: Int, category: String? = nil) -> TaxonomyTerm {
        TaxonomyTerm(id: id, slug: "term-\(id)", name: "Term \(id)", category: category)
    }
}
