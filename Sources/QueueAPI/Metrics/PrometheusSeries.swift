// Owns: one counter, one gauge, one histogram.

import CoreMetrics
import Synchronization

final class PrometheusCounter: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.add(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }
}

final class PrometheusGauge: MeterHandler, RecorderHandler {
    private let current = Mutex(0.0)

    var value: Double { current.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { current.withLock { $0 = value } }

    func increment(by amount: Double) { current.withLock { $0 += amount } }

    func decrement(by amount: Double) { increment(by: -amount) }

    func record(_ value: Int64) { set(value) }

    func record(_ value: Double) { set(value) }
}

final class PrometheusHistogram: RecorderHandler, TimerHandler {
    private struct Content {
        var counts: [Int64]
        var sum = 0.0
    }

    static let secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300]
    static let amountBuckets = [1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 100_000, 1_000_000].map(Double.init)

    private let buckets: [Double]
    private let content: Mutex<Content>

    init(buckets: [Double]) {
        self.buckets = buckets
        content = Mutex(Content(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = buckets.firstIndex { value <= $0 } ?? buckets.count
        content.withLock { content in
            content.counts[bucket] += 1
            content.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(_ name: String, _ labels: String, to writer: inout PrometheusFormat.Writer) {
        let (counts, sum) = content.withLock { ($0.counts, $0.sum) }
        let separator = labels.isEmpty ? "" : ","
        var total: Int64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < buckets.count ? PrometheusFormat.number(buckets[index]) : "+Inf"
            writer.sample(name + "_bucket", "\(labels)\(separator)le=\"\(bound)\"", Double(total))
        }
        writer.sample(name + "_sum", labels, sum)
        writer.sample(name + "_count", labels, Double(total))
    }
}

// `preferDisplayUnit` is part of the protocol and has nothing to say here: Prometheus wants seconds.
extension PrometheusHistogram {
    func preferDisplayUnit(_ unit: TimeUnit) {}
}
