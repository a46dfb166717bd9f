/// Taking jobs and keeping their locks (protocol: scripts-move, 4.1, 4.10 to 4.13, 4.17).
extension QueueStore {
    /// Takes the next job, if there is one that may run now.
    func moveToActive(token: String, terms: FetchTerms) async throws -> FetchAnswer {
        let reply = try await scripts.run(.moveToActive, arguments: 3) { call in
            call.keys(
                keys.wait, keys.active, keys.prioritized, keys.events, keys.stalled, keys.limiter, keys.delayed,
                keys.paused,
                keys.meta, keys.priorityCounter, keys.marker)
            call.argument(keys.base)
            call.argument(Milliseconds.now)
            call.argument(terms.packed(token: token))
        }
        return try FetchAnswer(reply, from: .moveToActive)
    }

    /// Renews the locks of several jobs; returns the ids of those that are no longer ours.
    func extendLocks(_ locks: [(id: String, token: String)], duration: Int64) async throws -> [String] {
        var tokens = MessagePackWriter()
        var ids = MessagePackWriter()
        tokens.appendArrayHeader(locks.count)
        ids.appendArrayHeader(locks.count)
        for lock in locks {
            tokens.append(lock.token)
            ids.append(lock.id)
        }
        let reply = try await scripts.run(.extendLocks, arguments: 4, capacity: 256 + locks.count * 100) { call in
            call.keys(keys.stalled)
            call.argument(keys.base)
            call.argument(tokens.bytes)
            call.argument(ids.bytes)
            call.argument(duration)
        }
        return try reply.texts(of: .extendLocks)
    }

    /// Puts jobs of vanished workers back in line; returns their ids.
    func moveStalledJobsToWait(maximumStalledCount: Int, interval: Int64) async throws -> [String] {
        let reply = try await scripts.run(.moveStalledJobsToWait, arguments: 4) { call in
            call.keys(
                keys.stalled, keys.wait, keys.active, keys.stalledCheck, keys.meta, keys.paused, keys.marker,
                keys.events,
                keys.scheduled)
            call.argument(Int64(maximumStalledCount))
            call.argument(keys.base)
            call.argument(Milliseconds.now)
            call.argument(interval)
        }
        return try reply.texts(of: .moveStalledJobsToWait)
    }

    /// Lets limited workers start nothing for so many milliseconds, at least one.
    func limitRate(for milliseconds: Int64) async throws {
        _ = try await send("SET", keys.limiter, "9007199254740991", "PX", String(max(milliseconds, 1)))
    }

    /// Milliseconds until the rate limit ends: with a maximum, 0 if it is not reached; without, −2 for no limit, −1 for one
    /// that does not end.
    func rateLimitTTL(maximum: Int) async throws -> Int64 {
        let reply = try await scripts.run(.getRateLimitTtl, arguments: 1) { call in
            call.keys(keys.limiter, keys.meta)
            call.argument(Int64(maximum))
        }
        return try reply.code(of: .getRateLimitTtl)
    }
}

extension QueueStore {
    /// The active job that is locked with this token, if any: the result of a fetch whose reply was lost.
    func jobLocked(with token: String) async throws -> JobRecord? {
        let ids = try await send("LRANGE", keys.active, "0", "-1").array?.compactMap(\.string) ?? []
        guard !ids.isEmpty else { return nil }
        let reply = try await connection.execute(RedisCommand(["MGET"] + ids.map(keys.lock)))
        guard let holders = reply.array, holders.count == ids.count else {
            throw BullMQError.unexpected(reply, from: "MGET")
        }
        guard let index = holders.firstIndex(where: { $0.string == token }) else { return nil }
        return try await job(ids[index])
    }
}
