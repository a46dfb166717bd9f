// Owns the scenarios of `moveToFinished`.

import Differential

extension Scenario {
    static let finishing: [Scenario] = {
        let queue = QueueCalls.measured
        let failure: MessagePack = ["failedReason", "boom", "stacktrace", "[\"at a\"]"]
        /// One job is active, and the next ones wait.
        let line = queue.jobs() + [.call(queue.moveToActive())]
        /// A parent for each child; the children are active.
        func families(_ policy: String? = nil) -> [Step] {
            let numbers = 1...220
            return numbers.map { .call(queue.addParentJob(id: "p\($0)")) }
                + numbers.map { number in
                    let parent = ParentReference(queue.name, "p\(number)", policy: policy)
                    return .call(queue.addStandardJob(id: "c\(number)", parent: parent))
                } + numbers.map { _ in .call(queue.moveToActive()) }
        }
        func finish(_ id: Int, _ options: MessagePack = [:]) -> ScriptCall {
            queue.moveToFinished("\(id)", value: "null", fetches: true, options: options)
        }
        return [
            Scenario("fetch", atMost: 0.75, after: line) { finish($0) },
            Scenario("no fetch", after: queue.activeJobs()) { queue.moveToFinished("\($0)", value: "null") },
            Scenario("fetch, nothing left", after: queue.activeJobs()) { finish($0) },
            Scenario("failed", after: queue.activeJobs()) { queue.moveToFinished("\($0)", .failed, fields: failure) },
            Scenario("fetch, metrics", after: line) { finish($0, ["maxMetricsSize": 100]) },
            Scenario("fetch, keep 5", after: line) { finish($0, ["keepJobs": ["count": 5]]) },
            Scenario("fetch, keep a minute", after: line) { finish($0, ["keepJobs": ["age": 60]]) },
            Scenario("fetch, keep none", after: line) { finish($0, ["keepJobs": ["count": 0]]) },
            Scenario(
                "fetch, child",
                after: [.call(queue.addParentJob(id: "p"))] + (1...220).map { _ in .call(queue.job(parent: "p")) }
                    + [.call(queue.moveToActive())]
            ) { finish($0 + 1) },
            Scenario("last child", after: families()) { queue.moveToFinished("c\($0)", value: "null") },
            Scenario("child fails its parent", after: families("fpof")) {
                queue.moveToFinished("c\($0)", .failed, value: "boom")
            },
            Scenario(
                "deduplication owner",
                after: (1...220).map { .call(queue.job(options: ["de": ["id": .text("d\($0)")]])) }
                    + (1...220).map { _ in .call(queue.moveToActive()) }
            ) { queue.moveToFinished("\($0)", value: "null") },
            Scenario("lock lost", after: queue.jobs(1)) { _ in finish(1) },
            Scenario("job missing") { _ in finish(1) },
        ]
    }()
}
