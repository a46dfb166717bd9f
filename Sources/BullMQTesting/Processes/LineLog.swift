// Owns the lines a process has printed, in order, and the tasks that wait for the next one.
// Rule: a line is never lost; any number of readers may read from the start or wait for what is still to come.

import Synchronization

/// Every line a process prints, kept in order. Readers wait for lines; none takes a line away from another.
public final class LineLog: Sendable {
    private struct State {
        var lines: [String] = []
        var partial: [UInt8] = []
        var ended = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters.removeAll() }
            return Array(waiters.values)
        }
    }

    private let state = Mutex(State())

    init() {}

    /// The lines so far, without their line ends.
    public var lines: [String] { state.withLock { $0.lines } }

    /// The line at `index`, waiting for it if it is still to come; `nil` when the output ended before it.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled.
    public func line(at index: Int) async throws -> String? {
        while true {
            try Task.checkCancellation()
            let (line, ended) = state.withLock { state in
                (state.lines.count > index ? state.lines[index] : nil, state.ended)
            }
            if let line { return line }
            if ended { return nil }
            await change(after: index)
        }
    }

    /// Waits for the first line at or after `start` that satisfies `predicate`.
    ///
    /// - Returns: The line and its index.
    /// - Throws: ``TestKitError`` with code ``TestKitError/Code/endedEarly`` when the output ends without such a line.
    public func first(
        from start: Int = 0, where predicate: (String) throws -> Bool
    ) async throws -> (index: Int, line: String) {
        var index = start
        while let line = try await line(at: index) {
            if try predicate(line) { return (index, line) }
            index += 1
        }
        let tail = lines.suffix(20).joined(separator: "\n")
        throw TestKitError(.endedEarly, "the output ended before the awaited line; its last lines:\n\(tail)")
    }

    /// Suspends until there is a line at `index`, the output ends or the task is cancelled.
    private func change(after index: Int) async {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.lines.count > index || state.ended || Task.isCancelled { return true }
                    state.waiters[ticket] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }

    /// Takes bytes as they were read; complete lines become visible.
    func append(_ bytes: some Sequence<UInt8>) {
        let waiters = state.withLock { state in
            let before = state.lines.count
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    state.lines.append(String(decoding: state.partial, as: UTF8.self))
                    state.partial.removeAll(keepingCapacity: true)
                } else {
                    state.partial.append(byte)
                }
            }
            return state.lines.count > before ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Marks the end of the output; an unfinished last line becomes a line.
    func end() {
        let waiters = state.withLock { state in
            if !state.partial.isEmpty {
                state.lines.append(String(decoding: state.partial, as: UTF8.self))
                state.partial.removeAll()
            }
            state.ended = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension LineLog: AsyncSequence {
    /// Reads the lines from the first to the last, waiting for those to come.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let log: LineLog
        var index = 0

        /// The next line; `nil` at the end of the output.
        public mutating func next() async throws -> String? {
            defer { index += 1 }
            return try await log.line(at: index)
        }
    }

    /// A reader that starts at the first line.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(log: self) }
}
