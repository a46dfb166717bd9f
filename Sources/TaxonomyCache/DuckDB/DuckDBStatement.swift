// Owns: one prepared statement of DuckDB.

import CDuckDB

final class DuckDBStatement {
    private let functions: UnsafePointer<duckdb_functions>
    private var statement: duckdb_prepared_statement?

    init(_ sql: String, _ connection: duckdb_connection?, _ functions: UnsafePointer<duckdb_functions>) throws {
        self.functions = functions
        guard functions.pointee.duckdb_prepare(connection, sql, &statement) == DuckDBSuccess else {
            let error = DuckDBConnection.error(functions.pointee.duckdb_prepare_error(statement))
            functions.pointee.duckdb_destroy_prepare(&statement)
            throw error
        }
    }

    deinit { functions.pointee.duckdb_destroy_prepare(&statement) }

    /// Runs the statement. The caller destroys the result.
    func execute(_ arguments: [SQLValue]) throws -> duckdb_result {
        for (index, argument) in arguments.enumerated() {
            let position = idx_t(index + 1)
            let state =
                switch argument {
                case .null: functions.pointee.duckdb_bind_null(statement, position)
                case .integer(let number): functions.pointee.duckdb_bind_int64(statement, position, number)
                case .text(let text):
                    text.withBytes { functions.pointee.duckdb_bind_varchar_length(statement, position, $0, $1) }
                }
            guard state == DuckDBSuccess else {
                throw DuckDBConnection.error(functions.pointee.duckdb_prepare_error(statement))
            }
        }
        var result = duckdb_result()
        guard functions.pointee.duckdb_execute_prepared(statement, &result) == DuckDBSuccess else {
            defer { functions.pointee.duckdb_destroy_result(&result) }
            throw DuckDBConnection.error(functions.pointee.duckdb_result_error(&result))
        }
        return result
    }
}
