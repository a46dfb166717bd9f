import Logging

// Owns: clearing away what other software or older versions left behind.

/// What ``Queue/removeOrphanedJobs(includingLost:batch:limit:)`` found.
public struct OrphanRemoval: Sendable, Hashable {
    /// How many jobs, or remains of jobs, were deleted.
    public internal(set) var removed = 0
    /// Jobs that never ran to their end and yet are in no state: their ids were lost, most likely from the list of a paused queue
    /// that clients before and after BullMQ 6 shared. They were kept unless asked otherwise, since their data may still be wanted.
    public internal(set) var lostJobs: [String] = []
}

extension Queue {
    /// Deletes the remains of jobs that are in no state: logs and locks that outlived their job, and finished jobs that no set lists.
    ///
    /// Stricter than the call of the same name in BullMQ for Node (protocol: scripts-read-and-remove, section 6.7), which also
    /// deletes failure metrics, jobs whose id was lost, and whatever else lies under the queue's prefix: only what looks like a
    /// job is touched here, and a job that has not finished is kept and named in the result.
    ///
    /// - Parameters:
    ///   - includingLost: deletes jobs that never finished too. ``recoverLostJobs(dryRun:limit:)`` saves them, if
    ///     it is called first; false by default.
    ///   - batch: about how many keys are looked at by one round trip.
    ///   - limit: stops when about so many were deleted; nil for all.
    @discardableResult
    public func removeOrphanedJobs(
        includingLost: Bool = false, batch: Int = 1000, limit: Int? = nil
    ) async throws -> OrphanRemoval {
        try Self.require(batch > 0, "batch", "\(batch)", "1 or more")
        if let limit { try Self.require(limit > 0, "limit", "\(limit)", "1 or more") }
        var result = OrphanRemoval()
        var lost: Set<String> = []
        // Where most unfinished jobs are; asking the server for each would walk the lists again and again.
        let lined = includingLost ? [] : try await store.linedJobIDs()
        var cursor = "0"
        repeat {
            let page = try await store.connection.page([
                "SCAN", cursor, "MATCH", store.keys.base.escapedGlob + "*", "COUNT", String(batch),
            ])
            cursor = page.next
            let remains = try await store.remains(in: page.elements)
            let isKept = { (job: JobRemains) in job.isUnfinished && !includingLost }
            result.removed += try await store.removeOrphans(among: remains.filter { !isKept($0) }.map(\.id))
            lost.formUnion(
                try await store.lostJobs(among: remains.filter(isKept).map(\.id).filter { !lined.contains($0) }))
            try Task.checkCancellation()
        } while cursor != "0" && result.removed < limit ?? .max
        result.lostJobs = lost.sorted()
        if !result.lostJobs.isEmpty {
            options.logger.warning(
                "jobs that have not finished are in no state; they were kept",
                metadata: ["bullmq.queue": "\(name)", "bullmq.job.ids": "\(result.lostJobs.prefix(20))"])
        }
        return result
    }

    /// Deletes the key in which versions before BullMQ 4 kept priorities.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func removeDeprecatedPriorityKey() async throws -> Bool {
        try await store.send("DEL", store.keys.base + "priority").integer == 1
    }
}

/// A job, or what is left of one, that may be in no state.
struct JobRemains: Hashable {
    let id: String
    /// There is a job that has not finished.
    let isUnfinished: Bool
}

extension QueueKeys {
    /// The keys below a job.
    static let jobSuffixes = ["logs", "dependencies", "processed", "failed", "unsuccessful", "lock"]

    /// The sorted sets that say where jobs are.
    static let stateSetSuffixes = ["completed", "failed", "delayed", "prioritized", "waiting-children"]

    /// The lists that say where jobs are; looking somebody up there takes time in proportion to their length.
    static let stateListSuffixes = ["active", "wait", "paused"]

