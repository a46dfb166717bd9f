public import FoundationEssentials
import Tracing

extension Queue {
    /// Stops every worker from taking jobs. Jobs being processed are finished; jobs can still be added.
    public func pause() async throws {
        try await announce()
        try await store.traced(.pause) { _ in try await store.pause() }
    }

    /// Lets workers take jobs again.
    public func resume() async throws {
        try await announce()
        try await store.traced(.resume) { _ in try await store.resume() }
    }

    /// Removes the jobs that wait (with and without priority).
    ///
    /// - Parameter includingDelayed: removes delayed jobs too; false by default. The current iterations of schedulers stay.
    public func drain(includingDelayed: Bool = false) async throws {
        try await store.traced(.drain, ["bullmq.queue.drain.delay": .bool(includingDelayed)]) { _ in
            try await store.drain(includingDelayed: includingDelayed)
        }
    }

    /// Removes jobs that have been in a state for longer than `grace`.
    ///
    /// - Parameters:
    ///   - state: any but waiting-children; active jobs are removed only if nobody holds their lock.
    ///   - grace: how long a job must have been there; zero for all.
    ///   - limit: most jobs removed, the oldest first; nil for all.
    /// - Returns: the ids of the removed jobs.
    @discardableResult
    public func clean(
        _ state: JobState = .completed, olderThan grace: Duration, limit: Int? = nil
    ) async throws -> [String] {
        try Self.require(state != .waitingChildren, "state", "waitingChildren", "a state that can be cleaned")
        try Self.require(grace >= .zero, "olderThan", "\(grace)", "0 or more")
        if let limit { try Self.require(limit > 0, "limit", "\(limit)", "1 or more") }
        let timestamp = Milliseconds.now - grace.milliseconds
        let wanted = limit ?? Int.max
        let batch = min(10_000, wanted)
        let attributes: SpanAttributes = [
            "bullmq.queue.grace": .int64(grace.milliseconds), "bullmq.job.type": .string(state.keySuffix),
            "bullmq.queue.clean.limit": .int64(Int64(limit ?? 0)),
        ]
        return try await store.traced(.clean, attributes) { span in
            var removed: [String] = []
            while removed.count < wanted {
                let ids = try await store.clean(
                    state.keySuffix, olderThan: timestamp, limit: min(batch, wanted - removed.count))
                removed += ids
                store.localEvents.send(.cleaned(jobIDs: ids, state))
                if ids.count < batch { break }
            }
            span?.attributes["bullmq.queue.clean.count"] = removed.count
            return removed
        }
    }

    /// Pauses the queue and removes everything in it, itself included.
    ///
    /// - Parameters:
    ///   - force: removes active jobs too, although their workers go on; by default active jobs make the call fail.
    ///   - batch: jobs removed by one script call.
    /// - Throws: `BullMQError` with code `activeJobs`.
    public func obliterate(force: Bool = false, batch: Int = 1000) async throws {
        try Self.require(batch > 0, "batch", "\(batch)", "1 or more")
        try await store.traced(.obliterate) { _ in
            try await store.pause()
            while try await store.obliterate(count: batch, force: force) {
                try Task.checkCancellation()
            }
        }
    }

    /// Puts failed or completed jobs back in line.
    ///
    /// - Parameters:
    ///   - state: failed (the default) or completed.
    ///   - end: only jobs that finished before; nil (the default) for all that have finished when the call is made.
    ///   - batch: jobs moved by one script call.
    public func retryJobs(
        from state: JobState = .failed, finishedBefore end: Date? = nil, batch: Int = 1000
    ) async throws {
        try Self.require(state == .failed || state == .completed, "state", "\(state)", "failed or completed")
        try Self.require(batch > 0, "batch", "\(batch)", "1 or more")
        // One time for all batches: jobs that finish again meanwhile are not moved again.
        let timestamp = String(end?.milliseconds ?? Milliseconds.now)
        let settings = #"{"state":"\#(state.rawValue)","count":\#(batch)}"#
        try await store.traced(.retryJobs, ["bullmq.queue.options": .string(settings)]) { _ in
            while try await store.moveJobsToWait(from: state, count: batch, before: timestamp) {
                try Task.checkCancellation()
            }
        }
    }

