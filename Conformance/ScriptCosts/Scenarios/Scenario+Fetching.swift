// Owns the scenarios of `moveToActive`.

import Differential
import Witness

extension Scenario {
    static let fetching: [Scenario] = {
        let queue = QueueCalls.measured
        let limited = QueueCalls.fetch(limiter: ["max": 10_000, "duration": 60_000], name: "w")
        let exhausted = QueueCalls.fetch(limiter: ["max": 1, "duration": 60_000])
        let returned = (1...220).map { Step.call(queue.moveJobFromActiveToWait("\($0)")) }
        return [
            Scenario("job found", atMost: 0.8, after: queue.jobs()) { _ in queue.moveToActive() },
            Scenario("prioritized job found", after: queue.jobs(options: ["priority": 5])) { _ in
                queue.moveToActive()
            },
            Scenario("empty queue", atMost: 0.8) { _ in queue.moveToActive() },
            Scenario("only delayed jobs", after: queue.jobs(3, options: ["delay": 5000])) { _ in queue.moveToActive() },
            Scenario("paused", after: queue.jobs(3) + [.call(queue.pause())]) { _ in queue.moveToActive() },
            Scenario("limiter and name", after: queue.jobs()) { _ in queue.moveToActive(limited) },
            Scenario("rate limited", after: queue.jobs(3) + [.call(queue.moveToActive(exhausted))]) { _ in
                queue.moveToActive(exhausted)
            },
            Scenario(
                "global concurrency",
                after: [.command(["HSET", queue.key("meta"), "concurrency", "10000"])] + queue.jobs()
            ) { _ in queue.moveToActive() },
            Scenario(
                "a delayed job is due", after: (1...220).map { .call(queue.job(options: ["delay": .integer($0)])) }
            ) { queue.moveToActive(now: QueueCalls.clock + $0) },
            Scenario("job taken again", after: queue.activeJobs() + returned) { _ in queue.moveToActive() },
        ]
    }()
}
