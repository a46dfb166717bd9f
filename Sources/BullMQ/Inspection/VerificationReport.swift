/// What ``Queue/verify(limit:)`` found.
public struct VerificationReport: Sendable, CustomStringConvertible {
    /// The name of the queue.
    public let queueName: String
    /// What is wrong, the worst first.
    public let findings: [QueueFinding]
    /// How many keys and entries of lists and sets were looked at.
    public let examined: Int
    /// Whether the search ended early because the limit of findings was reached.
    public let isTruncated: Bool
    let store: QueueStore

    /// Whether nothing is wrong.
    public var isClean: Bool { findings.isEmpty }

    /// The findings of one kind.
    public func findings(of kind: QueueFinding.Kind) -> [QueueFinding] { findings.filter { $0.kind == kind } }

    /// Mends what was found. Each finding is tested again where it is mended, in one script, so that nothing is touched which
    /// meanwhile came in order by itself.
    ///
    /// - Parameters:
    ///   - dryRun: tests only; true by default.
    ///   - kinds: what to mend; everything by default.
    /// - Returns: the findings that were still there, which are mended now or, in a dry run, would be.
    /// - Throws: `RedisError`; what was mended before stays so, and verification can be started again.
    @discardableResult
    public func repair(
        dryRun: Bool = true, kinds: Set<QueueFinding.Kind> = Set(QueueFinding.Kind.allCases)
    ) async throws -> [QueueFinding] {
        var mended: [QueueFinding] = []
        for finding in findings where kinds.contains(finding.kind) {
            try Task.checkCancellation()
            if try await store.repair(finding, acts: !dryRun) { mended.append(finding) }
        }
        return mended
    }

    /// In words, one line for each finding.
    public var description: String {
        guard !isClean else { return "queue \(queueName): \(examined) entries examined, nothing wrong" }
        let head = "queue \(queueName): \(examined) entries examined, \(findings.count) findings"
        return ([head + (isTruncated ? " (more are possible)" : "")] + findings.map(\.description))
            .joined(separator: "\n")
    }
}

/// How far a verification is.
public struct VerificationProgress: Sendable, Hashable {
    /// How many keys and entries of lists and sets were looked at.
    public let examined: Int
    /// How many findings there are.
    public let findings: Int
    /// About how many entries there are in all.
    public let expected: Int
}

/// A step of ``Queue/verification(limit:)``.
public enum VerificationStep: Sendable {
    /// Another page was read.
    case progress(VerificationProgress)
    /// Everything was read; the last step.
    case report(VerificationReport)
}