    /// Lets all delayed jobs run now.
    ///
    /// - Parameter batch: jobs moved by one script call.
    public func promoteJobs(batch: Int = 1000) async throws {
        try Self.require(batch > 0, "batch", "\(batch)", "1 or more")
        try await store.traced(.promoteJobs, ["bullmq.queue.options": .string(#"{"count":\#(batch)}"#)]) { _ in
            while try await store.moveJobsToWait(from: .delayed, count: batch, before: "1.7976931348623157e+308") {
                try Task.checkCancellation()
            }
        }
    }

    /// Removes a job from wherever it is.
    ///
    /// - Parameters:
    ///   - id: the job's id.
    ///   - withChildren: removes its children too; true by default.
    /// - Returns: false if the job, or one of its children, is being processed. True also for a job that does not exist.
    /// - Throws: `BullMQError` with code `belongsToScheduler`.
    @discardableResult
    public func remove(_ id: String, withChildren: Bool = true) async throws -> Bool {
        let attributes: SpanAttributes = [
            "bullmq.job.id": .string(id),
            "bullmq.job.options": .string(#"{"removeChildren":\#(withChildren)}"#),
        ]
        return try await store.traced(.remove, attributes) { _ in
            try await store.remove(id: id, withChildren: withChildren)
        }
    }

    /// Stops workers that have a rate limit (their own or the queue's) from starting jobs for a while.
    public func rateLimit(for duration: Duration) async throws {
        try Self.require(duration.milliseconds > 0, "duration", "\(duration)", "positive")
        let milliseconds = duration.milliseconds
        try await store.traced(.rateLimit, ["bullmq.queue.rate.limit": .int64(milliseconds)]) { _ in
            try await store.limitRate(for: milliseconds)
        }
    }

    /// Ends a rate limit at once.
    public func removeRateLimit() async throws {
        _ = try await store.send("DEL", store.keys.limiter)
    }

    /// How long the rate limit still holds, or nil if jobs may start.
    ///
    /// - Parameter maximum: the limit to measure against; by default the queue's global one.
    public func rateLimitRemaining(maximum: Int? = nil) async throws -> Duration? {
        let milliseconds = try await store.rateLimitTTL(maximum: maximum ?? 0)
        return milliseconds > 0 ? .milliseconds(milliseconds) : nil
    }

    /// Limits how many jobs are active at a time over all workers; nil lifts the limit.
    public func setGlobalConcurrency(_ maximum: Int?) async throws {
        guard let maximum else {
            _ = try await store.send("HDEL", store.keys.meta, "concurrency")
            return
        }
        try Self.require(maximum > 0, "maximum", "\(maximum)", "1 or more")
        _ = try await store.send("HSET", store.keys.meta, "concurrency", String(maximum))
    }

    /// The limit set by ``setGlobalConcurrency(_:)``.
    public func globalConcurrency() async throws -> Int? {
        try await store.send("HGET", store.keys.meta, "concurrency").integer.map { Int($0) }
    }

    /// Limits how many jobs all workers together start in a window; nil lifts the limit.
    public func setGlobalRateLimit(_ limit: RateLimit?) async throws {
        guard let limit else {
            _ = try await store.send("HDEL", store.keys.meta, "max", "duration")
            return
        }
        try Self.require(limit.max > 0, "limit.max", "\(limit.max)", "1 or more")
        try Self.require(limit.duration.milliseconds > 0, "limit.duration", "\(limit.duration)", "positive")
        _ = try await store.send(
            "HSET", store.keys.meta, "max", String(limit.max), "duration", String(limit.duration.milliseconds))
    }

    /// The limit set by ``setGlobalRateLimit(_:)``.
    public func globalRateLimit() async throws -> RateLimit? {
        let reply = try await store.send("HMGET", store.keys.meta, "max", "duration")
        guard let fields = reply.array, fields.count == 2, let max = fields[0].integer, let window = fields[1].integer
        else {
            return nil
        }
        return RateLimit(max: Int(max), per: .milliseconds(window))
    }

    /// Frees a deduplication id, whoever owns it.
    @discardableResult
    public func removeDeduplicationKey(_ deduplicationID: String) async throws -> Bool {
        try await store.traced(
            .removeDeduplicationKey, ["bullmq.job.deduplication.key": .string(deduplicationID)]
        ) { _ in
            try await store.send("DEL", store.keys.deduplication(deduplicationID)).integer == 1
        }
    }

    /// Cuts the event stream to about `count` entries; returns how many were removed.
    @discardableResult
    public func trimEvents(to count: Int) async throws -> Int {
        try Self.require(count >= 0, "count", "\(count)", "0 or more")
        return try await store.traced(.trimEvents, ["bullmq.queue.event.max.length": .int64(Int64(count))]) { _ in
            Int(try await store.send("XTRIM", store.keys.events, "MAXLEN", "~", String(count)).integer ?? 0)
        }
    }
}
