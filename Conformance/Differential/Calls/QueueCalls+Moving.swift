// Owns the calls that move a job between states (protocol: scripts-move).

import Witness

extension QueueCalls {
    /// What a worker packs for a fetch.
    ///
    /// - Parameters:
    ///   - token: The lock's token; `0` takes no lock.
    ///   - lockDuration: The lock's life, in milliseconds.
    ///   - limiter: `max` and `duration`, if the worker has a limit.
    ///   - name: The worker's name.
    public static func fetch(
        token: String = "t1", lockDuration: Int = 30_000, limiter: MessagePack? = nil, name: String? = nil
    ) -> MessagePack {
        var options: MessagePack = ["token": .text(token), "lockDuration": .integer(lockDuration)]
        options["limiter"] = limiter
        options["name"] = name.map { .text($0) }
        return options
    }

    /// `moveToActive`: takes the next job.
    public func moveToActive(now: Int = clock, _ fetch: MessagePack = fetch()) -> ScriptCall {
        ScriptCall(
            "moveToActive-11",
            keys: keys("wait active prioritized events stalled limiter delayed paused meta pc marker"),
            arguments: [prefixArgument, .number(now), .packed(fetch)])
    }

    /// `moveToFinished`: ends an active job, and takes the next one if asked.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - state: Where it goes.
    ///   - now: The time of its end, in milliseconds.
    ///   - value: The return value (JSON) or the reason of the failure.
    ///   - fetches: Whether the next job is taken.
    ///   - options: Beyond ``fetch(token:lockDuration:limiter:name:)`` (token `t1`), which they override: `keepJobs`
    ///     (default: everything), `attempts` (0), `maxMetricsSize` (none).
    ///   - fields: Names and values, alternating, to write; `nil` sends an empty text.
    public func moveToFinished(
        _ id: String, _ state: FinishedState = .completed, now: Int = clock, value: Argument = "1",
        fetches: Bool = false, options: MessagePack = [:], fields: MessagePack? = nil
    ) -> ScriptCall {
        let defaults: MessagePack = ["keepJobs": ["count": -1], "attempts": 0, "maxMetricsSize": ""]
        return ScriptCall(
            "moveToFinished-14",
            keys: keys("wait active prioritized events stalled limiter delayed paused meta pc")
                + [key(state.rawValue), key(id), key("metrics:\(state.rawValue)"), key("marker")],
            arguments: [
                .text(id), .number(now), .text(state.field), value, .text(state.rawValue), fetches ? "1" : "0",
                prefixArgument, .packed(Self.fetch().merging(defaults).merging(options)),
                fields.map { .packed($0) } ?? "",
            ])
    }

    /// `moveToDelayed`: an active job shall wait for a time.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - delay: How long from `now`, in milliseconds.
    ///   - now: The time, in milliseconds.
    ///   - token: The token of its lock.
    ///   - skipsAttempt: Whether this run counts as no attempt.
    ///   - fields: Names and values, alternating, to write; `nil` sends an empty text.
    ///   - fetch: What to take the next job with; `nil` takes none.
    public func moveToDelayed(
        _ id: String, delay: Argument = 0, now: Int = clock, token: String = "t1", skipsAttempt: Bool = false,
        fields: MessagePack? = nil, fetch: MessagePack? = nil
    ) -> ScriptCall {
        ScriptCall(
            "moveToDelayed-11",
            keys: keys("marker active prioritized delayed") + [key(id)]
                + keys("events meta stalled wait limiter pc"),
            arguments: [
                prefixArgument, .number(now), .text(id), .text(token), delay, skipsAttempt ? "1" : "0",
                fields.map { .packed($0) } ?? "", fetch == nil ? "0" : "1", fetch.map { .packed($0) } ?? "",
            ])
    }

    /// A call of `moveToDelayed` under the name and with the keys of release 6.2.0.
    public func moveToDelayed12(_ call: ScriptCall) -> ScriptCall {
        var call = call
        call.script = "moveToDelayed-12"
        call.keys.insert(key("paused"), at: 10)
        return call
    }

    /// `moveToWaitingChildren`: an active job shall wait for its children, or for the one of this key.
    public func moveToWaitingChildren(
        _ id: String, child: String = "", now: Int = clock, token: String = "t1"
    ) -> ScriptCall {
        ScriptCall(
            "moveToWaitingChildren-7",
            keys: keys("active waiting-children")
                + [key(id), key("\(id):dependencies"), key("\(id):unsuccessful"), key("stalled"), key("events")],
            arguments: [.text(token), .text(child), .number(now), .text(id), prefixArgument])
    }

