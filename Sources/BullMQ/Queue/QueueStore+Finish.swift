/// Ending an attempt (protocol: scripts-move, 4.2 to 4.6).
extension QueueStore {
    /// How a job ends for good.
    struct Finish: Sendable {
        enum Target: Sendable {
            case completed(result: String)
            case failed(reason: String, stackTrace: String)
        }

        let id: String
        let token: String
        let target: Target
        /// Which jobs of that end are kept.
        let policy: RemovalPolicy?
        let attempts: Int
        let fetchesNext: Bool
        let timestamp: Int64
        /// Trace context stored with a failure (`tm`).
        var telemetryMetadata: String?
    }

    /// Completes or fails an active job and, if asked, takes the next one with the same token.
    func moveToFinished(_ finish: Finish, terms: FetchTerms) async throws -> FetchAnswer {
        let isCompleted: Bool
        let value: String
        var fields: [UInt8] = []
        switch finish.target {
        case .completed(let result): (isCompleted, value) = (true, result)
        case .failed(let reason, let stackTrace):
            (isCompleted, value) = (false, reason)
            fields = Self.failureFields(
                reason: reason, stackTrace: stackTrace, telemetryMetadata: finish.telemetryMetadata)
        }
        let head = isCompleted ? finishHeads.completed : finishHeads.failed
        let capacity = 768 + value.utf8.count + fields.count
        let reply = try await scripts.run(head, capacity: capacity, toTheEnd: true) { call in
            call.keys(
                keys.job(finish.id), isCompleted ? keys.completedMetrics : keys.failedMetrics, keys.marker)
            call.argument(finish.id)
            call.argument(finish.timestamp)
            call.argument(isCompleted ? "returnvalue" : "failedReason")
            call.argument(value)
            call.argument(isCompleted ? "completed" : "failed")
            call.argument(flag: finish.fetchesNext)
            call.argument(keys.base)
            call.argument(Self.packedOptions(of: finish, terms: terms))
            call.argument(fields)
        }
        if case .integer(let code) = reply, code < 0 {
            throw BullMQError.script(code, command: "moveToFinished", job: finish.id, state: "active")
        }
        return finish.fetchesNext ? try FetchAnswer(reply, from: .moveToFinished) : .notAsked
    }

