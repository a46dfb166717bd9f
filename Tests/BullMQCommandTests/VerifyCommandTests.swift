// Owns: what `bullmq verify` reports, mends and ends with.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("Verification from the command line", .live, .timeLimit(.minutes(3)))
struct VerifyCommandTests {
    private let tool: CommandLineTool
    private let queue: Queue

    init() async throws {
        tool = try await CommandLineTool()
        queue = try tool.queue("mails")
        try await queue.add(name: "welcome", options: JobOptions(jobID: "w1"))
    }

    /// Takes the job out of its list, and puts one there that does not exist.
    private func damage() async throws {
        let line = "\(queue.qualifiedName):wait"
        _ = try await tool.redis.send(RedisCommand("LREM", line, "1", "w1"))
        _ = try await tool.redis.send(RedisCommand("LPUSH", line, "ghost"))
    }

    private static let findings = [
        "error: lostJob w1; repair: put it back in line",
        "warning: missingJob ghost (wait); repair: take it off the lists and sets",
    ]

    @Test("finds nothing in a queue that is in order")
    func clean() async throws {
        let text = try await tool.run("verify", "mails")
        #expect(text.status == .exited(0) && text.errors.isEmpty)
        #expect(text.output.count == 1 && text.output.first?.hasSuffix("nothing wrong") == true)
        let repaired = try await tool.run("verify", "mails", "--repair", "--json")
        #expect(repaired.status == .exited(0))
        #expect(try repaired.json["findings"] == [] && repaired.json["mended"] == [])
        #expect(try repaired.json["complete"] == true && repaired.json["queue"] == "mails")
    }

    @Test("reports damage and leaves it alone")
    func damaged() async throws {
        try await damage()
        let text = try await tool.run("verify", "mails")
        #expect(text.status == .exited(1))
        #expect(text.output.first?.hasSuffix("2 findings") == true && Array(text.output.dropFirst()) == Self.findings)
        let json = try await tool.run("verify", "mails", "--json")
        #expect(json.status == .exited(1))
        #expect(try json.json["findings"]?[0]?["kind"] == "lostJob" && json.json["findings"]?[0]?["subject"] == "w1")
        let first = try await tool.run("verify", "mails", "--limit", "1", "--json")
        #expect(try first.json["complete"] == false && first.json["findings"]?[1] == nil)
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<9) == ["ghost"])
    }

    @Test("tries a repair without doing it")
    func dryRun() async throws {
        try await damage()
        let text = try await tool.run("verify", "mails", "--repair", "--dry-run")
        #expect(text.status == .exited(1))
        #expect(Array(text.output.dropFirst()) == Self.findings + ["would be mended: 2"])
        let json = try await tool.run("verify", "mails", "--repair", "--dry-run", "--json").json
        #expect(json["mendable"]?[1]?["kind"] == "missingJob" && json["mended"] == nil)
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<9) == ["ghost"])
    }

    @Test("repairs only when told to, and then everything is in order")
    func repairs() async throws {
        try await damage()
        let unasked = try await tool.run("verify", "mails", "--repair")
        #expect(unasked.status == .exited(2) && unasked.output.isEmpty)
        #expect(unasked.errors.contains(Self.findings[0]) && unasked.errors.last?.contains("mend 2 findings") == true)
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<9) == ["ghost"])

        let repaired = try await tool.run("verify", "mails", "--repair", "--yes")
        #expect(repaired.status == .exited(0) && repaired.output.last == "mended: 2")
        #expect(try await queue.jobIDs(in: [.waiting], range: 0..<9) == ["w1"])
        #expect(try await tool.run("verify", "mails").status == .exited(0))
    }

    @Test("refuses options that would mean nothing", arguments: ["--yes", "--dry-run"])
    func needsRepair(option: String) async throws {
        #expect(try await tool.run("verify", "mails", option).status == .exited(64))
    }
}
