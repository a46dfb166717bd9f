/// The scripts that add jobs (protocol: scripts-add).
extension QueueStore {
    /// Adds one job and returns the id under which it is known: its own, that of an existing job with the same custom id, or
    /// that of the job that owns its deduplication id.
    func add(_ job: NewJob) async throws -> String {
        let head = addHeads[job.route]
        // What nearly always happens, without the layers that deal with a script unknown to the server.
        if var call = head.begin(capacity: job.encodedSize) {
            fill(&call, with: job)
            let reply = try await connection.send(call.command)
            guard case .error(let error) = reply else { return try id(from: reply, of: job) }
            guard error.code == "NOSCRIPT" else { throw ScriptRunner.failure(of: head.script, error) }
        }
        let reply = try await scripts.run(head, capacity: job.encodedSize) { fill(&$0, with: job) }
        return try id(from: reply, of: job)
    }

    /// The first call of each script carries its whole text: among many calls there is no second chance to load it.
    func append(_ job: NewJob, to unit: inout RedisUnit, _ known: inout Set<NewJob.Route>) {
        let head = addHeads[job.route]
        let isKnown = !known.insert(job.route).inserted
        var call =
            (isKnown ? head.begin(capacity: job.encodedSize) : nil) ?? head.beginWithText(capacity: job.encodedSize)
        fill(&call, with: job)
        unit.append(call.command)
    }

    func check(_ replies: [RESPValue], for count: Int) throws {
        guard replies.count == count else {
            throw BullMQError(
                .unexpectedReply, "The addition of \(count) jobs was answered with \(replies.count) results")
        }
    }

    func fill(_ call: inout ScriptCall, with job: NewJob) {
        call.argument(packedDescription(of: job))
        call.argument(job.data.text)
        call.argument(job.options.isEmpty ? Self.packedDefaults : packedOptions(of: job))
    }

    /// What a job without options carries.
    static let packedDefaults: [UInt8] = {
        var writer = MessagePackWriter()
        JobOptions().write(to: &writer)
        return writer.bytes
    }()

    func packedOptions(of job: NewJob) -> [UInt8] {
        var writer = MessagePackWriter()
        job.options.write(to: &writer)
        return writer.bytes
    }

    /// The packed array of the add scripts (protocol: scripts-add, section 1).
    private func packedDescription(of job: NewJob) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.bytes.reserveCapacity(keys.base.utf8.count + job.name.utf8.count + 48)
        writer.appendArrayHeader(9)
        writer.append(keys.base)
        writer.append(job.id)
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

    func id(from reply: RESPValue, of job: NewJob) throws -> String {
        switch reply {
        case .bulkString, .simpleString:
            return reply.string ?? ""
        case .integer(let number):
            throw BullMQError.script(
                number, command: "addJob", job: job.options.jobID ?? job.name, parent: job.options.parent?.key)
        default:
            throw BullMQError.unexpected(reply, from: addHeads[job.route].script.name)
        }
    }
}

extension NewJob {
    /// An estimate of the encoded call, so that one allocation suffices.
    var encodedSize: Int { data.utf8Count + name.utf8.count + 256 }
}

/// The constant parts of the calls that add jobs.
struct AddHeads: Sendable {
    private let standard, delayed, prioritized, parent: CallHead

    init(_ keys: QueueKeys, _ pauseMode: PauseMode) {
        standard = CallHead(
            .addStandardJob,
            keys: [
                keys.wait, keys.paused, keys.meta, keys.id, keys.completed, keys.delayed, keys.active, keys.events,
                keys.marker,
            ], arguments: 3, for: pauseMode)
        delayed = CallHead(
            .addDelayedJob,
            keys: [keys.marker, keys.meta, keys.id, keys.delayed, keys.completed, keys.events],
            arguments: 3, for: pauseMode)
        prioritized = CallHead(
            .addPrioritizedJob,
            keys: [
                keys.marker, keys.meta, keys.id, keys.prioritized, keys.delayed, keys.completed, keys.active,
                keys.events,
                keys.priorityCounter,
            ], arguments: 3, for: pauseMode)
        parent = CallHead(
            .addParentJob,
            keys: [keys.meta, keys.id, keys.delayed, keys.waitingChildren, keys.completed, keys.events],
            arguments: 3, for: pauseMode)
    }

    subscript(route: NewJob.Route) -> CallHead {
        switch route {
        case .standard: standard
        case .delayed: delayed
        case .prioritized: prioritized
        case .parent: parent
        }
    }
}
