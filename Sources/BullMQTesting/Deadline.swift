// Owns deadlines: a test awaits an event, and a deadline turns "never" into a failure that says what was awaited.

/// Runs `operation` and fails when it takes longer than `limit`.
///
/// This bounds a wait for an event; it never polls and never delays an operation that is done.
///
/// - Parameters:
///   - limit: The longest the operation may take.
///   - awaited: What is being waited for, for the error message.
///   - operation: The work; it is cancelled when the deadline passes, and must react to cancellation.
/// - Returns: The operation's result.
/// - Throws: ``TestKitError`` with code ``TestKitError/Code/deadlineExceeded``, or the operation's error.
public func withDeadline<Value: Sendable>(
    _ limit: Duration,
    waitingFor awaited: String,
    operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TestKitError(.deadlineExceeded, "waited \(limit) for \(awaited)")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
