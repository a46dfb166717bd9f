// Owns: how rows lie in DuckDB's vectors: a column after the other, in chunks.

import CDuckDB

struct DuckDBRows {
    private let functions: UnsafePointer<duckdb_functions>

    init(_ functions: UnsafePointer<duckdb_functions>) {
        self.functions = functions
    }

    /// The types that occur in the tables of the cache, by DuckDB's numbers.
    private enum ColumnType: Int32 {
        case bigint = 5
        case varchar = 17
    }

    /// All rows of a result.
    func read(_ result: inout duckdb_result) throws -> [[SQLValue]] {
        var types: [ColumnType] = []
        for column in 0..<functions.pointee.duckdb_column_count(&result) {
            let number = functions.pointee.duckdb_column_type(&result, column)
            guard let type = ColumnType(rawValue: number) else {
                throw TaxonomyError(.engineFailed, "DuckDB answered with a column of type \(number)")
            }
            types.append(type)
        }
        var rows: [[SQLValue]] = []
        while let chunk = functions.pointee.duckdb_fetch_chunk(result) {
            defer { destroy(chunk) }
            let size = Int(functions.pointee.duckdb_data_chunk_get_size(chunk))
            let columns = try types.enumerated().map { index, type in
                try values(functions.pointee.duckdb_data_chunk_get_vector(chunk, idx_t(index)), type, size)
            }
            for row in 0..<size { rows.append(columns.map { $0[row] }) }
        }
        return rows
    }

    private func destroy(_ chunk: duckdb_data_chunk) {
        var chunk: duckdb_data_chunk? = chunk
        functions.pointee.duckdb_destroy_data_chunk(&chunk)
    }

    private func values(_ vector: duckdb_vector?, _ type: ColumnType, _ size: Int) throws -> [SQLValue] {
        guard size > 0 else { return [] }
        guard let data = functions.pointee.duckdb_vector_get_data(vector) else {
            throw TaxonomyError(.engineFailed, "DuckDB answered with an empty vector")
        }
        // A bit for each row, 0 for null; no bits at all when no row is null.
        let validity = functions.pointee.duckdb_vector_get_validity(vector)
        return (0..<size).map { row in
            if let validity, validity[row / 64] >> UInt64(row % 64) & 1 == 0 { return .null }
            switch type {
            case .bigint:
                return .integer(data.load(fromByteOffset: row * MemoryLayout<Int64>.stride, as: Int64.self))
            case .varchar:
                return .text(text(data + row * MemoryLayout<duckdb_string_t>.stride))
            }
        }
    }

    private func text(_ element: UnsafeMutableRawPointer) -> String {
        let length = Int(element.load(as: UInt32.self))
        if length <= 12 {
            return String(decoding: UnsafeRawBufferPointer(start: element + 4, count: length), as: UTF8.self)
        }
        let start = element.load(fromByteOffset: 8, as: UnsafeRawPointer.self)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }
}
