import BullMQ
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("Payloads", .timeLimit(.minutes(2)))
struct PayloadTests {
    /// Texts and numbers that programs tend to get wrong.
    static let difficult: WitnessedJSON = [
        "empty": "", "quotes": "\"\\/", "controls": "\u{1}\t\n\r\u{8}\u{c}\u{7f}", "separators": "\u{2028}\u{2029}",
        "emoji": "👩‍👩‍👧‍👦 🇩🇪", "combining": "e\u{301} é", "right to left": "שלום", "last": "\u{10ffff}",
        "kéy ✓": ["nested": [[], [:], nil, false]], "numbers": [0, -1, 1.5, 1e-7, 1e21, 9_007_199_254_740_991],
    ]

    @Test("survive an official producer, a Swift worker and an official reader", arguments: PeerRuntime.allCases)
    func throughSwiftWorker(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let producer = try await stage.peer(.producer, on: runtime)
            let id = try await producer.add("echo", Self.difficult, to: stage.queue.name)
            try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.followToEnd(of: [id])
            }
            let stored = try await stage.hash(id)
            #expect(try JSONWitness.value(of: stored["data"] ?? "") == Self.difficult)
            #expect(try JSONWitness.value(of: stored["returnvalue"] ?? "") == Self.difficult)
            let inspector = try await stage.peer(.inspector, on: runtime)
            #expect(try await inspector.job(id, in: stage.queue.name)?["returnvalue"] == Self.difficult)
            try await inspector.finish()
            try await producer.finish()
        }
    }

    @Test("survive a Swift producer, an official worker and a Swift reader", arguments: PeerRuntime.allCases)
    func throughPeerWorker(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let value = try JSONValue(parsing: Self.difficult.text)
            let job = try await stage.queue.add(name: "echo", data: JSONText(value))
            #expect(try JSONWitness.value(of: try await stage.hash(job.id)["data"] ?? "") == Self.difficult)
            let worker = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            try await stage.followToEnd(of: [job.id])
            try await worker.finish()
            let stored = try await stage.hash(job.id)
            #expect(try JSONWitness.value(of: stored["returnvalue"] ?? "") == Self.difficult)
            let read = try #require(try await job.refreshed())
            #expect(try read.returnValue?.value() == value)
        }
    }

    @Test("of megabytes pass in both directions", arguments: PeerRuntime.allCases)
    func large(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let row = "zeile ✓ 0123456789 "
            let text = String(repeating: row, count: 150_000)
            let producer = try await stage.peer(.producer, on: runtime)
            let id = try await producer.add("echo", ["text": .text(text)], to: stage.queue.name)
            try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.followToEnd(of: [id])
            }
            #expect(try JSONWitness.value(of: try await stage.hash(id)["returnvalue"] ?? "")["text"] == .text(text))

            let job = try await stage.queue.add(name: "echo", data: JSONText(["text": .string(text)]))
            let worker = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            try await stage.followToEnd(of: [job.id])
            #expect(try await job.refreshed()?.returnValue?.value()["text"]?.stringValue == text)
            try await worker.finish()
            try await producer.finish()
        }
    }
}
