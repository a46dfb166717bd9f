// Owns the scenarios of the scripts around locks and limits.

import Differential
import Witness

extension Scenario {
    static let locking: [Scenario] = {
        let queue = QueueCalls.measured
        let several = [1, 10, 100].map { count in
            Scenario("\(count) held", after: queue.activeJobs(count), rounds: 100) { _ in
                queue.extendLocks((1...count).map { "\($0)" }, tokens: Array(repeating: "t1", count: count))
            }
        }
        return several + [
            Scenario("none") { _ in queue.extendLocks([], tokens: []) },
            Scenario("held", after: queue.activeJobs(1)) { _ in queue.extendLock("1") },
            Scenario("lost") { _ in queue.extendLock("1") },
            Scenario("held", after: (1...220).map { .command(["SET", queue.key("\($0):lock"), "t1"]) }) {
                queue.releaseLock("\($0)")
            },
            Scenario("lost") { _ in queue.releaseLock("1") },
            Scenario("no limit") { _ in queue.getRateLimitTtl() },
            Scenario("limited", after: [.command(["SET", queue.key("limiter"), "9", "PX", "999999"])]) { _ in
                queue.getRateLimitTtl(maximum: 5)
            },
            Scenario("no limit") { _ in queue.isMaxed() },
            Scenario("maxed", after: [.command(["HSET", queue.key("meta"), "concurrency", "0"])]) { _ in
                queue.isMaxed()
            },
        ]
    }()
}
