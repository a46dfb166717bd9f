// Owns: the numbers of a queue as text for Prometheus.

extension Queue {
    /// The queue's numbers in the text format of Prometheus: jobs in each state now, and jobs completed and failed since workers
    /// began to count them (``WorkerOptions/metricsMinutes``). The same text as `exportPrometheusMetrics` of BullMQ for Node
    /// (protocol: client, section 12).
    ///
    /// ```swift
    /// let text = try await queue.prometheusMetrics(labels: ["region": "eu"])
    /// ```
    ///
    /// - Parameter labels: added to every sample after `queue` and `state`, in this order.
    /// - Throws: `BullMQError` with code `invalidArgument` for a label that Prometheus would not read; `RedisError`.
    public func prometheusMetrics(labels: KeyValuePairs<String, String> = [:]) async throws -> String {
        for (label, _) in labels {
            try Self.require(PrometheusText.isLabelName(label), "labels", "\"\(label)\"", "letters, digits and _")
            try Self.require(
                label != "queue" && label != "state", "labels", "\"\(label)\"", "another name than queue and state")
        }
        // One after the other on one connection: these are three short scripts.
        let counts = try await counts()
        let completed = try await metrics(of: .completed, range: 0..<1).total
        let failed = try await metrics(of: .failed, range: 0..<1).total
        return PrometheusText(queue: name, labels: labels.map { ($0.key, $0.value) })
            .text(counts: counts, completed: completed, failed: failed)
    }
}

/// Writes the samples of one queue.
struct PrometheusText {
    let queue: String
    let labels: [(name: String, value: String)]

    func text(counts: JobCounts, completed: Int, failed: Int) -> String {
        var lines = [
            "# HELP bullmq_job_count Number of jobs in the queue by state",
            "# TYPE bullmq_job_count gauge",
        ]
        lines += counts.byState.map { sample("bullmq_job_count", $0.count, state: $0.state) }
        for (state, total) in [("completed", completed), ("failed", failed)] {
            lines += [
                "# HELP bullmq_job_\(state)_total Total number of \(state) jobs",
                "# TYPE bullmq_job_\(state)_total counter",
                sample("bullmq_job_\(state)_total", total),
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func sample(_ name: String, _ value: Int, state: JobState? = nil) -> String {
        let own = [("queue", queue)] + (state.map { [("state", $0.rawValue)] } ?? [])
        let pairs = (own + labels).map { "\($0)=\"\(Self.escaped($1))\"" }
        return "\(name){\(pairs.joined(separator: ", "))} \(value)"
    }

    static func isLabelName(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || (byte | 0x20) &- UInt8(ascii: "a") < 26 }
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || $0 &- UInt8(ascii: "0") < 10 }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
