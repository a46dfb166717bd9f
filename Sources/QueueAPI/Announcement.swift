// Owns: a value that comes once, for those who wait for it.

import Synchronization

/// Holds those who ask until the value is there.
final class Announcement<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, any Error>])
        case announced(Value)
        case failed
    }

    private let state = Mutex(State.waiting([]))

    func announce(_ value: Value) {
        for continuation in end(.announced(value)) { continuation.resume(returning: value) }
    }

    /// Nothing will come. Has no effect on a value that was announced.
    func fail() {
        for continuation in end(.failed) { continuation.resume(throwing: CancellationError()) }
    }

    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<Value, any Error>? = state.withLock { state in
                switch state {
                case .announced(let value): return .success(value)
                case .failed: return .failure(CancellationError())
                case .waiting(let others):
                    state = .waiting(others + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func end(_ new: State) -> [CheckedContinuation<Value, any Error>] {
        state.withLock { state in
            guard case .waiting(let continuations) = state else { return [] }
            state = new
            return continuations
        }
    }
}
