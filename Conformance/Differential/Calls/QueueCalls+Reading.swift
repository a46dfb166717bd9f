// Owns the calls that only read (protocol: scripts-read-and-remove).

import Witness

extension QueueCalls {
    /// `getCounts`: how many jobs each state has.
    public func getCounts(_ states: [String]) -> ScriptCall {
        ScriptCall("getCounts-1", keys: [Bytes(prefix)], arguments: states.map { .text($0) })
    }

    /// `getCountsPerPriority`: how many waiting jobs each priority has.
    public func getCountsPerPriority(_ priorities: [Argument]) -> ScriptCall {
        ScriptCall("getCountsPerPriority-2", keys: keys("wait prioritized"), arguments: priorities)
    }

    /// `getDependencyCounts`: how many children a job has of each kind.
    public func getDependencyCounts(
        _ id: String, kinds: [String] = ["processed", "unprocessed", "ignored", "failed"]
    ) -> ScriptCall {
        ScriptCall(
            "getDependencyCounts-4",
            keys: ["processed", "dependencies", "failed", "unsuccessful"].map { key("\(id):\($0)") },
            arguments: kinds.map { .text($0) })
    }

    /// `getJobs`: jobs of each state with their data.
    public func getJobs(
        _ states: [String], _ first: Int = 0, _ last: Int = -1, ascending: Bool = false, maxReads: Int = 5
    ) -> ScriptCall {
        ScriptCall(
            "getJobs-1", keys: [Bytes(prefix)],
            arguments: [.number(first), .number(last), ascending ? "1" : "0", .number(maxReads)]
                + states.map { .text($0) })
    }

    /// `getRanges`: ids of each state.
    public func getRanges(_ states: [String], _ first: Int = 0, _ last: Int = -1, ascending: Bool = false) -> ScriptCall
    {
        ScriptCall(
            "getRanges-1", keys: [Bytes(prefix)],
            arguments: [.number(first), .number(last), ascending ? "1" : "0"] + states.map { .text($0) })
    }

    /// `getMetrics`: the counters of finished jobs.
    public func getMetrics(_ state: FinishedState, _ first: Int = 0, _ last: Int = -1) -> ScriptCall {
        ScriptCall(
            "getMetrics-2", keys: [key("metrics:\(state.rawValue)"), key("metrics:\(state.rawValue):data")],
            arguments: [.number(first), .number(last)])
    }

    private static let stateKeys = "completed failed delayed active wait paused waiting-children prioritized"

    /// `getState`: a job's state.
    public func getState(_ id: String) -> ScriptCall {
        ScriptCall("getState-8", keys: keys(Self.stateKeys), arguments: [.text(id)])
    }

    /// `getStateV2`: a job's state.
    public func getStateV2(_ id: String) -> ScriptCall {
        ScriptCall("getStateV2-8", keys: keys(Self.stateKeys), arguments: [.text(id)])
    }

    /// `isFinished`: whether and how a job ended, with its result if asked; `nil` leaves the argument out.
    public func isFinished(_ id: String, returnsValue: Argument? = "1") -> ScriptCall {
        ScriptCall(
            "isFinished-3", keys: keys("completed failed") + [key(id)],
            arguments: [.text(id)] + (returnsValue.map { [$0] } ?? []))
    }

    /// `isJobInList`: whether a list holds a job.
    public func isJobInList(_ id: String, list: String = "wait") -> ScriptCall {
        ScriptCall("isJobInList-1", keys: [key(list)], arguments: [.text(id)])
    }

    /// `isMaxed`: whether the queue runs as many jobs as it may.
    public func isMaxed() -> ScriptCall { ScriptCall("isMaxed-2", keys: keys("meta active"), arguments: []) }

    /// `getRateLimitTtl`: how long the queue stays limited; `nil` leaves the argument out.
    public func getRateLimitTtl(maximum: Argument? = 0) -> ScriptCall {
        ScriptCall("getRateLimitTtl-2", keys: keys("limiter meta"), arguments: maximum.map { [$0] } ?? [])
    }

    /// `paginate`: a page of a set or hash below a job, such as `dependencies`.
    ///
    /// - Parameters:
    ///   - suffix: The key without the prefix, such as `7:processed`.
    ///   - first: The first index.
    ///   - last: The last index, -1 for the end.
    ///   - cursor: Where the scan goes on.
    ///   - index: The index at the cursor.
    ///   - maxScans: The most scans of one call.
    ///   - fetches: The last argument; `nil` leaves it out.
    public func paginate(
        _ suffix: String, _ first: Int = 0, _ last: Int = -1, cursor: Argument = 0, index: Argument = 0,
        maxScans: Int = 5, fetches: Argument? = nil
    ) -> ScriptCall {
        ScriptCall(
            "paginate-1", keys: [key(suffix)],
            arguments: [.number(first), .number(last), cursor, index, .number(maxScans)] + (fetches.map { [$0] } ?? []))
    }
}
