// Owns: stores that keep their copy in a file.

import Foundation
import GRDB
import Testing

@testable import TaxonomyCache

@Suite("A taxonomy store in a file", .timeLimit(.minutes(1)))
struct TaxonomyFileTests {
    @Test("has its copy again after a restart", arguments: StoreEngine.allCases)
    func restart(_ engine: StoreEngine) async throws {
        try await withFolder { folder async throws in
            let path = folder.appending(path: "taxonomy.db").path
            let date = Date(timeIntervalSince1970: 1_764_000_000.123)
            for round in 1...3 {
                let store = try engine.open(path: path)
                if round > 1 {
                    #expect(try await store.contents() == TaxonomyContents(count: 4, loadedAt: date))
                    #expect(try await store.terms(.slug("photography")) == [TaxonomyStoreTests.photo])
                }
                try await store.replace([TaxonomyStoreTests.all], loadedAt: date)
                try await store.close()
            }
        }
    }

    @Test("takes away what an interrupted load has left", arguments: StoreEngine.allCases)
    func leftovers(_ engine: StoreEngine) async throws {
        try await withFolder { folder async throws in
            let path = folder.appending(path: "taxonomy.db").path
            let tables = try await tables(engine, path)
            // As if the process had died between two pages.
            try await withEngine(engine, path) { connection in
                _ = try connection.prepareTables()
                try connection.beginCopy(41)
                try connection.append([.numbered(1)], toCopy: 41)
            }
            #expect(try await self.tables(engine, path) == tables)
        }
    }

    @Test("is refused when the file is a database of somebody else", arguments: StoreEngine.allCases)
    func foreign(_ engine: StoreEngine) async throws {
        try await withFolder { folder async throws in
            let path = folder.appending(path: "accounts.db").path
            try await withEngine(engine, path) { try $0.run("CREATE TABLE accounts (id BIGINT)") }
            let error = #expect(throws: TaxonomyError.self) { try engine.open(path: path) }
            #expect(error?.code == .unusableFile)
            #expect(error?.message.contains("accounts") == true)
        }
    }

    @Test("is refused when the file is no database, and the file stays", arguments: StoreEngine.allCases)
    func noDatabase(_ engine: StoreEngine) async throws {
        try await withFolder { folder async throws in
            let file = folder.appending(path: "letter.txt")
            let letter = Data(repeating: 65, count: 10_000)
            try letter.write(to: file)
            let error = #expect(throws: TaxonomyError.self) { try engine.open(path: file.path) }
            #expect(error?.code == .unusableFile)
            #expect(try Data(contentsOf: file) == letter)
        }
    }

    @Test("is refused when its folder is missing", arguments: StoreEngine.allCases)
    func noFolder(_ engine: StoreEngine) {
        let error = #expect(throws: TaxonomyError.self) { try engine.open(path: "/nonexistent/taxonomy.db") }
        #expect(error?.code == .unusableFile)
    }

    @Test("is refused while somebody else has it open")
    func inUse() async throws {
        try await withFolder { folder async throws in
            let path = folder.appending(path: "taxonomy.db").path
            let store = try SQLiteTaxonomyStore(path: path)
            let error = #expect(throws: TaxonomyError.self) { try SQLiteTaxonomyStore(path: path) }
            #expect(error?.code == .unusableFile)
            #expect(error?.message.contains("in use") == true)
            try await store.close()
            try await SQLiteTaxonomyStore(path: path).close()
        }
    }

    private func tables(_ engine: StoreEngine, _ path: String) async throws -> Set<String> {
        try await engine.open(path: path).close()
        nonisolated(unsafe) var names: Set<String> = []
        try await withEngine(engine, path) { connection in
            names = Set(
                try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'", []).compactMap { $0[0].text }
            )
        }
        return names
    }

    private func withEngine(
        _ engine: StoreEngine, _ path: String, _ body: (any TaxonomyConnection) throws -> Void
    ) async throws {
        switch engine {
        case .sqlite:
            let engine = try SQLiteEngine(path: path)
            try engine.performNow { try body($0) }
            try await engine.close()
        case .duckDB:
            let engine = try DuckDBEngine(try DuckDBLibrary.load(StoreEngine.duckDBLibrary()), path: path)
            try engine.performNow { try body($0) }
            try await engine.close()
        }
    }
}
