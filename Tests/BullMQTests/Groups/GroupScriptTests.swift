// Owns: that the scripts for several jobs leave what the scripts for one job leave, called one after the other.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import NIOCore
import Testing

@testable import BullMQ

@Suite("A script for several jobs", .live, .timeLimit(.minutes(3)))
struct GroupScriptTests {
    private static let past = Date(timeIntervalSince1970: 1_700_000_000)

    private func job(_ name: String, _ options: JobOptions = JobOptions()) throws -> NewJob {
        var options = options
        options.timestamp = Self.past
        return try NewJob(
            name: name, data: JSONText(.string("data of \(name) ü")), options: options, isSingleAdd: true)
    }

    private func plainJobs() throws -> [NewJob] {
        try [
            job("a"), job("b"), job("urgent", JobOptions(priority: 3)), job("own", JobOptions(jobID: "own")),
            job("newest", JobOptions(lifo: true)), job("more urgent", JobOptions(priority: 1)),
            job("own again", JobOptions(jobID: "own")), job("known", JobOptions(jobID: "known")),
            job(
                "much",
                JobOptions(
                    attempts: 3, backoff: .exponential(.seconds(2)), removeOnComplete: .keep(count: 5), keepLogs: 7)),
            job("newest of all", JobOptions(lifo: true)), job("c"), job("d", JobOptions(attempts: 3)),
        ]
    }

    @Test("adds as single calls do", arguments: [nil, "paused", "concurrency"])
    func additions(setting: String?) async throws {
        let single = try await LiveQueue.make()
        let group = try await LiveQueue.make()
        for live in [single, group] {
            if let setting { try await live.send("HSET", live.key("meta"), setting, "1") }
            try await live.send("LPUSH", live.key("active"), "77")
            _ = try await live.queue.store.add(job("known before", JobOptions(jobID: "known")))
            try await live.send("DEL", live.key("marker"))
        }
        var ids: [String] = []
        let jobs = try plainJobs()
        // The group refuses jobs that exist; nothing else happens for them.
        for job in jobs where !["own again", "known"].contains(job.name) {
            ids.append(try await single.queue.store.add(job))
        }
        let answers = try await group.queue.store.addPlain(jobs[...])
        #expect(answers.compactMap { $0 } == ids)
        #expect(zip(answers, jobs).filter { $0.0 == nil }.map(\.1.name) == ["own again", "known"])
        #expect(try await group.everything() == single.everything())
    }

    @Test("adds nothing when each job exists")
    func onlyDuplicates() async throws {
        let live = try await LiveQueue.make()
        _ = try await live.queue.store.add(job("known", JobOptions(jobID: "known")))
        let before = try await live.everything()
        let again = try job("known", JobOptions(jobID: "known"))
        #expect(try await live.queue.store.addPlain([again, again]) == [nil, nil])
        #expect(try await live.everything() == before)
    }

