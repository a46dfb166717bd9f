// Owns: the little that a SQL engine must offer to keep a taxonomy. Everything above it is the same for every engine.

/// A database that belongs to one store.
protocol TaxonomyEngine: Sendable {
    associatedtype Connection: TaxonomyConnection

    /// Lets `work` use the connection, one caller after the other, away from the threads that serve tasks.
    func perform<Result: Sendable>(
        _ work: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result

    /// Closes the database after the work already asked for.
    func close() async throws
}

/// A connection to a database. SQL is limited to what SQLite and DuckDB both understand.
protocol TaxonomyConnection {
    /// Executes one statement without results.
    func run(_ sql: String) throws

    /// The rows that a statement finds.
    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]]

    /// Adds rows, each with a value for every column of the table.
    func append(_ rows: [[SQLValue]], to table: String) throws
}

/// A value in a row, or for a placeholder.
enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)

    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    var integer: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
}

extension TaxonomyConnection {
    /// Does several things as one.
    func inTransaction(_ body: () throws -> Void) throws {
        try run("BEGIN TRANSACTION")
        do {
            try body()
            try run("COMMIT")
        } catch {
            do {
                try run("ROLLBACK")
            } catch let second {
                throw TaxonomyError(.engineFailed, "A change was not undone after \(error)", underlying: second)
            }
            throw error
        }
    }
}
