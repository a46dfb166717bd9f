import Metrics
import Synchronization

/// The metrics of one worker (protocol: worker, section 23, and ours beyond it). Instruments are made once and kept.
final class WorkerMeter: Sendable {
    private struct Transition: Hashable {
        let jobName: String
        let state: JobTransition
    }

    private struct Ends {
        let count: Counter
        let duration: Timer
    }

    private let factory: any MetricsFactory
    private let queue: String
    private let active: Meter
    private let fetches: Timer
    private let lostLocks: Counter
    private let stalled: Counter
    private let ends = Mutex<[Transition: Ends]>([:])
    private let waits = Mutex<[String: Timer]>([:])

    init(queue: String, factory: any MetricsFactory) {
        self.factory = factory
        self.queue = queue
        let dimensions = [("bullmq.queue.name", queue)]
        active = Meter(label: "bullmq.worker.jobs.active", dimensions: dimensions, factory: factory)
        fetches = Timer(
            label: "bullmq.worker.fetch.duration", dimensions: dimensions, preferredDisplayUnit: .milliseconds,
            factory: factory)
        lostLocks = Counter(label: "bullmq.worker.locks.not_renewed", dimensions: dimensions, factory: factory)
        stalled = Counter(label: "bullmq.jobs.stalled", dimensions: dimensions, factory: factory)
    }

    /// A job was taken. Only a first attempt tells how long it waited: later ones do not know since when, nor do jobs
    /// whose delay was cut short.
    func began(_ job: JobRecord) {
        active.increment()
        guard let processedOn = job.processedOn, job.attemptsStarted <= 1 else { return }
        // The delay that was asked for; that of the record is over by now.
        let delay = job.options.delay?.milliseconds ?? 0
        let wait = processedOn - job.timestamp - delay
        guard wait >= 0 || delay == 0 else { return }
        waitTimer(of: job.name).recordMilliseconds(max(0, wait))
    }

    /// A job is no longer processed, whatever became of it.
    func ended() { active.decrement() }

    /// The outcome of an attempt was stored.
    func count(_ state: JobTransition, of job: JobRecord, now: Int64) {
        let ends = ends(of: Transition(jobName: job.name, state: state))
        ends.count.increment()
        if let processedOn = job.processedOn { ends.duration.recordMilliseconds(max(0, now - processedOn)) }
    }

    /// A fetch was answered.
    func fetched(in duration: Duration) {
        let (seconds, attoseconds) = duration.components
        fetches.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// So many locks could not be renewed.
    func lostLocks(_ count: Int) { lostLocks.increment(by: count) }

    /// So many jobs of vanished workers were put back.
    func foundStalled(_ count: Int) { stalled.increment(by: count) }

    private func dimensions(_ jobName: String) -> [(String, String)] {
        [("bullmq.queue.name", queue), ("bullmq.job.name", jobName)]
    }

    private func waitTimer(of jobName: String) -> Timer {
        waits.withLock { waits in
            if let timer = waits[jobName] { return timer }
            let timer = Timer(
                label: "bullmq.job.wait.duration", dimensions: dimensions(jobName),
                preferredDisplayUnit: .milliseconds, factory: factory)
            waits[jobName] = timer
            return timer
        }
    }

    private func ends(of transition: Transition) -> Ends {
        ends.withLock { ends in
            if let known = ends[transition] { return known }
            let dimensions = dimensions(transition.jobName) + [("bullmq.job.state", transition.state.rawValue)]
            let made = Ends(
                count: Counter(label: transition.state.counterLabel, dimensions: dimensions, factory: factory),
                duration: Timer(
                    label: "bullmq.job.duration", dimensions: dimensions, preferredDisplayUnit: .milliseconds,
                    factory: factory))
            ends[transition] = made
            return made
        }
    }
}