    private static func packedOptions(of finish: Finish, terms: FetchTerms) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.bytes.reserveCapacity(128 + finish.token.utf8.count + terms.packed.count)
        writer.appendMapHeader(4 + terms.entryCount)
        writer.append("token")
        writer.append(finish.token)
        writer.append("keepJobs")
        (finish.policy ?? .keepAll).writeLimits(to: &writer)
        writer.append("attempts")
        writer.append(Int64(finish.attempts))
        writer.append("maxMetricsSize")
        if terms.maximumMetricsPoints > 0 {
            writer.append(Int64(terms.maximumMetricsPoints))
        } else {
            writer.append("")
        }
        writer.bytes += terms.packed
        return writer.bytes
    }

    /// Moves an active job to `delayed`: due `delay` ms from now.
    ///
    /// - Parameter failure: why, when this is a retry; the attempt is counted then.
    func moveToDelayed(
        id: String, token: String, delay: Int64, failure: (reason: String, stackTrace: String)?, fetchesNext: Bool,
        terms: FetchTerms?, telemetryMetadata: String? = nil
    ) async throws -> FetchAnswer {
        let fields =
            failure.map {
                Self.failureFields(
                    reason: $0.reason, stackTrace: $0.stackTrace, telemetryMetadata: telemetryMetadata)
            } ?? []
        let reply = try await scripts.run(.moveToDelayed, arguments: 9, capacity: 1024 + fields.count) { call in
            call.keys(
                keys.marker, keys.active, keys.prioritized, keys.delayed, keys.job(id), keys.events, keys.meta,
                keys.stalled,
                keys.wait, keys.limiter, keys.priorityCounter)
            call.argument(keys.base)
            call.argument(Milliseconds.now)
            call.argument(id)
            call.argument(token)
            call.argument(max(delay, 0))
            call.argument(flag: failure == nil)
            call.argument(fields)
            call.argument(flag: fetchesNext)
            call.argument(terms?.packed(token: token) ?? [])
        }
        if case .integer(let code) = reply, code < 0 {
            throw BullMQError.script(code, command: "moveToDelayed", job: id, state: "active")
        }
        return fetchesNext ? try FetchAnswer(reply, from: .moveToDelayed) : .notAsked
    }

    /// Puts an active job that failed back in line at once.
    func retryJob(
        id: String, token: String, lifo: Bool, failure: (reason: String, stackTrace: String),
        telemetryMetadata: String? = nil
    ) async throws {
        let fields = Self.failureFields(
            reason: failure.reason, stackTrace: failure.stackTrace, telemetryMetadata: telemetryMetadata)
        let reply = try await scripts.run(.retryJob, arguments: 6, capacity: 1024 + fields.count) { call in
            call.keys(
                keys.active, keys.wait, keys.paused, keys.job(id), keys.meta, keys.events, keys.delayed,
                keys.prioritized,
                keys.priorityCounter, keys.marker, keys.stalled)
            call.argument(keys.base)
            call.argument(Milliseconds.now)
            call.argument(lifo ? "RPUSH" : "LPUSH")
            call.argument(id)
            call.argument(token)
            call.argument(fields)
        }
        let code = try reply.code(of: .retryJob)
        if code < 0 { throw BullMQError.script(code, command: "retryJob", job: id, state: "active") }
    }

    /// Puts an active job back at the front of the line; returns the milliseconds until the rate limit ends, or 0.
    func moveFromActiveToWait(id: String, token: String) async throws -> Int64 {
        let reply = try await scripts.run(.moveJobFromActiveToWait, arguments: 3) { call in
            call.keys(
                keys.active, keys.wait, keys.stalled, keys.paused, keys.meta, keys.limiter, keys.prioritized,
                keys.marker,
                keys.events)
            call.argument(id)
            call.argument(token)
            call.argument(keys.job(id))
        }
        let code = try reply.code(of: .moveJobFromActiveToWait)
        if code < 0 { throw BullMQError.script(code, command: "moveJobFromActiveToWait", job: id, state: "active") }
        return code
    }

    /// Lets an active parent wait for its children; false if none is pending.
    func moveToWaitingChildren(id: String, token: String, child: String?) async throws -> Bool {
        let job = keys.job(id)
        let reply = try await scripts.run(.moveToWaitingChildren, arguments: 5) { call in
            call.keys(
                keys.active, keys.waitingChildren, job, job + ":dependencies", job + ":unsuccessful", keys.stalled,
                keys.events)
            call.argument(token)
            call.argument(child ?? "")
            call.argument(Milliseconds.now)
            call.argument(id)
            call.argument(keys.base)
        }
        let code = try reply.code(of: .moveToWaitingChildren)
        if code < 0 { throw BullMQError.script(code, command: "moveToWaitingChildren", job: id, state: "active") }
        return code == 0
    }

    private static func failureFields(
        reason: String, stackTrace: String, telemetryMetadata: String?
    ) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.appendArrayHeader(telemetryMetadata == nil ? 4 : 6)
        writer.append("failedReason")
        writer.append(reason)
        writer.append("stacktrace")
        writer.append(stackTrace)
        if let telemetryMetadata {
            writer.append("tm")
            writer.append(telemetryMetadata)
        }
        return writer.bytes
    }
}

extension RemovalPolicy {
    /// The form that the finishing script wants (protocol: worker, section 11.3).
    fileprivate func writeLimits(to writer: inout MessagePackWriter) {
        switch form {
        case .flag(let removes): writer.appendSingle("count", removes ? 0 : -1)
        case .count(let count): writer.appendSingle("count", Int64(count))
        case .limits(let count, let age, let limit):
            let entries = [
                ("count", count.map(Int64.init)), ("age", age?.components.seconds), ("limit", limit.map(Int64.init)),
            ].filter { $0.1 != nil }
            writer.appendMapHeader(entries.count)
            for case (let name, let value?) in entries {
                writer.append(name)
                writer.append(value)
            }
        }
    }
}

extension MessagePackWriter {
    /// A map of one entry.
    fileprivate mutating func appendSingle(_ name: String, _ value: Int64) {
        appendMapHeader(1)
        append(name)
        append(value)
    }
}

/// The constant parts of the calls that finish jobs: every key up to that of the job.
struct FinishHeads: Sendable {
    let completed, failed: CallHead

    init(_ keys: QueueKeys, _ pauseMode: PauseMode) {
        func head(_ target: String) -> CallHead {
            CallHead(
                .moveToFinished,
                keys: [
                    keys.wait, keys.active, keys.prioritized, keys.events, keys.stalled, keys.limiter, keys.delayed,
                    keys.paused, keys.meta, keys.priorityCounter, target,
                ], arguments: 9, for: pauseMode)
        }
        completed = head(keys.completed)
        failed = head(keys.failed)
    }
}
