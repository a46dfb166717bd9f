// Owns: how many tests against real servers run at a time. They wait for time to pass in real workers and connections, and a
// machine that runs hundreds of them at once makes each of them look broken.

import Synchronization
public import Testing

/// Lets a test run when its share of the machine is free.
public struct LiveLoad: TestTrait, SuiteTrait, TestScoping {
    private static let shares = Shares(6)

    /// Applies to each test of a suite.
    public let isRecursive = true
    private let share: Int

    fileprivate init(share: Int) { self.share = share }

    /// Waits for the share, runs the test, and gives the share back.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.shares.take(share)
        defer { Self.shares.giveBack(share) }
        try await function()
    }
}

extension Trait where Self == LiveLoad {
    /// A test with servers or timers; few run at a time.
    public static var live: Self { Self(share: 1) }
    /// A test that keeps the machine busy; no other live test runs beside it.
    public static var heavy: Self { Self(share: 6) }
}

/// A number of shares, handed out in the order in which they were asked for.
private final class Shares: Sendable {
    private struct State {
        var free: Int
        var waiting: [(share: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func admit() -> [CheckedContinuation<Void, Never>] {
            var admitted: [CheckedContinuation<Void, Never>] = []
            while let next = waiting.first, next.share <= free {
                free -= next.share
                admitted.append(waiting.removeFirst().continuation)
            }
            return admitted
        }
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take(_ share: Int) async {
        await withCheckedContinuation { continuation in
            change { $0.waiting.append((share, continuation)) }
        }
    }

    func giveBack(_ share: Int) { change { $0.free += share } }

    private func change(_ change: (inout State) -> Void) {
        let admitted = state.withLock { state in
            change(&state)
            return state.admit()
        }
        for continuation in admitted { continuation.resume() }
    }
}
