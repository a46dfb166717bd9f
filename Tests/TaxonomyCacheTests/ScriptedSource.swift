// Owns: a source that does what a test says, and a clock that a test turns.

import Foundation
import Synchronization
import TaxonomyCache

/// Terms, or a failure; and a gate at which requests wait.
actor ScriptedSource: TaxonomySource {
    struct Down: Error {}

    /// The requests so far: after which term.
    private(set) var requests: [Int?] = []
    private var terms: [TaxonomyTerm]
    private var isDown = false
    private var isHeld = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(_ terms: [TaxonomyTerm]) {
        self.terms = terms
    }

    func page(after id: Int?, limit: Int) async throws -> [TaxonomyTerm] {
        requests.append(id)
        for watcher in watchers where watcher.count <= requests.count { watcher.continuation.resume() }
        watchers.removeAll { $0.count <= requests.count }
        if isHeld { await withCheckedContinuation { held.append($0) } }
        if isDown { throw Down() }
        return Array(terms.filter { $0.id > id ?? .min }.prefix(limit))
    }

    func set(_ terms: [TaxonomyTerm]) { self.terms = terms }
    func fail(_ isDown: Bool = true) { self.isDown = isDown }

    /// Requests wait from now on.
    func hold() { isHeld = true }

    /// Lets the requests go that wait.
    func release() {
        isHeld = false
        for continuation in held { continuation.resume() }
        held = []
    }

    /// Waits for a number of requests since the start.
    func untilRequests(_ count: Int) async {
        if requests.count >= count { return }
        await withCheckedContinuation { watchers.append((count, $0)) }
    }
}

/// A clock that stands still until it is turned.
final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_764_000_000))

    var now: @Sendable () -> Date { { self.time.withLock { $0 } } }

    func advance(by seconds: Double) {
        time.withLock { $0 += seconds }
    }
}
