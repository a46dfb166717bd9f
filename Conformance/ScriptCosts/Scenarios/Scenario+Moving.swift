// Owns the scenarios of the scripts that move jobs between states, the most frequent ones apart.

import Differential
import Witness

extension Scenario {
    static let moving: [Scenario] = delaying + returning + waiting + sweeping

    private static let queue = QueueCalls.measured
    private static let failure: MessagePack = ["failedReason", "boom", "stacktrace", "[\"at a\"]"]
    private static let priority: MessagePack = ["priority": 3]
    private static let delay: MessagePack = ["delay": 5000]

    private static let delaying: [Scenario] = [
        Scenario("no fetch", after: queue.activeJobs()) {
            queue.moveToDelayed("\($0)", delay: 1000, fields: failure)
        },
        Scenario("fetch", after: queue.jobs() + [.call(queue.moveToActive())]) {
            queue.moveToDelayed("\($0)", delay: 1000, fields: failure, fetch: QueueCalls.fetch())
        },
        Scenario("job missing") { _ in queue.moveToDelayed("1", delay: 1000) },
        Scenario("no fetch", after: queue.activeJobs()) {
            queue.moveToDelayed12(queue.moveToDelayed("\($0)", delay: 1000, fields: failure))
        },
        Scenario("plain", after: queue.jobs(options: delay)) { queue.promote("\($0)") },
        Scenario("priority", after: queue.jobs(options: delay.merging(priority))) { queue.promote("\($0)") },
        Scenario("plain", after: queue.jobs(options: delay)) { queue.changeDelay("\($0)", to: 7000) },
        Scenario("job missing") { _ in queue.changeDelay("1", to: 7000) },
        Scenario("waiting, to 3", after: queue.jobs()) { queue.changePriority("\($0)", to: 3) },
        Scenario("from 3 to the front of 5", after: queue.jobs(options: priority)) {
            queue.changePriority("\($0)", to: 5, lifo: true)
        },
        Scenario("from 3 to 0", after: queue.jobs(options: priority)) { queue.changePriority("\($0)", to: 0) },
    ]

    private static let returning: [Scenario] = [
        Scenario("plain", after: queue.activeJobs()) { queue.retryJob("\($0)", fields: failure) },
        Scenario("priority", after: queue.activeJobs(options: priority)) { queue.retryJob("\($0)", fields: failure) },
        Scenario("lock lost", after: queue.jobs(1)) { _ in queue.retryJob("1", fields: failure) },
        Scenario("plain", after: queue.activeJobs()) { queue.moveJobFromActiveToWait("\($0)") },
        Scenario("priority", after: queue.activeJobs(options: priority)) { queue.moveJobFromActiveToWait("\($0)") },
        Scenario("failed", after: queue.finishedJobs(220, .failed)) { queue.reprocessJob("\($0)") },
        Scenario("completed, priority", after: queue.finishedJobs(options: priority)) {
            queue.reprocessJob("\($0)", .completed)
        },
        Scenario("failed", after: queue.finishedJobs(220, .failed)) {
            queue.reprocessJob8(queue.reprocessJob("\($0)"))
        },
        Scenario("10 failed", after: queue.finishedJobs(400, .failed), rounds: 30) { _ in
            queue.moveJobsToWait("failed", count: 10)
        },
        Scenario("10 delayed", after: queue.jobs(400, options: delay), rounds: 30) { _ in
            queue.moveJobsToWait("delayed", count: 10, upTo: "1.7976931348623157e+308")
        },
        Scenario("none") { _ in queue.moveJobsToWait("failed", count: 10) },
    ]

    private static let waiting: [Scenario] = [
        Scenario(
            "moved",
            after: (1...220).flatMap { number -> [Step] in
                [
                    .call(queue.job(id: "p\(number)")),
                    .command(["SADD", queue.key("p\(number):dependencies"), "child"]),
                ]
            } + (1...220).map { _ in .call(queue.moveToActive()) }
        ) { queue.moveToWaitingChildren("p\($0)") },
        Scenario("nothing to wait for", after: queue.activeJobs(1)) { _ in queue.moveToWaitingChildren("1") },
        Scenario("pause and resume, waiting", after: queue.jobs(3)) { _ in
            [.call(queue.pause()), .call(queue.resume())]
        },
        Scenario("pause and resume, delayed", after: queue.jobs(3, options: delay)) { _ in
            [.call(queue.pause()), .call(queue.resume())]
        },
    ]

    private static let sweeping: [Scenario] = {
        let sweep: [Step] = [.command(["DEL", queue.key("stalled-check")]), .call(queue.moveStalledJobsToWait())]
        let unlock = (1...10).map { Step.command(["DEL", queue.key("\($0):lock")]) }
        let take = (1...10).map { _ in Step.command(["RPOPLPUSH", queue.key("wait"), queue.key("active")]) }
        return [
            Scenario("not yet", after: [.call(queue.moveStalledJobsToWait())]) { _ in queue.moveStalledJobsToWait() },
            Scenario("nothing active") { _ in sweep },
            Scenario("10 active", after: queue.activeJobs(10), rounds: 100) { _ in sweep },
            Scenario("10 stalled", after: queue.activeJobs(10) + unlock, rounds: 30) { _ in sweep + take + sweep },
        ]
    }()
}
