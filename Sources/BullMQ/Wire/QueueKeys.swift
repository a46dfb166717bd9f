/// The names of every Redis key of one queue (protocol: keys, sections 1 and 2).
struct QueueKeys: Sendable, Hashable {
    /// Prefix and queue name, `bull:mail`: what a parent reference stores.
    let qualifiedName: String
    /// The qualified name with a colon: the base of every key.
    let base: String

    let wait, active, paused, prioritized, delayed, waitingChildren, completed, failed: String
    let meta, marker, events, id, priorityCounter, limiter, stalled, stalledCheck, scheduled: String
    let completedMetrics, failedMetrics: String

    init(prefix: String, name: String) {
        let qualifiedName = "\(prefix):\(name)"
        let base = qualifiedName + ":"
        self.qualifiedName = qualifiedName
        self.base = base
        wait = base + "wait"
        active = base + "active"
        paused = base + "paused"
        prioritized = base + "prioritized"
        delayed = base + "delayed"
        waitingChildren = base + "waiting-children"
        completed = base + "completed"
        failed = base + "failed"
        meta = base + "meta"
        marker = base + "marker"
        events = base + "events"
        id = base + "id"
        priorityCounter = base + "pc"
        limiter = base + "limiter"
        stalled = base + "stalled"
        stalledCheck = base + "stalled-check"
        scheduled = base + "repeat"
        completedMetrics = base + "metrics:completed"
        failedMetrics = base + "metrics:failed"
    }

    /// Requests to cancel jobs, a stream (an extension).
    var cancellations: String { base + "cancellations" }
    /// Where the worker that cancelled a job says so.
    func acknowledgement(of request: String) -> String { base + "cancellations:" + request }

    func job(_ id: String) -> String { base + id }
    func lock(_ id: String) -> String { base + id + ":lock" }
    func logs(_ id: String) -> String { base + id + ":logs" }
    func deduplication(_ id: String) -> String { base + "de:" + id }

    /// Names that scripts use as key suffixes: a job with such an id would overwrite the queue itself.
    static let reservedJobIDs: Set<String> = [
        "active", "wait", "waiting-children", "paused", "id", "delayed", "prioritized", "stalled-check", "completed",
        "failed",
        "stalled", "repeat", "limiter", "meta", "events", "pc", "marker", "de", "dn", "metrics",
        "cancellations",
    ]
}