    @Test("passes over a job whose key holds something else")
    func wrongType() async throws {
        let live = try await LiveQueue.make()
        try await live.send("SET", live.key("2"), "in the way")
        let answers = try await live.queue.store.addPlain([job("a"), job("b"), job("c")])
        #expect(answers == ["1", nil, "3"])
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<9).map(\.name) == ["a", "c"])
    }

    // MARK: Completing and taking

    private func terms(_ name: String?) -> FetchTerms {
        FetchTerms(lockDuration: 30_000, limiter: nil, workerName: name, maximumMetricsPoints: 0)
    }

    private func finish(_ record: JobRecord, _ token: String, fetchesNext: Bool) -> QueueStore.Finish {
        QueueStore.Finish(
            id: record.id, token: token, target: .completed(result: "\"result of \(record.name)\""), policy: nil,
            attempts: 0, fetchesNext: fetchesNext, timestamp: Milliseconds.now)
    }

    private func request(_ record: JobRecord, _ token: String, fetchesNext: Bool) -> FinishGroups.Request {
        FinishGroups.Request(
            id: record.id, token: token, result: "\"result of \(record.name)\"", isFresh: record.isFresh,
            fetchesNext: fetchesNext)
    }

    /// Takes so many jobs by single calls with the tokens t0, t1...
    private func take(_ count: Int, _ live: LiveQueue, _ terms: FetchTerms) async throws -> [JobRecord] {
        var records: [JobRecord] = []
        for number in 0..<count {
            guard case .job(let record) = try await live.queue.store.moveToActive(token: "t\(number)", terms: terms)
            else { throw TestKitError(.unexpectedReply, "no job for t\(number)") }
            records.append(record)
        }
        return records
    }

    @Test(
        "completes and takes as single calls do",
        arguments: [nil, "worker-1"], [1, 4, 7, 30])
    func completions(workerName: String?, successors: Int) async throws {
        let terms = terms(workerName)
        let single = try await LiveQueue.make()
        let group = try await LiveQueue.make()
        for live in [single, group] {
            for number in 0..<5 { _ = try await live.queue.store.add(job("first \(number)")) }
            let records = try await take(5, live, terms)
            // One job was tried before and one reports progress, so that they have more fields than others.
            try await live.send("HSET", live.key(records[1].id), "atm", "2", "stc", "1")
            try await live.send("HSET", live.key(records[2].id), "progress", "50")
            try await live.send("SADD", live.key("stalled"), records[0].id, records[1].id)
            for number in 0..<(successors - 1) { _ = try await live.queue.store.add(job("next \(number)")) }
            _ = try await live.queue.store.add(job("urgent", JobOptions(priority: 2)))
            _ = try await live.queue.store.add(
                NewJob(
                    name: "later", data: .emptyObject,
                    options: JobOptions(delay: .hours(900_000), timestamp: Self.past),
                    isSingleAdd: true))
            _ = try await live.queue.store.add(
                NewJob(
                    name: "due", data: .emptyObject,
                    options: JobOptions(delay: .seconds(1), timestamp: Self.past), isSingleAdd: true))
        }
        var answers: [FetchAnswer] = []
        let activeOfSingle = try await active(single)
        for (number, record) in activeOfSingle.enumerated() {
            answers.append(
                try await single.queue.store.moveToFinished(
                    finish(record, "t\(number)", fetchesNext: number < 4), terms: terms))
        }
        // The last two takes are fetches of their own.
        for token in ["f1", "f2"] {
            answers.append(try await single.queue.store.moveToActive(token: token, terms: terms))
        }
        let requests = try await active(group).enumerated().map { number, record in
            request(record, "t\(number)", fetchesNext: number < 4)
        }
        let answer = try #require(
            try await group.queue.store.finishJobs(requests, taking: ["f1", "f2"], terms: terms))
        #expect(answer.refused.isEmpty)
        let expected = answers.compactMap { if case .job(let record) = $0 { record } else { nil } }
        #expect(answer.taken.map(\.id) == expected.map(\.id))
        for (record, twin) in zip(answer.taken, expected) { expectEqual(record, twin) }
        var (left, right) = (try await group.everything(), try await single.everything())
        // In single calls the job that becomes due is announced after the first completion.
        left["events"]?.sort()
        right["events"]?.sort()
        #expect(left == right)
    }

    private func active(_ live: LiveQueue) async throws -> [JobRecord] {
        let ids = try await live.send("LRANGE", live.key("active"), "0", "-1").array?.compactMap(\.string) ?? []
        var records: [JobRecord] = []
        for id in ids.reversed() { records.append(try #require(try await live.queue.store.job(id))) }
        return records
    }

    private func expectEqual(_ record: JobRecord, _ twin: JobRecord) {
        #expect(record.name == twin.name)
        #expect(record.data == twin.data)
        #expect(record.options == twin.options)
        #expect(record.timestamp == twin.timestamp)
        #expect(record.delay == twin.delay)
        #expect(record.priority == twin.priority)
        #expect(record.attemptsStarted == twin.attemptsStarted)
        #expect(record.attemptsMade == twin.attemptsMade)
        #expect(record.processedBy == twin.processedBy)
        #expect((record.processedOn == nil) == (twin.processedOn == nil))
        #expect(record.isFresh == twin.isFresh)
    }

    @Test("says once that the queue is drained, as single calls do", arguments: [true, false], [true, false])
    func drained(fetchesNext: Bool, hasDelayed: Bool) async throws {
        let single = try await LiveQueue.make()
        let group = try await LiveQueue.make()
        let terms = terms(nil)
        for live in [single, group] {
            for name in ["a", "b", "c"] { _ = try await live.queue.store.add(job(name)) }
            if hasDelayed { try await live.add("later", JobOptions(delay: .hours(1), timestamp: Self.past + 4e8)) }
        }
        for (number, record) in try await take(3, single, terms).enumerated() {
            _ = try await single.queue.store.moveToFinished(
                finish(record, "t\(number)", fetchesNext: fetchesNext), terms: terms)
        }
        let requests = try await take(3, group, terms).enumerated().map { number, record in
            request(record, "t\(number)", fetchesNext: fetchesNext)
        }
        let answer = try #require(try await group.queue.store.finishJobs(requests, taking: [], terms: terms))
        #expect(answer.taken.isEmpty)
        #expect((answer.dueAt > 0) == (fetchesNext && hasDelayed))
        #expect(try await group.history() == single.history())
    }

    @Test("leaves unusual jobs as they are, and says which")
    func refusals() async throws {
        let live = try await LiveQueue.make()
        let terms = terms(nil)
        let names = ["usual", "lost lock", "other lock", "child", "deduplicated", "not active", "parent", "usual too"]
        for name in names { _ = try await live.queue.store.add(job(name)) }
        let records = try await take(names.count, live, terms)
        let ids = Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0.id) })
        try await live.send("DEL", live.key("\(ids["lost lock"] ?? ""):lock"))
        try await live.send("SET", live.key("\(ids["other lock"] ?? ""):lock"), "somebody else")
        try await live.send("HSET", live.key(ids["child"] ?? ""), "parentKey", "bull:q:1", "parent", "{}")
        try await live.send("HSET", live.key(ids["deduplicated"] ?? ""), "deid", "d")
        try await live.send("LREM", live.key("active"), "0", ids["not active"] ?? "")
        try await live.send("SADD", live.key("\(ids["parent"] ?? ""):dependencies"), "bull:q:7")
        let before = try await live.everything()
        let requests = records.enumerated().map { request($1, "t\($0)", fetchesNext: true) }
        let answer = try #require(try await live.queue.store.finishJobs(requests, taking: [], terms: terms))
        #expect(answer.refused == [1, 2, 3, 4, 5, 6])
        let after = try await live.everything()
        for name in names.dropFirst().dropLast() {
            let id = ids[name] ?? ""
            for key in [id, "\(id):lock", "\(id):dependencies"] { #expect(after[key] == before[key], "\(name)") }
        }
        #expect(after["completed"] == [ids["usual"], ids["usual too"]].compactMap { $0 }.sorted())
    }

    @Test(
        "does nothing to an unusual queue",
        arguments: [
            ["HSET", "meta", "paused", "1"], ["HSET", "meta", "concurrency", "5"], ["HSET", "meta", "max", "9"],
            ["RPUSH", "wait", "0:0"],
        ])
    func unusualQueue(command: [String]) async throws {
        let live = try await LiveQueue.make()
        let terms = terms(nil)
        _ = try await live.queue.store.add(job("a"))
        let records = try await take(1, live, terms)
        _ = try await live.queue.store.add(job("b"))
        _ = try await live.redis.send(
            RedisCommand([command[0], live.key(command[1])] + command.dropFirst(2)))
        let before = try await live.everything()
        let answer = try await live.queue.store.finishJobs(
            [request(records[0], "t0", fetchesNext: true)], taking: ["f"], terms: terms)
        #expect(answer == nil)
        #expect(try await live.everything() == before)
    }

    @Test(
        "stops before it writes when a key has the wrong type", arguments: ["completed", "stalled", "marker", "events"])
    func wrongTypes(name: String) async throws {
        let live = try await LiveQueue.make()
        let terms = terms(nil)
        _ = try await live.queue.store.add(job("a"))
        let records = try await take(1, live, terms)
        try await live.send("SET", live.key(name), "in the way")
        let before = try await live.everything()
        await #expect(throws: RedisError.self) {
            try await live.queue.store.finishJobs(
                [request(records[0], "t0", fetchesNext: true)], taking: ["f"], terms: terms)
        }
        #expect(try await live.everything() == before)
    }

    @Test("hands out a job that has lost its hash, as a single call does")
    func vanishedHash() async throws {
        let live = try await LiveQueue.make()
        _ = try await live.queue.store.add(job("a"))
        try await live.send("DEL", live.key("1"))
        let answer = try #require(try await live.queue.store.finishJobs([], taking: ["f"], terms: terms(nil)))
        #expect(answer.taken.map(\.id) == ["1"])
        #expect(answer.taken.first?.name == "" && answer.taken.first?.attemptsStarted == 1)
    }
}
