// Owns: the scripts of job schedulers (protocol: scripts-add, 3.5 to 3.8).

import FoundationEssentials

/// A scheduler that is about to be created or redefined.
struct SchedulerDefinition: Sendable {
    let id: String
    let name: String
    let data: JSONText
    let template: JobOptions
    /// What the jobs carry for their traces if the template brings nothing. It is handed on from one iteration to the next.
    let metadata: String?
    let repeatOptions: RepeatOptions
    /// The number of the iteration.
    let count: Int64
    /// When it runs; nil for an interval, where the script decides.
    let next: Int64?
    let now: Int64
}

/// The iteration that a definition led to.
final class IterationRecord: JobRecord, @unchecked Sendable {
    // `@unchecked Sendable`: the stored properties are immutable, as those of `JobRecord`.
    private let storedSchedulerID: String

    init(of definition: SchedulerDefinition, id: String, delay: Int64) {
        storedSchedulerID = definition.id
        var options = definition.iterationTemplate
        options.jobID = id
        options.delay = .milliseconds(delay)
        super.init(id: id, name: definition.name, data: definition.data, options: options, timestamp: definition.now)
    }

    override var schedulerID: String? { storedSchedulerID }
}

extension QueueStore {
    /// Creates or redefines a scheduler; returns its next iteration.
    ///
    /// - Parameter repeatable: the member of `repeat` that is removed in the same transaction.
    func upsertScheduler(_ definition: SchedulerDefinition, replacing repeatable: String?) async throws -> JobRecord {
        let reply: RESPValue
        if let repeatable {
            // Calls with their whole texts: inside of a transaction there is no second chance to teach them to the
            // server.
            var removal = ScriptCall(text: .removeRepeatable.variant(for: scripts.pauseMode), arguments: 2)
            fillRemoval(&removal, of: repeatable)
            var addition = ScriptCall(text: .addJobScheduler.variant(for: scripts.pauseMode), arguments: 9)
            fill(&addition, with: definition)
            let replies = try await connection.transaction { unit in
                unit.append(removal.command)
                unit.append(addition.command)
            }
            for case .error(let error) in replies { throw ScriptRunner.failure(of: .addJobScheduler, error) }
            reply = replies.last ?? .null
        } else {
            let capacity = 512 + definition.data.utf8Count
            reply = try await scripts.run(.addJobScheduler, arguments: 9, capacity: capacity) { call in
                fill(&call, with: definition)
            }
        }
        if let number = reply.integer {
            throw BullMQError.script(number, command: "addJobScheduler", job: definition.id)
        }
        guard let parts = reply.array, parts.count == 2, let id = parts[0].string else {
            throw BullMQError.unexpected(reply, from: "addJobScheduler")
        }
        return IterationRecord(of: definition, id: id, delay: parts[1].integer ?? 0)
    }

    private func fill(_ call: inout ScriptCall, with definition: SchedulerDefinition) {
        call.keys(
            keys.scheduled, keys.delayed, keys.wait, keys.paused, keys.meta, keys.prioritized, keys.marker, keys.id,
            keys.events, keys.priorityCounter, keys.active)
        call.argument(definition.next.map(String.init) ?? "")
        call.argument(definition.packed)
        call.argument(definition.id)
        call.argument(definition.data.text)
        call.argument(definition.packedTemplate)
        call.argument(definition.packedJobOptions)
        call.argument(definition.now)
        call.argument(keys.base)
        call.argument("")
    }

    private func fillRemoval(_ call: inout ScriptCall, of repeatable: String) {
        call.keys(keys.scheduled, keys.delayed, keys.wait, keys.paused, keys.prioritized, keys.events, keys.meta)
        call.argument(repeatable)
        call.argument(keys.base)
    }

    /// Creates the iteration after a job's, if the job is its scheduler's current one.
    ///
    /// - Parameters:
    ///   - next: when it runs; nil for an interval.
    ///   - options: those of the iteration.
    /// - Returns: its id; nil if nothing was created.
    func updateScheduler(
        _ id: String, next: Int64?, options: JSONObject, producer: JobRecord, now: Int64
    ) async throws -> String? {
        let capacity = 1024 + producer.data.utf8Count
        let reply = try await scripts.run(.updateJobScheduler, arguments: 7, capacity: capacity) { call in
            call.keys(
                keys.scheduled, keys.delayed, keys.wait, keys.paused, keys.meta, keys.prioritized, keys.marker, keys.id,
                keys.events, keys.priorityCounter, keys.job(producer.id), keys.active)
            call.argument(next.map(String.init) ?? "")
            call.argument(id)
            call.argument(producer.data.text)
            call.argument(options.packed)
            call.argument(now)
            call.argument(keys.base)
            call.argument(producer.id)
        }
        return try Self.iteration(reply, of: .updateJobScheduler)
    }

