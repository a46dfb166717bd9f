// Owns: when an operator is alerted, and in which words (queue API, section 15).

import BullMQ

/// Something an operator should look at.
struct DashboardAlert: Sendable, Hashable {
    enum Severity: String, Sendable { case warning, critical }

    var kind: String
    var severity: Severity
    var queue: String?
    var text: String

    var json: JSONValue {
        [
            "kind": .string(kind), "severity": .string(severity.rawValue),
            "queue": queue.map { .string($0) } ?? .null, "text": .string(text),
        ]
    }

    /// What a sample gives rise to, the gravest first.
    static func alerts(for sample: QueueSample, _ thresholds: AlertThresholds) -> [DashboardAlert] {
        var alerts: [DashboardAlert] = []
        func add(_ kind: String, _ severity: Severity, _ text: String) {
            alerts.append(DashboardAlert(kind: kind, severity: severity, queue: sample.name, text: text))
        }
        if let time = sample.abandonedFor, .milliseconds(time) > thresholds.stalled {
            add(
                "stalled", .critical,
                "A job has been active for \(time / 60_000) minutes, and no worker holds it: its worker is gone.")
        }
        if sample.workers == 0, sample.ready > 0, sample.counts.active == 0, !sample.isPaused {
            add("noWorkers", .critical, "\(sample.ready) jobs are ready, and no worker is connected.")
        }
        if let rate = sample.failureRate, rate > thresholds.failureRate {
            let percent = (rate * 100).rounded(toPlaces: 1)
            add(
                "failureRate", .critical,
                "\(percent) % of the \(sample.completedLastHour + sample.failedLastHour) jobs finished in the last hour "
                    + "failed.")
        }
        if sample.ready > thresholds.waiting {
            add(
                "waiting", .warning,
                "\(sample.ready) jobs are ready, more than \(thresholds.waiting): add hosts or shed load.")
        }
        return alerts
    }
}
