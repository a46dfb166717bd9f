// Owns the calls that change one job where it is, and the locks (protocol: scripts-move and scripts-read-and-remove).

import Witness

extension QueueCalls {
    /// `extendLock`: a worker keeps its lock.
    public func extendLock(_ id: String, token: String = "t1", duration: Argument = 30_000) -> ScriptCall {
        ScriptCall(
            "extendLock-2", keys: [key("\(id):lock"), key("stalled")], arguments: [.text(token), duration, .text(id)])
    }

    /// `extendLocks`: a worker keeps several locks; the tokens and the ids belong together by position.
    public func extendLocks(_ ids: [String], tokens: [String], duration: Argument = 30_000) -> ScriptCall {
        ScriptCall(
            "extendLocks-1", keys: keys("stalled"),
            arguments: [
                prefixArgument, .packed(.array(tokens.map { .text($0) })), .packed(.array(ids.map { .text($0) })),
                duration,
            ])
    }

    /// `releaseLock`: a worker gives up its lock.
    public func releaseLock(_ id: String, token: String = "t1", duration: Argument = 30_000) -> ScriptCall {
        ScriptCall("releaseLock-1", keys: [key("\(id):lock")], arguments: [.text(token), duration])
    }

    /// `addLog`: a row of a job's log, keeping the last `keep` rows; empty keeps all.
    public func addLog(_ id: String, row: String = "row", keep: Argument = "") -> ScriptCall {
        ScriptCall("addLog-2", keys: [key(id), key("\(id):logs")], arguments: [.text(id), .text(row), keep])
    }

    /// `saveStacktrace`: stack trace and reason of a failure.
    public func saveStacktrace(_ id: String, trace: String = "[\"s\"]", reason: String = "why") -> ScriptCall {
        ScriptCall("saveStacktrace-1", keys: [key(id)], arguments: [.text(trace), .text(reason)])
    }

    /// `updateData`: other data.
    public func updateData(_ id: String, data: String = "{\"u\":1}") -> ScriptCall {
        ScriptCall("updateData-1", keys: [key(id)], arguments: [.text(data)])
    }

    /// `updateProgress`: progress, as JSON.
    public func updateProgress(_ id: String, progress: String = "42") -> ScriptCall {
        ScriptCall(
            "updateProgress-3", keys: [key(id), key("events"), key("meta")], arguments: [.text(id), .text(progress)])
    }

    /// `removeDeduplicationKey`: frees a deduplication id if this job owns it.
    public func removeDeduplicationKey(_ deduplicationId: String, owner id: String) -> ScriptCall {
        ScriptCall("removeDeduplicationKey-1", keys: [key("de:\(deduplicationId)")], arguments: [.text(id)])
    }
}
