// Owns: what the commands for job schedulers do and print.

import BullMQ
import BullMQTesting
import Foundation
import LiveTesting
import Testing

@Suite("Schedulers from the command line", .live, .timeLimit(.minutes(3)))
struct SchedulerCommandTests {
    @Test("are defined, changed and listed")
    func defines() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        try await queue.add(name: "x")
        #expect(try await tool.run("schedulers", "mails").output == ["No schedulers in mails."])
        #expect(try await tool.run("schedulers", "mails", "--json").output == ["[]"])

        let daily = try await tool.run(
            "schedulers", "set", "mails", "daily", "--cron", "0 0 7 * * *", "--time-zone", "Europe/Berlin", "--limit",
            "9", "--name", "digest", "--data", #"{"to":"all"}"#)
        #expect(daily.status == .exited(0))
        let scheduler = try #require(try await queue.schedulers.get("daily"))
        let next = Int64((scheduler.next.timeIntervalSince1970 * 1000).rounded())
        #expect(daily.output == ["next: repeat:daily:\(next)"])
        let job = try #require(try await queue.job("repeat:daily:\(next)"))
        #expect(job.name == "digest" && job.data.text == #"{"to":"all"}"#)

        let often = try await tool.run("schedulers", "set", "mails", "often", "--every", "5m", "--json")
        #expect(try often.json["scheduler"] == "often")
        #expect(try often.json["next"]?.stringValue?.hasPrefix("repeat:often:") == true)

        let table = try await tool.run("schedulers", "list", "mails").output
        #expect(table.count == 3)
        let first = try #require(table.first { $0.hasPrefix("daily") })
        #expect(first.contains("digest") && first.contains("0 0 7 * * * (Europe/Berlin)") && first.hasSuffix("1 of 9"))
        #expect(table.contains { $0.hasPrefix("often") && $0.contains("every 5m  ") })
        let list = try await tool.run("schedulers", "mails", "--json").json
        let entry = try #require(list.arrayValue?.first { $0["key"] == "daily" })
        #expect(entry["pattern"] == "0 0 7 * * *" && entry["tz"] == "Europe/Berlin" && entry["limit"] == 9)
        #expect(entry["next"] == .integer(next) && entry["data"]?["to"] == "all")

        _ = try await tool.run("schedulers", "set", "mails", "often", "--every", "10m")
        #expect(try await queue.schedulers.get("often")?.every == .seconds(600))
    }

    @Test("are removed with their next runs, after asking")
    func removes() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let next = try #require(try await queue.schedulers.upsert("daily", .cron("0 7 * * *")))
        let unasked = try await tool.run("schedulers", "remove", "mails", "daily")
        #expect(unasked.status == .exited(2))
        let dry = try await tool.run("schedulers", "remove", "mails", "daily", "--dry-run")
        #expect(dry.output == ["This would remove 1 scheduler of mails."])
        #expect(try await queue.schedulers.get("daily") != nil)

        let removed = try await tool.run("schedulers", "remove", "mails", "daily", "nobody", "--yes", "--json")
        #expect(removed.status == .exited(1))
        #expect(try removed.json["removed"] == ["daily"])
        #expect(try removed.json["failed"]?[0]?["id"] == "nobody")
        #expect(removed.errors == ["bullmq: nobody: there is no such scheduler in mails"])
        #expect(try await queue.schedulers.get("daily") == nil)
        #expect(try await queue.job(next.id) == nil)
    }

    @Test(
        "are refused if the rule makes no sense",
        arguments: [
            [], ["--every", "1m", "--cron", "* * * * *"], ["--every", "0"], ["--cron", "sometimes"],
            ["--cron", "* * * * *", "--time-zone", "Nowhere/Town"], ["--every", "1m", "--data", "{"],
            ["--every", "1m", "--time-zone", "UTC"],
        ])
    func refuses(rule: [String]) async throws {
        let tool = try await CommandLineTool()
        let child = try await tool.start(["schedulers", "set", "mails", "daily"] + rule)
        #expect(await child.waitUntilEnd() == .exited(64))
        #expect(try await tool.queue("mails").schedulers.list().isEmpty)
    }
}
