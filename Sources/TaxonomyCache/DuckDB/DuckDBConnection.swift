// Owns: one open DuckDB database and its one connection. To be used by one thread at a time.

import CDuckDB
import Foundation

final class DuckDBConnection: TaxonomyConnection {
    private let functions: UnsafePointer<duckdb_functions>
    private var database: duckdb_database?
    private var connection: duckdb_connection?
    private var statements: [String: DuckDBStatement] = [:]

    /// - Parameter path: the file; `nil` for a database in memory.
    init(_ library: DuckDBLibrary, path: String?) throws {
        functions = library.functions
        var configuration: duckdb_config?
        guard functions.pointee.duckdb_create_config(&configuration) == DuckDBSuccess else {
            throw TaxonomyError(.engineFailed, "DuckDB has no memory for its configuration")
        }
        defer { functions.pointee.duckdb_destroy_config(&configuration) }
        for (name, value) in Self.settings {
            guard functions.pointee.duckdb_set_config(configuration, name, value) == DuckDBSuccess else {
                throw TaxonomyError(.engineFailed, "DuckDB \(library.version) does not know the setting \(name)")
            }
        }
        var reason: UnsafeMutablePointer<CChar>?
        guard functions.pointee.duckdb_open_ext(path, &database, configuration, &reason) == DuckDBSuccess else {
            let text = reason.map { String(cString: $0) } ?? "unknown reason"
            functions.pointee.duckdb_free(reason)
            throw TaxonomyError(
                .unusableFile, "DuckDB \(library.version) cannot open \(path ?? "a database in memory"): \(text)")
        }
        guard functions.pointee.duckdb_connect(database, &connection) == DuckDBSuccess else {
            functions.pointee.duckdb_close(&database)
            throw TaxonomyError(.engineFailed, "DuckDB does not let connect to its database")
        }
    }

    /// A cache needs neither many threads nor much memory, and nothing outside of its file.
    private static let settings = [
        ("threads", "1"), ("memory_limit", "512MB"), ("enable_external_access", "false"),
        ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"),
    ]

    deinit { close() }

    /// Closes the database; what is used afterwards fails.
    func close() {
        statements = [:]
        if connection != nil { functions.pointee.duckdb_disconnect(&connection) }
        if database != nil { functions.pointee.duckdb_close(&database) }
    }

    func run(_ sql: String) throws {
        try checkOpen()
        var result = duckdb_result()
        defer { functions.pointee.duckdb_destroy_result(&result) }
        guard functions.pointee.duckdb_query(connection, sql, &result) == DuckDBSuccess else {
            throw error(of: &result)
        }
    }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        try checkOpen()
        let statement = try statement(sql)
        var result = try statement.execute(arguments)
        defer { functions.pointee.duckdb_destroy_result(&result) }
        return try DuckDBRows(functions).read(&result)
    }

    func append(_ rows: [[SQLValue]], to table: String) throws {
        try checkOpen()
        var appender: duckdb_appender?
        defer { _ = functions.pointee.duckdb_appender_destroy(&appender) }
        func check(_ state: duckdb_state) throws {
            guard state != DuckDBSuccess else { return }
            throw Self.error(functions.pointee.duckdb_appender_error(appender))
        }
        try check(functions.pointee.duckdb_appender_create(connection, nil, table, &appender))
        for row in rows {
            for value in row {
                switch value {
                case .null: try check(functions.pointee.duckdb_append_null(appender))
                case .integer(let number): try check(functions.pointee.duckdb_append_int64(appender, number))
                case .text(let text):
                    try check(
                        text.withBytes { functions.pointee.duckdb_append_varchar_length(appender, $0, $1) })
                }
            }
            try check(functions.pointee.duckdb_appender_end_row(appender))
        }
        // Destroying would flush too, but tell nobody of a failure.
        try check(functions.pointee.duckdb_appender_flush(appender))
    }

    /// Statements are few and always the same; DuckDB plans them anew by itself when the views change.
    private func statement(_ sql: String) throws -> DuckDBStatement {
        if let known = statements[sql] { return known }
        let statement = try DuckDBStatement(sql, connection, functions)
        statements[sql] = statement
        return statement
    }

    private func checkOpen() throws {
        guard connection != nil else { throw TaxonomyError(.closed, "The taxonomy store is closed") }
    }

    private func error(of result: inout duckdb_result) -> TaxonomyError {
        Self.error(functions.pointee.duckdb_result_error(&result))
    }

    static func error(_ text: UnsafePointer<CChar>?) -> TaxonomyError {
        TaxonomyError(.engineFailed, "DuckDB failed: \(text.map { String(cString: $0) } ?? "unknown reason")")
    }
}

extension String {
    /// Lets `body` see the bytes as C characters, and their number.
    func withBytes<Result>(_ body: (UnsafePointer<CChar>, idx_t) throws -> Result) rethrows -> Result {
        let length = idx_t(utf8.count)
        return try withCString { try body($0, length) }
    }
}
