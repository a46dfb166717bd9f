// Owns: DuckDB's library in this process: found, loaded once, never unloaded.

import CDuckDB
import Foundation
import Synchronization

/// The functions of a loaded DuckDB library.
// @unchecked: the table is written before anybody sees it, and stays as long as the process.
struct DuckDBLibrary: @unchecked Sendable {
    /// Never copied: the compiler takes the members of a copy for objects of its own and counts references to them.
    let functions: UnsafePointer<duckdb_functions>
    /// Such as `v1.5.6`.
    let version: String

    private static let loaded = Mutex<[String: DuckDBLibrary]>([:])

    /// Loads a library, unless it is loaded.
    ///
    /// - Parameter path: the file of the library.
    /// - Throws: ``TaxonomyError`` with code `engineMissing`.
    static func load(_ path: String) throws(TaxonomyError) -> DuckDBLibrary {
        let result: Result<DuckDBLibrary, TaxonomyError> = loaded.withLock { loaded in
            if let library = loaded[path] { return .success(library) }
            do throws(TaxonomyError) {
                let library = try DuckDBLibrary(path)
                loaded[path] = library
                return .success(library)
            } catch let error {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(_ path: String) throws(TaxonomyError) {
        let handle: UnsafeMutableRawPointer
        switch Self.open(path) {
        case .success(let opened):
            handle = opened
        case .failure(let error):
            // The extension module of DuckDB's Python package has the whole C API, but also wants Python's own symbols.
            guard error.message.contains("undefined symbol: Py"), let python = Self.pythonLibrary(for: path) else {
                throw error
            }
            if case .failure(let error) = Self.open(python, RTLD_NOW | RTLD_GLOBAL) { throw error }
            handle = try Self.open(path).get()
        }
        let table = UnsafeMutablePointer<duckdb_functions>.allocate(capacity: 1)
        if let missing = duckdb_functions_load(table, handle) {
            table.deallocate()
            throw Self.missing(
                "The library \(path) is not a DuckDB of version 1: it has no \(String(cString: missing))")
        }
        functions = UnsafePointer(table)
        version = functions.pointee.duckdb_library_version().map { String(cString: $0) } ?? "unknown"
    }

    private static func open(
        _ path: String, _ mode: Int32 = RTLD_NOW | RTLD_LOCAL
    ) -> Result<UnsafeMutableRawPointer, TaxonomyError> {
        if let handle = dlopen(path, mode) { return .success(handle) }
        let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
        return .failure(missing("The library \(path) cannot be loaded: \(reason)"))
    }

    /// The library of the Python for which an extension module was made: `…cpython-311-….so` wants `libpython3.11.so.1.0`.
    static func pythonLibrary(for module: String) -> String? {
        let file = module.split(separator: "/").last ?? ""
        guard let tag = file.range(of: "cpython-3") else { return nil }
        let minor = file[tag.upperBound...].prefix { $0.isNumber }
        return minor.isEmpty ? nil : "libpython3.\(minor).so.1.0"
    }

    private static func missing(_ message: String) -> TaxonomyError {
        TaxonomyError(
            .engineMissing,
            message + ". Set the path of libduckdb.so, or of the module in the Python package duckdb==1.5.6")
    }
}
