// Owns the scenarios of the scripts that change a job where it is.

import Differential
import Witness

extension Scenario {
    static let updating: [Scenario] = {
        let queue = QueueCalls.measured
        let job = queue.jobs(1)
        return [
            Scenario("keeps all", after: job) { _ in queue.addLog("1") },
            Scenario("keeps 10", after: job) { _ in queue.addLog("1", keep: 10) },
            Scenario("plain", after: job) { _ in queue.saveStacktrace("1") },
            Scenario("plain", after: job) { _ in queue.updateData("1") },
            Scenario("job missing") { _ in queue.updateData("1") },
            Scenario("plain", after: job) { _ in queue.updateProgress("1") },
            Scenario("owner", after: (1...220).map { .command(["SET", queue.key("de:d\($0)"), "1"]) }) {
                queue.removeDeduplicationKey("d\($0)", owner: "1")
            },
            Scenario("not the owner") { _ in queue.removeDeduplicationKey("d", owner: "1") },
        ]
    }()
}
