// Owns holding jobs back until a test has seen what it wants to see.

/// Something that jobs wait at until it is opened, once and for all.
public struct Gate: Sendable {
    private let opening: AsyncStream<Never>.Continuation
    private let opened: Task<Void, Never>

    /// A closed gate.
    public init() {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        opening = continuation
        opened = Task { for await _ in stream {} }
    }

    /// Lets everybody through, now and later.
    public func open() { opening.finish() }

    /// Waits until the gate is open; a cancelled task opens it, so that a test that failed can end.
    public func pass() async {
        await withTaskCancellationHandler {
            await opened.value
        } onCancel: {
            open()
        }
    }
}
