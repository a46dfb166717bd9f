// Owns: the measurements that all viewers share.
// Rule: however many look, the queues are measured once, and never twice at a time.

import BullMQ

/// All queues at one moment.
struct DashboardSnapshot: Sendable {
    var samples: [QueueSample]
    var alerts: [DashboardAlert]
    var takenAt: ContinuousClock.Instant

    var json: JSONValue {
        [
            "at": .integer(samples.first?.at ?? 0), "queues": .array(samples.map(\.json)),
            "alerts": .array(alerts.map(\.json)),
        ]
    }
}

actor DashboardSampler {
    private var probes: [QueueProbe]
    private let thresholds: AlertThresholds
    private var latest: DashboardSnapshot?
    private var measurement: Task<DashboardSnapshot, any Error>?

    init(queues: [Queue], options: DashboardOptions) {
        probes = queues.map { QueueProbe($0) }
        thresholds = options.alerts
    }

    /// The newest snapshot if it is young enough, else a new one. Who comes while it is taken waits for the same.
    func snapshot(noOlderThan age: Duration) async throws -> DashboardSnapshot {
        if let latest, ContinuousClock.now - latest.takenAt < age { return latest }
        // It belongs to all who wait, so that none of them leaving ends it; it has a deadline of its own.
        let running = measurement ?? Task { try await self.measure() }
        measurement = running
        return try await running.value
    }

    /// What the charts show, for each queue the oldest point first.
    var history: [String: [HistoryPoint]] {
        Dictionary(probes.map { ($0.queue.name, $0.history) }) { first, _ in first }
    }

    private func measure() async throws -> DashboardSnapshot {
        defer { measurement = nil }
        let minimum = thresholds.minimumFinished
        let before = probes
        let measured = try await withDeadline(.seconds(4)) {
            try await withThrowingTaskGroup(of: (Int, QueueProbe, QueueSample).self) { group in
                for (index, probe) in before.enumerated() {
                    group.addTask {
                        var probe = probe
                        let sample = try await probe.sample(minimumFinished: minimum)
                        return (index, probe, sample)
                    }
                }
                var results: [(Int, QueueProbe, QueueSample)] = []
                for try await result in group { results.append(result) }
                return results.sorted { $0.0 < $1.0 }
            }
        }
        probes = measured.map(\.1)
        let samples = measured.map(\.2)
        let snapshot = DashboardSnapshot(
            samples: samples,
            alerts: samples.flatMap { DashboardAlert.alerts(for: $0, thresholds) }.sorted {
                $0.severity == .critical && $1.severity == .warning
            }, takenAt: .now)
        latest = snapshot
        return snapshot
    }
}
