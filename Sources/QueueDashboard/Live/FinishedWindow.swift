// Owns: how many jobs of a queue finished in the last hour, in minutes.

/// A window over the last hour. The retained sets cannot tell: they keep far fewer completed jobs than failed ones (queue API,
/// section 15).
struct FinishedWindow: Sendable {
    private static let minutes = 60
    private var buckets: [(minute: Int64, completed: Int, failed: Int)] = []

    mutating func add(completed: Int, failed: Int, at seconds: Int64) {
        let minute = seconds / 60
        if let last = buckets.last, last.minute == minute {
            buckets[buckets.count - 1].completed += completed
            buckets[buckets.count - 1].failed += failed
        } else {
            buckets.append((minute, completed, failed))
        }
        buckets.removeAll { $0.minute <= minute - Int64(Self.minutes) }
    }

    var completed: Int { buckets.reduce(0) { $0 + $1.completed } }
    var failed: Int { buckets.reduce(0) { $0 + $1.failed } }

    /// The share that failed; nil while fewer have finished than count.
    func failureRate(minimum: Int) -> Double? {
        let finished = completed + failed
        guard finished > 0, finished >= minimum else { return nil }
        return Double(failed) / Double(finished)
    }
}
