// Owns: what each command does to a queue, prints, and ends with.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("The command-line tool", .live, .timeLimit(.minutes(5)))
struct CommandTests {
    @Test("adds jobs with their options, singly and by the line")
    func add() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let one = try await tool.run(
            "add", "mails", "welcome", #"{"to":"é"}"#, "--attempts", "3", "--priority", "7", "--id", "w1", "--backoff",
            "2s")
        #expect(one.status == .exited(0) && one.output == ["w1"])
        let job = try #require(try await queue.job("w1"))
        #expect(job.data.text == #"{"to":"é"}"# && job.priority == 7)
        #expect(job.options.attempts == 3 && job.options.backoff == .exponential(.seconds(2)))
        let many = try await tool.run("add", "mails", "bulk", "--lines", "--json", input: ["1", "", "[2]"])
        #expect(try many.json["added"] == 2)
        let stdin = try await tool.run("add", "mails", "piped", "-", input: [#"{"a":"#, "1}"])
        #expect(try await queue.job(try #require(stdin.output.first))?.data.text == "{\"a\":\n1}\n")
    }

    @Test("refuses data that is no JSON, and says in which line")
    func badData() async throws {
        let tool = try await CommandLineTool()
        let single = try await tool.run("add", "mails", "x", "{to:1}")
        #expect(single.status == .exited(64) && single.errors.first?.hasPrefix("bullmq: ") == true)
        let lines = try await tool.run("add", "mails", "x", "--lines", input: ["1", "nope"])
        #expect(lines.status == .exited(64) && lines.errors.first?.hasPrefix("bullmq: line 2: ") == true)
        let bytes = try await tool.shell(#"printf '"a\377"\n' | "$0" add mails x --lines"#)
        #expect(bytes.status == .exited(64) && bytes.errors.first?.contains("line 1: ") == true)
        #expect(try await tool.queue("mails").counts().pending == 0)
        let folder = try await tool.shell(#"exec "$0" add mails x --lines < /"#)
        #expect(folder.status == .exited(70) && folder.errors.last == "bullmq: standard input: Is a directory")
        let windows = try await tool.shell(#"printf '1\r\n\r\n2' | "$0" add mails x --lines"#)
        #expect(windows.output == ["2 jobs added"])
        #expect(try await tool.queue("mails").job("1")?.data.text == "1")
    }

    @Test("tells how many jobs were added when the server goes away")
    func addsUntilFailure() async throws {
        let tool = try await CommandLineTool()
        try await withRedisServer { server async throws in
            let redis = try Redis(url: server.url)
            let events = try QueueEvents("mails", redis: redis, from: .beginning, prefix: tool.prefix)
            let child = try await tool.start([
                "add", "mails", "x", "--lines", "--redis-url", server.url, "--timeout", "200ms",
            ])
            for number in 1...1000 { try child.write(line: "\(number)") }
            try await withDeadline(.seconds(30), waitingFor: "a chunk of jobs") {
                for try await event in events where event.jobID == "1000" { return }
            }
            await redis.close()
            await server.stop()
            try child.write(line: "1001")
            child.closeInput()
            #expect(await child.waitUntilEnd() == .exited(69))
            #expect(try await child.errors.line(at: 0) == "1000 jobs added before this:")
        }
    }

    @Test("lists queues and jobs, and shows a job")
    func looks() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let inAnHour = JobOptions(delay: .seconds(3600))
        let job = try await queue.add(name: "welcome", data: JSONText(["n": 1]), options: inAnHour)
        try await job.log("first row")
        try await tool.queue("other").add(name: "x")

        let queues = try await tool.run("queues")
        #expect(queues.output.count == 3 && queues.output[1].hasPrefix("mails") && queues.output[2].hasPrefix("other"))
        #expect(try await tool.run("stats", "mails", "--json").json[0]?["counts"]?["delayed"] == 1)
        let jobs = try await tool.run("jobs", "mails", "--state", "delayed", "waiting")
        #expect(jobs.output.count == 2 && jobs.output[1].contains("welcome") && jobs.output[1].contains("due in"))
        #expect(try await tool.run("jobs", "mails", "--name", "other", "--json").json == [])
        let shown = try await tool.run("job", "mails", job.id)
        #expect(shown.output.first == "welcome \(job.id) of mails")
        #expect(shown.output.contains { $0.contains("first row") })
        let json = try await tool.run("job", "mails", job.id, "--json").json
        #expect(json["state"] == "delayed" && json["logs"] == ["first row"] && json["data"]?["n"] == 1)
        let missing = try await tool.run("job", "mails", "nobody")
        #expect(missing.status == .exited(1) && missing.errors == ["bullmq: There is no job nobody in mails."])
    }

    @Test("changes jobs, and says which could not be changed")
    func changes() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let delayed = try await queue.add(name: "a", options: JobOptions(delay: .seconds(3600)))
        let waiting = try await queue.add(name: "b")
        let promoted = try await tool.run("promote", "mails", delayed.id, waiting.id, "--json")
        #expect(promoted.status == .exited(1))
        #expect(try promoted.json["promoted"] == [.string(delayed.id)])
        #expect(try promoted.json["failed"]?[0]?["id"] == .string(waiting.id))
        let both = try await tool.run("promote", "mails", delayed.id, "--all")
        #expect(both.status == .exited(64))
        let removed = try await tool.run("remove", "mails", waiting.id, "nobody", "--yes")
        #expect(removed.status == .exited(1) && removed.output == ["removed: \(waiting.id)"])
        #expect(try await queue.job(waiting.id) == nil)
    }

    @Test("finds out in a dry run which jobs could be changed")
    func triesChanges() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let delayed = try await queue.add(name: "a", options: JobOptions(delay: .seconds(3600)))
        let waiting = try await queue.add(name: "b")
        let promoted = try await tool.run("promote", "mails", delayed.id, waiting.id, "nobody", "--dry-run")
        #expect(promoted.status == .exited(1) && promoted.output == ["would be promoted: \(delayed.id)"])
        #expect(
            promoted.errors == [
                "bullmq: \(waiting.id): it is waiting, not delayed", "bullmq: nobody: there is no such job in mails",
            ])
        #expect(
            try await tool.run("promote", "mails", delayed.id, "--dry-run", "--json").json == [
                "dryRun": ["promoted": [.string(delayed.id)], "failed": []]
            ])
        let retried = try await tool.run("retry", "mails", waiting.id, "--dry-run")
        #expect(retried.errors == ["bullmq: \(waiting.id): it is waiting, not failed or completed"])
        #expect(
            try await tool.run("promote", "mails", "--all", "--dry-run", "--json").json == [
                "dryRun": "promote 1 delayed job of mails"
            ])
        #expect(try await delayed.state() == .delayed)
    }

    @Test("retries failed jobs, singly and all")
    func retries() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        let jobs = try await queue.addBulk((0..<3).map { _ in BulkJob(name: "fails") })
        let events = try QueueEvents("mails", redis: tool.redis, from: .beginning, prefix: tool.prefix)
        try await tool.withWorker("mails") { _ in
            throw JobOutcome.unrecoverable("no")
        } _: { _ in
            for job in jobs {
                await #expect(throws: BullMQError.self) { try await job.finished(within: .seconds(30), events: events) }
            }
        }
        #expect(try await tool.run("retry", "mails", jobs[0].id).output == ["retried: \(jobs[0].id)"])
        #expect(try await tool.run("retry", "mails", "--all", "--yes").output == ["retried: 2"])
        #expect(try await queue.counts().waiting == 3)
        for useless in [["1", "--state", "failed"], ["--all", "--reset-attempts"], ["--all", "--state", "waiting"]] {
            let child = try await tool.start(["retry", "mails"] + useless)
            #expect(await child.waitUntilEnd() == .exited(64))
        }
    }

    @Test("asks before it destroys, and does nothing in a dry run")
    func confirms() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        try await queue.addBulk((0..<5).map { _ in BulkJob(name: "a") })
        for command in [["drain"], ["clean", "--state", "waiting"], ["obliterate"]] {
            let arguments = [command[0], "mails"] + command.dropFirst()
            let unasked = try await tool.start(arguments)
            unasked.closeInput()
            #expect(await unasked.waitUntilEnd() == .exited(2))
            let dry = try await tool.start(arguments + ["--dry-run"])
            #expect(await dry.waitUntilEnd() == .exited(0))
            #expect(try await dry.output.line(at: 0)?.hasPrefix("This would remove ") == true)
            #expect(try await queue.counts().waiting == 5)
        }
        #expect(
            try await tool.run("clean", "mails", "--state", "waiting", "--limit", "2", "--yes").output == ["removed: 2"]
        )
        #expect(try await tool.run("drain", "mails", "--yes", "--json").json["removed"] == 3)
        #expect(try await tool.run("obliterate", "mails", "--yes").output == ["mails is gone"])
        #expect(try await tool.run("queues").output == ["No queues under the prefix \(tool.prefix)."])
    }

    @Test("pauses and resumes a queue")
    func pauses() async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("mails")
        try await queue.add(name: "a")
        #expect(try await tool.run("pause", "mails").output == ["mails is paused"])
        #expect(try await tool.run("pause", "mails", "--json").json == ["queue": "mails", "paused": true])
        #expect(try await queue.isPaused())
        #expect(try await tool.run("stats", "mails").output.last?.hasSuffix("paused") == true)
        #expect(try await tool.run("resume", "mails").output == ["mails goes on"])
        #expect(try await tool.run("resume", "mails", "--yes").status == .exited(64))
        #expect(try await !queue.isPaused())
    }

    @Test("prints events as they come")
    func events() async throws {
        let tool = try await CommandLineTool()
        let job = try await tool.queue("mails").add(name: "a")
        let past = try await tool.run("events", "mails", "--from-beginning", "--limit", "2")
        #expect(
            past.output.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == [
                "added jobId=\(job.id) name=a", "waiting jobId=\(job.id)",
            ])
        let id = try #require(past.output.last?.split(separator: " ").first)
        let tail = try await tool.start(["events", "mails", "--after", String(id), "--json"])
        let next = try await tool.queue("mails").add(name: "b")
        let line = try await withDeadline(.seconds(30), waitingFor: "an event") {
            try await tail.output.first { $0.contains("added") }.line
        }
        #expect(try JSONValue(parsing: line)["jobId"] == .string(next.id))
        await tail.stop()
    }

    @Test("ends with a status that tells Redis from wrong usage")
    func statuses() async throws {
        let tool = try await CommandLineTool()
        let unreachable = try await tool.run("queues", "--redis-url", "redis://127.0.0.1:1", "--timeout", "100ms")
        #expect(unreachable.status == .exited(69))
        #expect(unreachable.errors.first?.contains("127.0.0.1:1") == true)
        #expect(
            try await tool.run("queues", "--redis-url", "redis://:hush@").errors.allSatisfy { !$0.contains("hush") })
        for wrong in ["nonsense", "http://127.0.0.1", "redis://127.0.0.1:port"] {
            let run = try await tool.run("queues", "--redis-url", wrong)
            #expect(run.status == .exited(64) && run.errors.first?.contains("URL cannot be used") == true)
        }
        #expect(try await tool.run("queues", "--timeout", "0").status == .exited(64))
        #expect(try await tool.run("queues", "--prefix", "").status == .exited(64))
        #expect(try await tool.run("jobs").status == .exited(64))
        #expect(try await tool.run("jobs", "").status == .exited(64))
        #expect(try await tool.run("jobs", "a:b").status == .exited(64))
        #expect(try await tool.run("clean", "mails", "--state", "waiting-children").status == .exited(64))
    }
}
