// Owns the calls that remove jobs (protocol: scripts-read-and-remove).

import Witness

extension QueueCalls {
    /// `removeJob`: removes a job unless it or a child is locked.
    public func removeJob(_ id: String, withChildren: Bool = true) -> ScriptCall {
        ScriptCall(
            "removeJob-2", keys: [key(id), key("repeat")],
            arguments: [.text(id), withChildren ? "1" : "0", prefixArgument])
    }

    /// `removeUnprocessedChildren`: removes the children of a job that have not been taken.
    public func removeUnprocessedChildren(_ id: String) -> ScriptCall {
        ScriptCall(
            "removeUnprocessedChildren-2", keys: [key(id), key("meta")], arguments: [prefixArgument, .text(id)])
    }

    /// `removeChildDependency`: parts a child from its parent, both given by their keys.
    public func removeChildDependency(child: String, parent: String) -> ScriptCall {
        ScriptCall("removeChildDependency-1", keys: [Bytes(prefix)], arguments: [.text(child), .text(parent)])
    }

    /// `cleanJobsInSet`: removes up to `count` (0: all) jobs of a state not newer than `newest`.
    public func cleanJobsInSet(_ state: String, newest: Argument = .number(clock), count: Argument = 0) -> ScriptCall {
        ScriptCall(
            "cleanJobsInSet-3", keys: [key(state), key("events"), key("repeat")],
            arguments: [prefixArgument, newest, count, .text(state)])
    }

    /// `drain`: removes what waits, and what is delayed if asked.
    public func drain(delayed: Bool = false) -> ScriptCall {
        ScriptCall(
            "drain-5", keys: keys("wait paused delayed prioritized repeat"),
            arguments: [prefixArgument, delayed ? "1" : "0"])
    }

    /// `obliterate`: removes up to `count` jobs of a paused queue, active ones only when forced.
    public func obliterate(count: Int = 1000, force: Bool = false) -> ScriptCall {
        ScriptCall(
            "obliterate-2", keys: [key("meta"), Bytes(prefix)], arguments: [.number(count), force ? "force" : ""])
    }

    /// `removeOrphanedJobs`: removes those of these ids that are in no state.
    public func removeOrphanedJobs(
        _ ids: [String], states: [String] = allStates, suffixes: [String] = jobSuffixes
    )
        -> ScriptCall
    {
        ScriptCall(
            "removeOrphanedJobs-1", keys: [Bytes(prefix)],
            arguments: [.number(states.count)] + states.map { .text($0) } + [.number(suffixes.count)]
                + suffixes.map { .text($0) } + ids.map { .text($0) })
    }

    /// What a client sends as the suffixes of a queue's own keys.
    public static let allStates = [
        "active", "wait", "waiting-children", "paused", "id", "delayed", "prioritized", "stalled-check", "completed",
        "failed", "stalled", "repeat", "limiter", "meta", "events", "pc", "marker", "de",
    ]

    /// What a client sends as the suffixes of the keys below a job.
    public static let jobSuffixes = ["logs", "dependencies", "processed", "failed", "unsuccessful", "lock"]
}
