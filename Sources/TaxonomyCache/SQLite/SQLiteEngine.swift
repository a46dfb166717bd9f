// Owns: SQLite as an engine, through GRDB.

import Foundation
import GRDB

final class SQLiteEngine: TaxonomyEngine {
    private let queue: DatabaseQueue

    /// - Parameter path: the file; `nil` for a database in memory.
    init(path: String?) throws {
        guard let path else {
            queue = try DatabaseQueue()
            return
        }
        var configuration = Configuration()
        configuration.label = "taxonomy-cache"
        configuration.prepareDatabase { database in
            // The file belongs to one process, so nothing has to be looked up in it twice.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw Self.error(error, path: path)
        }
    }

    private static func error(_ error: DatabaseError, path: String) -> TaxonomyError {
        let reason =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: "it is in use by another process; each needs a file of its own"
            case .SQLITE_NOTADB: "it is not a SQLite database; choose another file"
            case .SQLITE_CORRUPT: "it is damaged; remove it, it is made again"
            case .SQLITE_CANTOPEN: "it cannot be opened; does its folder exist, and may it be written to?"
            default: "SQLite refuses it"
            }
        return TaxonomyError(.unusableFile, "The taxonomy cache \(path) cannot be used: \(reason)", underlying: error)
    }

    /// Work is not interrupted when the task is cancelled: each piece is short, and half of one is of no use.
    func perform<Result: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.asyncWriteWithoutTransaction { database in
                continuation.resume(with: Swift.Result { try work(database) })
            }
        }
    }

    /// The same, waiting on the calling thread.
    func performNow<Result>(_ work: (Database) throws -> Result) throws -> Result {
        try queue.writeWithoutTransaction(work)
    }

    func close() async throws {
        try await perform { _ in }
        try queue.close()
    }
}

extension Database: TaxonomyConnection {
    func run(_ sql: String) throws {
        try execute(sql: sql)
    }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [[SQLValue]] {
        let statement = try cachedStatement(sql: sql)
        let rows = try Row.fetchCursor(statement, arguments: StatementArguments(arguments.map(\.databaseValue)))
        var result: [[SQLValue]] = []
        while let row = try rows.next() {
            result.append(try row.databaseValues.map { try SQLValue($0) })
        }
        return result
    }

    func append(_ rows: [[SQLValue]], to table: String) throws {
        guard let first = rows.first else { return }
        let places = Array(repeating: "?", count: first.count).joined(separator: ", ")
        let statement = try makeStatement(sql: "INSERT INTO \(table) VALUES (\(places))")
        try inTransaction {
            for row in rows {
                try statement.execute(arguments: StatementArguments(row.map(\.databaseValue)))
            }
            return .commit
        }
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .text(let text): text.databaseValue
        }
    }

    fileprivate init(_ value: DatabaseValue) throws {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .double, .blob: throw TaxonomyError(.engineFailed, "A value of the taxonomy cache is of no known kind")
        }
    }
}
