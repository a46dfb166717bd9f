public import FoundationEssentials
import Synchronization

/// Whether a worker does what it is for, measured at its fetch loop; see ``Worker/health``.
///
/// Progress is an answer of the server: to a fetch, to a wait for work, or to the outcome of a job; while all slots are
/// busy, also to a renewal of locks. A worker is healthy as long as its last progress is younger than
/// ``toleratedSilence``. Reading this costs no Redis command.
public struct WorkerHealth: Sendable, Hashable, CustomStringConvertible {
    /// What a worker's fetch loop does.
    public enum Activity: String, Sendable, Hashable, CaseIterable {
        /// ``Worker/run()`` was not called.
        case notStarted = "not started"
        /// Nothing was answered yet.
        case connecting = "connecting"
        /// A job is being asked for.
        case fetching = "fetching"
        /// There is no work.
        case waiting = "waiting for work"
        /// The queue's or the worker's rate limit is reached.
        case rateLimited = "rate limited"
        /// As many jobs run as may.
        case busy = "all slots busy"
        /// ``Worker/pause(waitsForActive:)`` is in force.
        case paused = "paused"
        /// No more jobs are taken; the last ones are running.
        case closing = "closing"
        /// ``Worker/run()`` has ended.
        case ended = "ended"
    }

    /// What the fetch loop does.
    public let activity: Activity
    /// Whether all is well: not before the start, not after the end, and in between as long as progress is made. A
    /// worker that is paused or closing rests on purpose, which is healthy.
    public let isHealthy: Bool
    /// When the server last answered; nil before it ever did.
    public let lastProgress: Date?
    /// How old the last progress may be: what the activity is due to take (the wait for work, the rest of a rate limit)
    /// and on top of it ``WorkerOptions/lockDuration`` (or ``WorkerOptions/lockRenewTime`` if that is longer), 35 s for
    /// a worker that waits with default options. Nil if no progress is expected.
    public let toleratedSilence: Duration?
    /// How many jobs are being processed.
    public let activeJobs: Int

    /// For people: `unhealthy: waiting for work, 0 active, last progress 41 s ago`.
    public var description: String {
        let age = lastProgress.map { "\(max(0, Int(Date().timeIntervalSince($0)))) s ago" } ?? "never"
        return
            "\(isHealthy ? "healthy" : "unhealthy"): \(activity.rawValue), \(activeJobs) active, last progress \(age)"
    }
}

extension Worker {
    /// Whether this worker does its work at present, for the health checks of an orchestrator.
    public var health: WorkerHealth {
        let renewedAt = locks.renewedAt
        return state.withLock { state in
            let now = Milliseconds.now
            return switch state.phase {
            case .new: state.progress.health(.notStarted, slots: 0, renewedAt: 0, now: now)
            case .over: state.progress.health(.ended, slots: 0, renewedAt: 0, now: now)
            case .running: state.progress.health(slots: state.loop.slots, renewedAt: renewedAt, now: now)
            }
        }
    }
}
