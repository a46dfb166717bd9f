// Owns: DuckDB as an engine: its one connection, and the one queue that may touch it.

import Dispatch

// @unchecked: the connection is only used on the serial queue, and before anybody else has this object.
final class DuckDBEngine: TaxonomyEngine, @unchecked Sendable {
    private let connection: DuckDBConnection
    private let queue = DispatchQueue(label: "taxonomy-cache.duckdb")

    init(_ library: DuckDBLibrary, path: String?) throws {
        connection = try DuckDBConnection(library, path: path)
    }

    func perform<Result: Sendable>(
        _ work: @escaping @Sendable (DuckDBConnection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work(self.connection) }) }
        }
    }

    /// The same, waiting on the calling thread.
    func performNow<Result>(_ work: (DuckDBConnection) throws -> Result) throws -> Result {
        try queue.sync { try work(connection) }
    }

    func close() async throws {
        try await perform { $0.close() }
    }
}
