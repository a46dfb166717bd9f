// Owns the judgement after a fault: no acknowledged job is lost, none ends twice, and every extra run has a reason.

import Stage
import Witness

/// What became of the jobs of a queue, as the witness sees it.
struct Verdict {
    /// What is wrong, a line for each job; empty when all is well.
    private(set) var complaints: [String] = []
    /// The jobs that were recovered from a worker that vanished.
    private(set) var recovered: Set<String> = []
    /// The number of jobs that ended.
    private(set) var ended = 0

    /// Waits until every job that the stream knows has ended, and judges.
    ///
    /// The at-least-once rule: a job may have started more often than once only if that many recoveries, which
    /// the queue recorded, made it start again.
    ///
    /// - Parameter acknowledged: The ids that Redis acknowledged. Others may have been added too, their replies lost.
    static func after(
        _ stage: Stage, acknowledged: Set<String>, within limit: Duration = .seconds(30)
    ) async throws -> Verdict {
        try await stage.followToEnd(of: acknowledged, within: limit)
        let added = try await stage.followToEnd(of: acknowledged).filter { $0["event"] == "added" }
        let all = Set(added.compactMap { $0["jobId"]?.text })
        let entries = try await stage.followToEnd(of: all, within: limit)
        return try judge(all, acknowledged: acknowledged, entries, await stage.picture())
    }

    private static func judge(
        _ jobs: Set<String>, acknowledged: Set<String>, _ entries: [KeySpace.StreamEntry], _ picture: KeySpace
    ) throws -> Verdict {
        var verdict = Verdict()
        var endings: [String: Int] = [:]
        for entry in entries where entry["event"] == "completed" || entry["event"] == "failed" {
            endings[entry["jobId"]?.text ?? "", default: 0] += 1
        }
        let completed = members(of: "completed", in: picture)
        let failed = members(of: "failed", in: picture)
        for id in acknowledged.subtracting(jobs).sorted() { verdict.complaints.append("job \(id) was never added") }
        for id in jobs.sorted() {
            verdict.ended += 1
            if endings[id] != 1 { verdict.complaints.append("job \(id) ended \(endings[id] ?? 0) times") }
            if completed.contains(id) == failed.contains(id) {
                verdict.complaints.append("job \(id) is in both or none of completed and failed")
            }
            let hash = picture.hash(Bytes(id)) ?? [:]
            let recoveries = Int(hash["stc"] ?? "0") ?? 0
            if recoveries > 0 { verdict.recovered.insert(id) }
            if hash["ats"] != "\(1 + recoveries)" {
                verdict.complaints.append(
                    "job \(id) started \(hash["ats"] ?? "0") times and was recovered \(recoveries) times")
            }
            if hash["atm"] != "1" { verdict.complaints.append("job \(id) counts \(hash["atm"] ?? "no") attempts") }
        }
        for state in ["wait", "active", "delayed", "prioritized"] as [Bytes] where picture[state] != nil {
            verdict.complaints.append("\(state) is not empty")
        }
        for name in picture.names where name.text.hasSuffix(":lock") {
            verdict.complaints.append("\(name) is left over")
        }
        return verdict
    }

    private static func members(of name: Bytes, in picture: KeySpace) -> Set<String> {
        guard case .sortedSet(let scores)? = picture[name]?.content else { return [] }
        return Set(scores.keys.map(\.text))
    }
}
