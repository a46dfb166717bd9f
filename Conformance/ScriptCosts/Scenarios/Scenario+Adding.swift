// Owns the scenarios of the scripts that add a job.

import Differential

extension Scenario {
    static let adding: [Scenario] = {
        let queue = QueueCalls.measured
        func dedup(_ mode: MessagePack) -> MessagePack {
            let owner: MessagePack = ["id": "d"]
            return ["de": owner.merging(mode)]
        }
        let delayed: MessagePack = ["delay": 5000]
        let replacing = delayed.merging(dedup(["replace": true]))
        return [
            Scenario("plain", atMost: 0.75) { _ in queue.job() },
            Scenario("custom id") { queue.job(id: "c\($0)") },
            Scenario("existing id", after: [.call(queue.job(id: "c"))]) { _ in queue.job(id: "c") },
            Scenario("child", after: [.call(queue.addParentJob(id: "p"))]) { _ in queue.job(parent: "p") },
            Scenario("deduplication, accepted") { queue.job(options: ["de": ["id": .text("d\($0)")]]) },
            Scenario("deduplication, dropped", after: [.call(queue.job(options: dedup([:])))]) { _ in
                queue.job(options: dedup([:]))
            },
            Scenario("deduplication, extended", after: [.call(queue.job(options: dedup([:])))]) { _ in
                queue.job(options: dedup(["ttl": 50_000, "extend": true]))
            },
            Scenario(
                "deduplication, parked",
                after: [.call(queue.job(options: dedup([:]))), .call(queue.moveToActive())]
            ) { _ in queue.job(options: dedup(["keepLastIfActive": true])) },
            Scenario("plain", atMost: 0.8) { _ in queue.job(options: delayed) },
            Scenario("replaces a delayed one", after: [.call(queue.job(options: replacing))]) { _ in
                queue.job(options: replacing)
            },
            Scenario("plain", atMost: 0.8) { _ in queue.job(options: ["priority": 5]) },
            Scenario("plain") { _ in queue.addParentJob(data: QueueCalls.data) },
        ]
    }()
}
