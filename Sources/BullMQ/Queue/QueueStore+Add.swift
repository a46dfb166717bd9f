/// The scripts that add jobs (protocol: scripts-add).
extension QueueStore {
    /// Adds one job and returns the id under which it is known: its own, that of an existing job with the same custom id, or
    /// that of the job that owns its deduplication id.
    func add(_ job: NewJob) async throws -> String {
        let reply = try await scripts.run(job.script, arguments: 3, capacity: job.encodedSize) { call in
            fill(&call, with: job)
        }
        return try id(from: reply, of: job)
    }

    /// Adds jobs inside one transaction: nobody sees a part of them, and no other client's job comes between.
    func add(_ jobs: [NewJob]) async throws -> [String] {
        guard !jobs.isEmpty else { return [] }
        var digests: [String: String] = [:]
        for job in jobs where digests[job.script.name] == nil {
            digests[job.script.name] = try await scripts.digest(of: job.script)
        }
        let replies = try Redis.transactionReplies(
            try await redis.commands.send(unit: encodeTransaction(jobs, digests), replies: jobs.count + 2))
        guard replies.count == jobs.count else {
            throw BullMQError(
                .unexpectedReply, "The transaction of \(jobs.count) jobs was answered with \(replies.count) results")
        }
        return try zip(replies, jobs).map { reply, job in
            if case .error(let error) = reply {
                throw RedisError(.errorReply, "Job \(job.name) cannot be added: \(error.message)", underlying: error)
            }
            return try id(from: reply, of: job)
        }
    }

    /// The first call of each script carries its whole text: within a transaction there is no second chance to load it.
    private func encodeTransaction(_ jobs: [NewJob], _ digests: [String: String]) -> RedisUnit {
        var unit = RedisUnit(capacity: jobs.reduce(64 << 10) { $0 + $1.encodedSize })
        unit.append(RedisCommand("MULTI"))
        var known: Set<String> = []
        for job in jobs {
            let script = job.script
            var call: ScriptCall
            if !known.insert(script.name).inserted, let digest = digests[script.name] {
                call = ScriptCall(script, digest: digest, arguments: 3, capacity: job.encodedSize)
            } else {
                call = ScriptCall(text: script, arguments: 3)
            }
            fill(&call, with: job)
            unit.append(call.command)
        }
        unit.append(RedisCommand("EXEC"))
        return unit
    }

    private func fill(_ call: inout ScriptCall, with job: NewJob) {
        switch call.script.name {
        case Script.addDelayedJob.name:
            call.keys(keys.marker, keys.meta, keys.id, keys.delayed, keys.completed, keys.events)
        case Script.addPrioritizedJob.name:
            call.keys(
                keys.marker, keys.meta, keys.id, keys.prioritized, keys.delayed, keys.completed, keys.active, keys.events,
                keys.priorityCounter)
        case Script.addParentJob.name:
            call.keys(keys.meta, keys.id, keys.delayed, keys.waitingChildren, keys.completed, keys.events)
        default:
            call.keys(
                keys.wait, keys.paused, keys.meta, keys.id, keys.completed, keys.delayed, keys.active, keys.events,
                keys.marker)
        }
        call.argument(packedDescription(of: job))
        call.argument(job.data.text)
        var options = MessagePackWriter()
        job.options.write(to: &options)
        call.argument(options.bytes)
    }

    /// The packed array of the add scripts (protocol: scripts-add, section 1).
    private func packedDescription(of job: NewJob) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.appendArrayHeader(9)
        writer.append(keys.base)
        writer.append(job.options.jobID ?? "")
        writer.append(job.name)
        writer.append(job.timestamp)
        if let parent = job.options.parent {
            writer.append(parent.key)
            writer.append(parent.key + ":dependencies")
            writer.appendMapHeader(job.options.onFailure == nil ? 2 : 3)
            writer.append("id")
            writer.append(parent.id)
            writer.append("queueKey")
            writer.append(parent.queue)
            if let policy = job.options.onFailure {
                writer.append(policy.rawValue)
                writer.append(true)
            }
        } else {
            writer.appendNil()
            writer.appendNil()
            writer.appendNil()
        }
        writer.appendNil()
        if let deduplication = job.options.deduplication {
            writer.append(keys.deduplication(deduplication.id))
        } else {
            writer.appendNil()
        }
        return writer.bytes
    }

    private func id(from reply: RESPValue, of job: NewJob) throws -> String {
        switch reply {
        case .bulkString, .simpleString:
            return reply.string ?? ""
        case .integer(let number):
            throw BullMQError.script(
                number, command: "addJob", job: job.options.jobID ?? job.name, parent: job.options.parent?.key)
        default:
            throw BullMQError.unexpected(reply, from: job.script.name)
        }
    }
}

extension NewJob {
    /// An estimate of the encoded call, so that one allocation suffices.
    fileprivate var encodedSize: Int { data.utf8Count + 1024 }
}