    /// `moveJobFromActiveToWait`: an active job goes back to the front, as if it had not been taken.
    public func moveJobFromActiveToWait(_ id: String, token: String = "t1") -> ScriptCall {
        ScriptCall(
            "moveJobFromActiveToWait-9",
            keys: keys("active wait stalled paused meta limiter prioritized marker events"),
            arguments: [.text(id), .text(token), .plain(key(id))])
    }

    /// `moveStalledJobsToWait`: a sweep for jobs whose worker is gone.
    public func moveStalledJobsToWait(maximum: Int = 1, now: Int = clock, interval: Int = 30_000) -> ScriptCall {
        ScriptCall(
            "moveStalledJobsToWait-9",
            keys: keys("stalled wait active stalled-check meta paused marker events repeat"),
            arguments: [.number(maximum), prefixArgument, .number(now), .number(interval)])
    }

    /// `retryJob`: an active job shall be tried again at once. `fields` as in `moveToFinished`.
    public func retryJob(
        _ id: String, push: Push = .left, now: Int = clock, token: String = "t1", fields: MessagePack? = nil
    ) -> ScriptCall {
        ScriptCall(
            "retryJob-11",
            keys: keys("active wait paused") + [key(id)]
                + keys("meta events delayed prioritized pc marker stalled"),
            arguments: [
                prefixArgument, .number(now), .text(push.rawValue), .text(id), .text(token),
                fields.map { .packed($0) } ?? "",
            ])
    }

    /// `reprocessJob`: a finished job goes back into the line.
    public func reprocessJob(
        _ id: String, _ state: FinishedState = .failed, push: Push = .left, resetsAttemptsMade: Bool = false,
        resetsAttemptsStarted: Bool = false
    ) -> ScriptCall {
        ScriptCall(
            "reprocessJob-9",
            keys: [key(id), key("events"), key(state.rawValue)] + keys("wait meta active marker prioritized pc"),
            arguments: [
                .text(id), .text(push.rawValue), .text(state.field), .text(state.rawValue),
                resetsAttemptsMade ? "1" : "0", resetsAttemptsStarted ? "1" : "0",
            ])
    }

    /// A call of `reprocessJob` under the name and with the keys of release 6.2.0, for a job without priority.
    public func reprocessJob8(_ call: ScriptCall) -> ScriptCall {
        var call = call
        call.script = "reprocessJob-8"
        call.keys = Array(call.keys.prefix(5)) + [key("paused")] + call.keys[5...6]
        return call
    }

    /// `moveJobsToWait`: up to `count` jobs of a state (`failed`, `completed`, `delayed`), up to a score, go into the line.
    public func moveJobsToWait(_ state: String, count: Int = 1000, upTo bound: Argument = .number(clock)) -> ScriptCall
    {
        ScriptCall(
            "moveJobsToWait-8",
            keys: [Bytes(prefix), key("events"), key(state)] + keys("wait paused meta active marker"),
            arguments: [.number(count), bound, .text(state)])
    }

    /// `promote`: a delayed job goes into the line at once.
    public func promote(_ id: String) -> ScriptCall {
        ScriptCall(
            "promote-9", keys: keys("delayed wait paused meta prioritized active pc events marker"),
            arguments: [prefixArgument, .text(id)])
    }

    /// `changeDelay`: a delayed job shall wait for another time.
    public func changeDelay(_ id: String, to delay: Argument, now: Int = clock) -> ScriptCall {
        ScriptCall(
            "changeDelay-4", keys: keys("delayed meta marker events"),
            arguments: [delay, .number(now), .text(id), .plain(key(id))])
    }

    /// `changePriority`: a waiting job gets another priority.
    public func changePriority(_ id: String, to priority: Argument, lifo: Bool = false) -> ScriptCall {
        ScriptCall(
            "changePriority-7", keys: keys("wait paused meta prioritized active pc marker"),
            arguments: [priority, prefixArgument, .text(id), lifo ? "1" : "0"])
    }

    /// `pause`, pausing.
    ///
    /// - Parameter event: The last argument: `0` suppresses the event; `nil` leaves the argument out.
    public func pause(event: Argument? = "1") -> ScriptCall {
        ScriptCall(
            "pause-7", keys: keys("wait paused meta prioritized events delayed marker"),
            arguments: ["paused"] + (event.map { [$0] } ?? []))
    }

    /// `pause`, resuming. Parameter as in ``pause(event:)``.
    public func resume(event: Argument? = "1") -> ScriptCall {
        ScriptCall(
            "pause-7", keys: keys("paused wait meta prioritized events delayed marker"),
            arguments: ["resumed"] + (event.map { [$0] } ?? []))
    }
}
