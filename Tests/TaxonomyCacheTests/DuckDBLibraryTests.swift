// Owns: finding out that DuckDB's library cannot be used.

import Testing

@testable import TaxonomyCache

@Suite("DuckDB's library")
struct DuckDBLibraryTests {
    @Test("is loaded once, and says which version it is")
    func version() throws {
        let path = try StoreEngine.duckDBLibrary()
        #expect(try DuckDBTaxonomyStore(libraryPath: path).libraryVersion.hasPrefix("v1."))
        #expect(try DuckDBTaxonomyStore(libraryPath: path).libraryVersion.hasPrefix("v1."))
    }

    @Test(
        "is refused with a reason and a way out",
        arguments: [
            ("/nonexistent/libduckdb.so", "cannot open shared object file"),
            ("libm.so.6", "has no duckdb_library_version"),
        ])
    func refused(_ path: String, _ reason: String) {
        let error = #expect(throws: TaxonomyError.self) { try DuckDBTaxonomyStore(libraryPath: path) }
        #expect(error?.code == .engineMissing)
        #expect(error?.message.contains(reason) == true)
        #expect(error?.message.contains("libduckdb.so") == true)
    }

    @Test("as a Python module needs the Python it was made for")
    func python() {
        let module = "/lib/_duckdb.cpython-311-x86_64-linux-gnu.so"
        #expect(DuckDBLibrary.pythonLibrary(for: module) == "libpython3.11.so.1.0")
        #expect(DuckDBLibrary.pythonLibrary(for: "/lib/libduckdb.so") == nil)
        #expect(DuckDBLibrary.pythonLibrary(for: "/cpython-311/libduckdb.so") == nil)
    }
}
