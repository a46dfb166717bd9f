// Owns: how long a fetch loop may be silent, as tables of what happened and when.

import FoundationEssentials
import Testing

@testable import BullMQ

@Suite("The watch over a fetch loop")
struct ProgressWatchTests {
    private static let start: Int64 = 1_700_000_000_000

    /// A watch with a tolerance of 1000 ms that was started.
    private func watch(renewsLocks: Bool = true) -> ProgressWatch {
        var watch = ProgressWatch(tolerance: 1000, renewsLocks: renewsLocks)
        watch.started(now: Self.start)
        return watch
    }

    /// One that fetched at the start and then turned to something.
    private func watch(
        _ action: FetchLoop.Action, isPaused: Bool = false, isClosing: Bool = false, renewsLocks: Bool = true
    ) -> ProgressWatch {
        var watch = watch(renewsLocks: renewsLocks)
        watch.turned(to: .fetch(token: 0), isPaused: false, isClosing: false, now: Self.start)
        watch.progressed(now: Self.start)
        watch.turned(to: action, isPaused: isPaused, isClosing: isClosing, now: Self.start)
        return watch
    }

    private func health(_ watch: ProgressWatch, after milliseconds: Int64, renewedAfter: Int64? = nil) -> WorkerHealth {
        watch.health(
            slots: 1, renewedAt: renewedAfter.map { Self.start + $0 } ?? 0, now: Self.start + milliseconds)
    }

    @Test("wants the first answer within the tolerance")
    func connecting() {
        let first = health(watch(), after: 1000)
        #expect(first.isHealthy)
        #expect(first.activity == .connecting)
        #expect(first.lastProgress == nil)
        #expect(!health(watch(), after: 1001).isHealthy)
    }

    @Test(
        "allows what the activity is due to take, and the tolerance",
        arguments: [
            (FetchLoop.Action.fetch(token: 1), WorkerHealth.Activity.fetching, 1000),
            (.block(milliseconds: 5000), .waiting, 6000),
            (.sleep(milliseconds: 300), .rateLimited, 1300),
            (.idle, .busy, 1000),
        ] as [(FetchLoop.Action, WorkerHealth.Activity, Int64)])
    func bounds(_ action: FetchLoop.Action, _ activity: WorkerHealth.Activity, _ bound: Int64) {
        let watch = watch(action)
        let last = health(watch, after: bound)
        #expect(last.isHealthy)
        #expect(last.activity == activity)
        #expect(last.toleratedSilence == .milliseconds(bound))
        #expect(last.lastProgress == Date(milliseconds: Self.start))
        #expect(!health(watch, after: bound + 1).isHealthy)
    }

    @Test("takes turning to something else for no progress: an outage shows although the loop keeps trying")
    func retries() {
        var watch = watch(.block(milliseconds: 100))
        for time in stride(from: Self.start + 100, through: Self.start + 1200, by: 100) {
            watch.turned(to: .fetch(token: 1), isPaused: false, isClosing: false, now: time)
            watch.turned(to: .block(milliseconds: 100), isPaused: false, isClosing: false, now: time)
        }
        #expect(!health(watch, after: 1200).isHealthy)
        watch.progressed(now: Self.start + 1300)
        #expect(health(watch, after: 1300).isHealthy)
    }

    @Test("lets a worker rest that was paused or is closing, and gives it time afterwards")
    func rest() {
        var paused = watch(.idle, isPaused: true)
        #expect(health(paused, after: 1_000_000).isHealthy)
        #expect(health(paused, after: 1_000_000).activity == .paused)
        #expect(health(paused, after: 1_000_000).toleratedSilence == nil)
        paused.turned(to: .fetch(token: 1), isPaused: false, isClosing: false, now: Self.start + 1_000_000)
        #expect(health(paused, after: 1_001_000).isHealthy)
        #expect(!health(paused, after: 1_001_001).isHealthy)
        let closing = watch(.idle, isClosing: true)
        #expect(health(closing, after: 1_000_000).isHealthy)
        #expect(health(closing, after: 1_000_000).activity == .closing)
    }

    @Test("takes renewed locks for progress while all slots are busy, and only then")
    func renewals() {
        let busy = watch(.idle)
        let renewed = health(busy, after: 60_000, renewedAfter: 59_500)
        #expect(renewed.isHealthy)
        #expect(renewed.lastProgress == Date(milliseconds: Self.start + 59_500))
        #expect(!health(busy, after: 60_000, renewedAfter: 58_000).isHealthy)
        #expect(!health(watch(.block(milliseconds: 5000)), after: 60_000, renewedAfter: 59_500).isHealthy)
    }

    @Test("expects nothing of busy slots whose locks are not renewed")
    func unrenewed() {
        #expect(health(watch(.idle, renewsLocks: false), after: 1_000_000).isHealthy)
    }

    @Test("holds a worker for unhealthy before its start and after its end")
    func phases() {
        for phase in [WorkerHealth.Activity.notStarted, .ended] {
            let health = watch(.fetch(token: 1)).health(phase, slots: 0, renewedAt: 0, now: Self.start)
            #expect(!health.isHealthy)
            #expect(health.activity == phase)
            #expect(health.toleratedSilence == nil)
        }
    }

    @Test("is not confused by a clock that was put back")
    func clock() {
        #expect(health(watch(.fetch(token: 1)), after: -60_000).isHealthy)
    }
}