    /// Which job a key belongs to, if it can only belong to a job. Ids with a colon are not recognised: their keys look like those
    /// of schedulers and other records.
    func jobID(ofKey key: String) -> (id: String, isSatellite: Bool)? {
        guard key.hasPrefix(base) else { return nil }
        let parts = key.dropFirst(base.count).split(separator: ":", omittingEmptySubsequences: false)
        guard let id = parts.first.map(String.init), !id.isEmpty, !Self.reservedJobIDs.contains(id),
            // Keys of versions before 5.
            id != "priority", id != "delay"
        else {
            return nil
        }
        switch parts.count {
        case 1: return (id, false)
        case 2 where Self.jobSuffixes.contains(String(parts[1])): return (id, true)
        default: return nil
        }
    }
}

extension QueueStore {
    /// The jobs, and remains of jobs, to which these keys belong.
    func remains(in found: [String]) async throws -> [JobRemains] {
        var hasSatellite: [String: Bool] = [:]
        for case let (id, isSatellite)? in found.map(keys.jobID(ofKey:)) {
            hasSatellite[id, default: false] = hasSatellite[id, default: false] || isSatellite
        }
        guard !hasSatellite.isEmpty else { return [] }
        let ids = hasSatellite.keys.sorted()
        let replies = try await connection.sendUnit { unit in
            for id in ids { unit.append(RedisCommand("HMGET", keys.job(id), "timestamp", "finishedOn", "name", "ats")) }
        }
        return zip(ids, replies).compactMap { id, reply in
            // An error means that the key is no hash: not a job, whatever it is.
            guard let fields = reply.array, fields.count == 4 else { return nil }
            guard hasSatellite[id] == true || fields.contains(where: { !$0.isNull }) else { return nil }
            return JobRemains(id: id, isUnfinished: !fields[0].isNull && fields[1].isNull)
        }
    }

    /// The ids in the lists of the queue, read in pieces: jobs that move meanwhile may be missing.
    func linedJobIDs() async throws -> Set<String> {
        let piece = 10_000
        var ids: Set<String> = []
        for suffix in QueueKeys.stateListSuffixes {
            var start = 0
            while true {
                let reply = try await send("LRANGE", keys.base + suffix, String(start), String(start + piece - 1))
                guard let found = reply.array else { throw BullMQError.unexpected(reply, from: "LRANGE") }
                for id in found { if let id = id.string { ids.insert(id) } }
                if found.count < piece { break }
                start += piece
            }
        }
        return ids
    }

    /// Those of the jobs that are in no state.
    func lostJobs(among ids: [String]) async throws -> [String] {
        guard !ids.isEmpty else { return [] }
        let sets = QueueKeys.stateSetSuffixes.map { keys.base + $0 }
        let scores = try await connection.sendUnit { unit in
            for id in ids { for set in sets { unit.append(RedisCommand("ZSCORE", set, id)) } }
        }
        var lost: [String] = []
        for (index, id) in ids.enumerated() {
            let own = scores[(index * sets.count)..<((index + 1) * sets.count)]
            // Between the commands the job may have moved, so the last word is a script's.
            if own.allSatisfy(\.isNull), try await state(of: id) == nil { lost.append(id) }
        }
        return lost
    }

    /// Deletes those of the jobs that no state knows, and all keys below them; returns how many.
    func removeOrphans(among ids: [String]) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        let (states, suffixes) = (QueueKeys.stateSetSuffixes + QueueKeys.stateListSuffixes, QueueKeys.jobSuffixes)
        let count = 2 + states.count + suffixes.count + ids.count
        let reply = try await scripts.run(.removeOrphanedJobs, arguments: count, capacity: 512 + ids.count * 24) {
            call in
            call.keys(keys.base)
            call.argument(Int64(states.count))
            for state in states { call.argument(state) }
            call.argument(Int64(suffixes.count))
            for suffix in suffixes { call.argument(suffix) }
            for id in ids { call.argument(id) }
        }
        return Int(try reply.code(of: .removeOrphanedJobs))
    }
}
