// Owns: how entries of the event stream are understood.

import NIOCore
import Testing

@testable import BullMQ

@Suite("An event")
struct QueueEventTests {
    private func fields(_ texts: [String]) -> [RESPValue] { texts.map { .bulkString(ByteBuffer(string: $0)) } }

    @Test(
        "is understood in every kind",
        arguments: [
            (["event", "added", "jobId", "1", "name", "n"], .added(jobID: "1", name: "n")),
            (["event", "waiting", "jobId", "1"], .waiting(jobID: "1", from: nil)),
            (["event", "waiting", "jobId", "1", "prev", "active"], .waiting(jobID: "1", from: "active")),
            (
                ["event", "delayed", "jobId", "1", "delay", "1700000000123"],
                .delayed(jobID: "1", dueAt: 1_700_000_000_123)
            ),
            (["event", "delayed", "jobId", "1", "delay", "1.7e+12"], .delayed(jobID: "1", dueAt: 1_700_000_000_000)),
            (
                ["event", "waiting-children", "jobId", "1", "prev", "active"],
                .waitingChildren(jobID: "1", from: "active")
            ),
            (["event", "active", "jobId", "1", "prev", "waiting"], .active(jobID: "1")),
            (["event", "progress", "jobId", "1", "data", "[1]"], .progress(jobID: "1", JSONText(unchecked: "[1]"))),
            (
                ["event", "completed", "jobId", "1", "returnvalue", "7"],
                .completed(jobID: "1", result: JSONText(unchecked: "7"))
            ),
            (["event", "failed", "jobId", "1", "failedReason", "no"], .failed(jobID: "1", reason: "no")),
            (
                ["event", "retries-exhausted", "jobId", "1", "attemptsMade", "3"],
                .retriesExhausted(jobID: "1", attemptsMade: 3)
            ),
            (["event", "stalled", "jobId", "1"], .stalled(jobID: "1")),
            (["event", "removed", "jobId", "1", "prev", "wait"], .removed(jobID: "1", from: "wait")),
            (["event", "duplicated", "jobId", "1"], .duplicated(jobID: "1")),
            (
                ["event", "deduplicated", "jobId", "1", "deduplicationId", "d", "deduplicatedJobId", "2"],
                .deduplicated(jobID: "1", deduplicationID: "d", dropped: "2")
            ),
            (["event", "cleaned", "count", "12"], .cleaned(count: 12)),
            (["event", "paused"], .paused), (["event", "resumed"], .resumed), (["event", "drained"], .drained),
            (
                ["event", "lunch", "jobId", "1", "menu", "x"],
                .other(name: "lunch", fields: ["jobId": "1", "menu": "x"])
            ),
            // Incomplete events of a known name are not invented.
            (["event", "active"], .other(name: "active", fields: [:])),
        ] as [([String], QueueEvent.Kind)])
    func kinds(texts: [String], kind: QueueEvent.Kind) throws {
        let event = try #require(QueueEvent(id: "5-0", fields: fields(texts)))
        #expect(event.kind == kind)
        #expect(event.id == "5-0")
        #expect(event.jobID == (texts.firstIndex(of: "jobId").map { texts[$0 + 1] }))
    }

    @Test("without a name, or cut off, is none", arguments: [["jobId", "1"], [], ["event"]])
    func nameless(texts: [String]) {
        #expect(QueueEvent(id: "1-0", fields: fields(texts)) == nil)
    }
}
