// Owns a producer under stress: it knows which jobs Redis acknowledged, and which additions ended in doubt.

import BullMQ
import Stage

/// Adds jobs from several tasks until enough were acknowledged, and goes on whatever happens to the connection.
actor Load {
    /// The ids of the jobs whose addition was acknowledged.
    private(set) var acknowledged: Set<String> = []
    /// The errors of the additions that may or may not have happened.
    private(set) var doubts: [RedisError] = []

    private enum Quantity { case acknowledged, inDoubt }

    private struct Waiter {
        let quantity: Quantity
        let target: Int
        let continuation: CheckedContinuation<Void, any Error>

        init(_ quantity: Quantity, _ target: Int, _ continuation: CheckedContinuation<Void, any Error>) {
            self.quantity = quantity
            self.target = target
            self.continuation = continuation
        }
    }

    private let queue: Queue
    private let total: Int
    private var waiters: [Waiter] = []
    private var failure: (any Error)?

    init(on queue: Queue, jobs: Int) {
        self.queue = queue
        total = jobs
    }

    /// Adds jobs that take a millisecond each.
    func run(tasks: Int = 16) async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<tasks { group.addTask { try await self.addJobs() } }
                try await group.waitForAll()
            }
        } catch {
            end(error)
            throw error
        }
        end(ScriptedFailure("the load ended before what was awaited"))
    }

    private func addJobs() async throws {
        while acknowledged.count < total {
            do {
                acknowledged.insert(try await queue.add(name: "slow", data: JSONText(["ms": 1])).id)
            } catch let error as RedisError where error.mayHaveExecuted {
                doubts.append(error)
            }
            wake()
        }
    }

    /// Waits until so many jobs were acknowledged.
    func whenAcknowledged(_ count: Int) async throws { try await when(.acknowledged, count) }

    /// Waits until so many additions ended in doubt.
    func whenInDoubt(_ count: Int) async throws { try await when(.inDoubt, count) }

    private func count(of quantity: Quantity) -> Int {
        switch quantity {
        case .acknowledged: acknowledged.count
        case .inDoubt: doubts.count
        }
    }

    private func when(_ quantity: Quantity, _ target: Int) async throws {
        if count(of: quantity) >= target { return }
        if let failure { throw failure }
        try await withCheckedThrowingContinuation { waiters.append(Waiter(quantity, target, $0)) }
    }

    private func wake() {
        guard !waiters.isEmpty else { return }
        let ready = waiters.filter { count(of: $0.quantity) >= $0.target }
        waiters.removeAll { count(of: $0.quantity) >= $0.target }
        for waiter in ready { waiter.continuation.resume() }
    }

    private func end(_ error: any Error) {
        wake()
        failure = error
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
        waiters = []
    }
}
