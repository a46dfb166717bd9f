// Owns: how failures become answers.

import BullMQ
import HTTPTypes
import Hummingbird

/// A request that is refused.
struct DashboardError: Error {
    var status: HTTPResponse.Status
    var message: String

    init(_ status: HTTPResponse.Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// What a client is told of an error of the layers below.
    init(_ error: any Error) {
        switch error {
        case let error as DashboardError: self = error
        case let error as BullMQError: self.init(Self.status(of: error.code), error.message)
        case let error as RedisError:
            self.init(error.code == .errorReply ? .internalServerError : .serviceUnavailable, error.description)
        case is CancellationError: self.init(.serviceUnavailable, "The server is shutting down")
        case let error as HTTPError:
            self.init(error.status, error.body ?? error.status.reasonPhrase)
        default: self.init(.internalServerError, "Internal error")
        }
    }

    private static func status(of code: BullMQError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidArgument: .badRequest
        case .missingJob: .notFound
        case .unsupportedByServer, .unexpectedReply, .invalidData: .internalServerError
        case .timeout: .serviceUnavailable
        default: .conflict
        }
    }

    /// Client errors and server errors have different shapes (queue API, section 2).
    var body: JSONValue {
        status.kind == .serverError ? ["ok": false, "error": .string(message)] : ["error": .string(message)]
    }
}

/// Runs an operation that must not wait for Redis without end.
///
/// - Throws: `DashboardError` with status 503 when the time is over.
func withDeadline<Value: Sendable>(
    _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw DashboardError(.serviceUnavailable, "Redis does not answer")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