    /// Creates the next iteration of a repeatable job of an old release.
    ///
    /// - Returns: its id; nil if nothing was created.
    func continueRepeatable(
        _ repeatable: LegacyRepeatable, next: Int64, delay: Int64, options: JSONObject, producer: JobRecord,
        producingSlot: Int64?, now: Int64
    ) async throws -> String? {
        var members = MessagePackWriter()
        members.appendArrayHeader(repeatable.candidates.count)
        for candidate in repeatable.candidates {
            members.appendArrayHeader(2)
            members.append(candidate.member)
            members.append(candidate.idPrefix)
        }
        let capacity = 1024 + producer.data.utf8Count
        let reply = try await scripts.run(.continueRepeatable, arguments: 9, capacity: capacity) { call in
            call.keys(
                keys.scheduled, keys.delayed, keys.wait, keys.meta, keys.prioritized, keys.marker, keys.id, keys.events,
                keys.priorityCounter, keys.active)
            call.argument(next)
            call.argument(members.bytes)
            call.argument(producer.name)
            call.argument(producer.data.text)
            call.argument(options.packed)
            call.argument(delay)
            call.argument(now)
            call.argument(keys.base)
            call.argument(producingSlot.map(String.init) ?? "")
        }
        return try Self.iteration(reply, of: .continueRepeatable)
    }

    private static func iteration(_ reply: RESPValue, of script: Script) throws -> String? {
        if case .null = reply { return nil }
        guard let id = reply.string else { throw BullMQError.unexpected(reply, from: script.name) }
        return id
    }

    func scheduler(_ id: String) async throws -> JobScheduler? {
        let reply = try await scripts.run(.getJobScheduler, arguments: 1) { call in
            call.keys(keys.scheduled)
            call.argument(id)
        }
        guard let parts = reply.array else { throw BullMQError.unexpected(reply, from: "getJobScheduler") }
        guard parts.count == 2, let fields = parts[0].array else { return nil }
        return JobScheduler(id: id, fields: fields, next: parts[1].wholeMilliseconds ?? 0)
    }

    func schedulers(start: Int, end: Int, ascending: Bool) async throws -> [JobScheduler] {
        let command = ascending ? "ZRANGE" : "ZREVRANGE"
        let members = try await send(command, keys.scheduled, String(start), String(end), "WITHSCORES")
        guard let pairs = members.array, !pairs.isEmpty else { return [] }
        let entries = stride(from: 0, to: pairs.count - 1, by: 2).map { index in
            (id: pairs[index].string ?? "", next: pairs[index + 1].wholeMilliseconds ?? 0)
        }
        let hashes = try await connection.sendUnit { unit in
            for entry in entries { unit.append(RedisCommand("HGETALL", keys.scheduled + ":" + entry.id)) }
        }
        return try zip(entries, hashes).map { entry, hash in
            guard let fields = hash.array else { throw BullMQError.unexpected(hash, from: "HGETALL") }
            return JobScheduler(id: entry.id, fields: fields, next: entry.next)
        }
    }

    func schedulerCount() async throws -> Int {
        Int(try await send("ZCARD", keys.scheduled).integer ?? 0)
    }

    func removeScheduler(_ id: String) async throws -> Bool {
        let reply = try await scripts.run(.removeJobScheduler, arguments: 2) { call in
            call.keys(keys.scheduled, keys.delayed, keys.events)
            call.argument(id)
            call.argument(keys.base)
        }
        return try reply.code(of: .removeJobScheduler) == 0
    }

    func removeRepeatable(_ member: String) async throws -> Bool {
        let reply = try await scripts.run(.removeRepeatable, arguments: 2) { fillRemoval(&$0, of: member) }
        return try reply.code(of: .removeRepeatable) == 0
    }
}

extension JSONObject {
    fileprivate var packed: [UInt8] {
        var writer = MessagePackWriter()
        writer.append(self)
        return writer.bytes
    }
}

extension SchedulerDefinition {
    /// The options of the iteration before those that concern its schedule.
    fileprivate var iterationTemplate: JobOptions { template.carrying(metadata, overwrites: false) }

    /// What the script stores in the scheduler's hash.
    fileprivate var packed: [UInt8] {
        var object: JSONObject = ["name": .string(name)]
        object["startDate"] = repeatOptions.startDate.map(JSONValue.integer)
        object["endDate"] = repeatOptions.endDate.map(JSONValue.integer)
        object["tz"] = repeatOptions.timeZone.map(JSONValue.string)
        object["pattern"] = repeatOptions.pattern.map(JSONValue.string)
        object["every"] = repeatOptions.every.map(JSONValue.integer)
        object["limit"] = repeatOptions.limit.map(JSONValue.integer)
        object["offset"] = repeatOptions.effectiveOffset.map(JSONValue.integer)
        return object.packed
    }

    fileprivate var packedTemplate: [UInt8] {
        var writer = MessagePackWriter()
        template.writeTemplate(to: &writer)
        return writer.bytes
    }

    /// The options of the iteration; the script adds its id and delay.
    fileprivate var packedJobOptions: [UInt8] {
        var more: JSONObject = [
            "timestamp": .integer(now), "repeatJobKey": .string(id),
            "repeat": .object(repeatOptions.written(count: count)),
        ]
        more["prevMillis"] = next.map(JSONValue.integer)
        var writer = MessagePackWriter()
        iterationTemplate.writeTemplate(to: &writer, adding: more)
        return writer.bytes
    }
}
