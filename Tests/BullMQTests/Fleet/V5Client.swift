// Owns: what a client of BullMQ 5 does to the keys of a queue, written out from the table of operations (protocol: versions, 2.1).

import BullMQTesting
import Testing

@testable import BullMQ

/// A client of BullMQ 5.
struct V5Client: Sendable {
    let live: LiveQueue

    private static let target = """
        local P = KEYS[1]
        local function put(id)
          local paused = redis.call('HEXISTS', P .. 'meta', 'paused') == 1
          redis.call('LPUSH', P .. (paused and 'paused' or 'wait'), id)
          if not paused then redis.call('ZADD', P .. 'marker', 0, 0) end
        end
        local function pause()
          if redis.call('EXISTS', P .. 'wait') == 1 then redis.call('RENAME', P .. 'wait', P .. 'paused') end
          redis.call('HSET', P .. 'meta', 'paused', 1)
          redis.call('DEL', P .. 'marker')
        end

        """

    @discardableResult
    private func run(_ script: String, _ arguments: String...) async throws -> RESPValue {
        let reply = try await live.redis.send(
            RedisCommand(["EVAL", Self.target + script, "1", live.key("")] + arguments))
        if case .error(let error) = reply { throw TestKitError(.unexpectedReply, error.message) }
        return reply
    }

    func pause() async throws { try await run("pause()") }

    func resume() async throws {
        try await run(
            """
            local renamed = redis.call('EXISTS', P .. 'paused') == 1
            if renamed then redis.call('RENAME', P .. 'paused', P .. 'wait') end
            redis.call('HDEL', P .. 'meta', 'paused')
            if renamed or redis.call('ZCARD', P .. 'prioritized') > 0 then redis.call('ZADD', P .. 'marker', 0, 0) end
            """)
    }

    func add(_ id: String) async throws {
        try await run(
            """
            redis.call('HSET', P .. ARGV[1], 'name', 'work', 'data', '{}', 'opts', '{}', 'timestamp', ARGV[2],
              'delay', 0, 'priority', 0)
            put(ARGV[1])
            """, id, String(Milliseconds.now))
    }

    /// The id of the job taken, or nil.
    func take() async throws -> String? {
        try await run(
            """
            if redis.call('HEXISTS', P .. 'meta', 'paused') == 1 then return false end
            return redis.call('RPOPLPUSH', P .. 'wait', P .. 'active')
            """
        ).string
    }

    /// What an idle worker does with delayed jobs; all count as due.
    func promoteDelayed() async throws {
        try await run(
            """
            for _, id in ipairs(redis.call('ZRANGE', P .. 'delayed', 0, -1)) do
              redis.call('ZREM', P .. 'delayed', id)
              put(id)
            end
            """)
    }

    /// Its own pause runs first; then it empties `paused`, not `wait`.
    func obliterate() async throws {
        try await run(
            """
            pause()
            for _, id in ipairs(redis.call('LRANGE', P .. 'paused', 0, -1)) do redis.call('DEL', P .. id) end
            redis.call('DEL', P .. 'paused', P .. 'meta', P .. 'marker', P .. 'events', P .. 'id')
            """)
    }
}

extension LiveQueue {
    /// A queue whose users have this pause mode.
    static func make(pauseMode: PauseMode) async throws -> LiveQueue {
        let live = try await LiveQueue.make()
        return LiveQueue(
            queue: try Queue(live.name, redis: live.redis, options: QueueOptions(pauseMode: pauseMode)),
            events: live.events, redis: live.redis)
    }

    var v5: V5Client { V5Client(live: self) }

    func add(id: String, _ options: JobOptions = JobOptions()) async throws {
        var options = options
        options.jobID = id
        try await add("work", options)
    }

    func ids(_ list: String) async throws -> [String] {
        try await send("LRANGE", key(list), "0", "-1").array?.compactMap(\.string) ?? []
    }

    func members(_ set: String) async throws -> [String] {
        try await send("ZRANGE", key(set), "0", "-1").array?.compactMap(\.string) ?? []
    }

    /// Where each job is, once for each time.
    func everywhere() async throws -> [String] {
        var ids: [String] = []
        for list in JobFacts.lists { ids += try await self.ids(list) }
        for set in JobFacts.sets { ids += try await members(set) }
        return ids
    }

    /// One attempt of a worker to take a job.
    @discardableResult
    func take() async throws -> String? {
        let terms = FetchTerms(lockDuration: 60_000, limiter: nil, workerName: nil, maximumMetricsPoints: 0)
        let answer = try await queue.store.moveToActive(token: "taker", terms: terms)
        if case .job(let record) = answer { return record.id }
        return nil
    }

    func checkStalled() async throws {
        _ = try await queue.store.moveStalledJobsToWait(maximumStalledCount: 1, interval: 1)
    }
}
