// Owns: waiting for things that tests see happen.

import BullMQTesting

/// Everything of one kind that was seen so far, and a way to wait for more of it.
actor Log<Entry: Sendable> {
    private(set) var entries: [Entry] = []
    private var sleepers: [CheckedContinuation<Void, Never>] = []

    func append(_ entry: Entry) {
        entries.append(entry)
        wakeAll()
    }

    /// Waits until there are so many entries, and returns the first so many.
    @discardableResult
    func first(_ count: Int, within limit: Duration = .seconds(20)) async throws -> [Entry] {
        try await withDeadline(limit, waitingFor: "\(count) of \(Entry.self)") {
            try await self.prefix(count)
        }
    }

    private func prefix(_ count: Int) async throws -> [Entry] {
        while entries.count < count { try await change() }
        return Array(entries.prefix(count))
    }

    /// Waits for the first entry, now or later, of which `pick` makes something.
    @discardableResult
    func first<Picked: Sendable>(
        _ what: String, within limit: Duration = .seconds(20), _ pick: @escaping @Sendable (Entry) -> Picked?
    ) async throws -> Picked {
        try await withDeadline(limit, waitingFor: what) { try await self.search(pick) }
    }

    /// Waits until so many entries, past or to come, are as wanted.
    func count(
        _ count: Int, _ what: String, within limit: Duration = .seconds(20),
        _ isWanted: @escaping @Sendable (Entry) -> Bool
    ) async throws {
        try await withDeadline(limit, waitingFor: "\(count) times \(what)") {
            try await self.search(count, isWanted)
        }
    }

    private func search(_ count: Int, _ isWanted: (Entry) -> Bool) async throws {
        while entries.count(where: isWanted) < count { try await change() }
    }

    private func search<Picked>(_ pick: (Entry) -> Picked?) async throws -> Picked {
        var position = 0
        while true {
            while position < entries.count {
                if let picked = pick(entries[position]) { return picked }
                position += 1
            }
            try await change()
        }
    }

    /// Returns when another entry came. Nothing can come between the caller's look at the entries and this wait.
    private func change() async throws {
        try Task.checkCancellation()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { sleepers.append(continuation) }
            }
        } onCancel: {
            Task { await self.wakeAll() }
        }
    }

    private func wakeAll() {
        let woken = sleepers
        sleepers = []
        for sleeper in woken { sleeper.resume() }
    }
}

/// A door that handlers wait at until the test opens it.
struct Gate: Sendable {
    private let opened = Log<Bool>()

    func open() async { await opened.append(true) }

    /// Waits until the gate is open; throws `CancellationError` if the task is cancelled before.
    func wait() async throws {
        _ = try await opened.first("a gate to open", within: .seconds(30)) { $0 }
    }
}
