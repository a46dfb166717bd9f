import FoundationEssentials

/// Judges the silence of a fetch loop. Pure; times are milliseconds since 1970 and come from outside.
struct ProgressWatch {
    /// Silence beyond what is planned.
    private let tolerance: Int64
    /// Whether locks are renewed, so that something is heard while all slots are busy.
    private let renewsLocks: Bool
    private var activity = WorkerHealth.Activity.notStarted
    private var lastProgress: Int64?
    /// From when on silence counts: the last progress, or the end of a rest.
    private var listeningSince: Int64 = 0
    /// How long the activity is due to take.
    private var planned: Int64 = 0

    init(tolerance: Int64, renewsLocks: Bool) {
        self.tolerance = tolerance
        self.renewsLocks = renewsLocks
    }

    mutating func started(now: Int64) {
        activity = .connecting
        listeningSince = now
    }

    /// The server answered.
    mutating func progressed(now: Int64) {
        lastProgress = now
        listeningSince = now
    }

    /// The loop turned to something. That alone is no progress: an attempt may fail.
    mutating func turned(to action: FetchLoop.Action, isPaused: Bool, isClosing: Bool, now: Int64) {
        if !expectsProgress { listeningSince = now }
        planned = 0
        switch action {
        case .fetch: activity = .fetching
        case .block(let milliseconds):
            activity = .waiting
            planned = milliseconds
        case .sleep(let milliseconds):
            activity = .rateLimited
            planned = milliseconds
        case .idle: activity = isClosing ? .closing : isPaused ? .paused : .busy
        case .stop: activity = .closing
        }
    }

    private var expectsProgress: Bool {
        switch activity {
        case .notStarted, .paused, .closing, .ended: false
        case .busy: renewsLocks
        case .connecting, .fetching, .waiting, .rateLimited: true
        }
    }

    /// - Parameters:
    ///   - phase: set for a worker that does not run.
    ///   - slots: how many jobs are being processed.
    ///   - renewedAt: when locks were last renewed, 0 for never.
    func health(
        _ phase: WorkerHealth.Activity? = nil, slots: Int, renewedAt: Int64, now: Int64
    ) -> WorkerHealth {
        let activity = phase ?? activity
        let renewal = activity == .busy ? renewedAt : 0
        let tolerated = phase == nil && expectsProgress ? planned + tolerance : nil
        let isSilent = tolerated.map { now - max(listeningSince, renewal) > $0 } ?? (phase != nil)
        let newest = max(lastProgress ?? 0, renewal)
        return WorkerHealth(
            activity: activity, isHealthy: !isSilent, lastProgress: newest > 0 ? Date(milliseconds: newest) : nil,
            toleratedSilence: tolerated.map { .milliseconds($0) }, activeJobs: slots)
    }
}

extension ProgressWatch {
    /// The watch of a worker with these options.
    init(_ options: WorkerOptions) {
        self.init(
            tolerance: max(options.lockDuration, options.lockRenewTime ?? .zero).milliseconds,
            renewsLocks: !options.skipsLockRenewal)
    }
}
