// Owns the scenarios of the scripts that remove jobs.

import Differential
import Witness

extension Scenario {
    private static let queue = QueueCalls.measured
    private static let paused = Step.command(["HSET", queue.key("meta"), "paused", "1"])

    /// Sixty parents, `p1` to `p60`, with three children each.
    private static let families: [Step] = (1...60).flatMap { number in
        [.call(queue.addParentJob(id: "p\(number)"))] + (1...3).map { _ in .call(queue.job(parent: "p\(number)")) }
    }

    static let removing: [Scenario] = trees + slices

    private static let trees: [Scenario] = [
        Scenario("waiting", after: queue.jobs()) { queue.removeJob("\($0)") },
        Scenario("completed", after: queue.finishedJobs()) { queue.removeJob("\($0)") },
        Scenario("missing") { _ in queue.removeJob("1") },
        Scenario("locked", after: queue.activeJobs(1)) { _ in queue.removeJob("1") },
        Scenario("with 3 children", after: families, rounds: 50) { queue.removeJob("p\($0)") },
        Scenario("3 children", after: families, rounds: 50) { queue.removeUnprocessedChildren("p\($0)") },
        Scenario(
            "pending",
            after: [.call(queue.addParentJob(id: "p"))]
                + (1...220).map { .call(queue.job(id: "c\($0)", parent: "p")) }
        ) { queue.removeChildDependency(child: queue.prefix + "c\($0)", parent: queue.prefix + "p") },
        Scenario("5 of 10", after: mixture) { _ in
            queue.removeOrphanedJobs((1...5).map { "x\($0)" } + (20...24).map { "\($0)" })
        },
    ]

    private static let slices: [Scenario] = {
        func clean(_ state: String) -> ScriptCall {
            queue.cleanJobsInSet(state, newest: .number(QueueCalls.clock + 1), count: 10)
        }
        func line(_ count: Int) -> [Step] {
            (1...count).flatMap { number -> [Step] in
                [
                    .command(["LPUSH", queue.key("wait"), Bytes("w\(number)")]),
                    .command(["HSET", queue.key("w\(number)"), "name", "n"]),
                    .command(["ZADD", queue.key("delayed"), "1", Bytes("d\(number)")]),
                    .command(["HSET", queue.key("d\(number)"), "name", "n"]),
                ]
            }
        }
        let obliterate = queue.obliterate(count: 10, force: true)
        return [
            Scenario("10 completed", after: queue.finishedJobs(400), rounds: 30) { _ in clean("completed") },
            Scenario("10 waiting", after: queue.jobs(400), rounds: 30) { _ in clean("wait") },
            Scenario("10 delayed", after: queue.jobs(400, options: ["delay": 5000]), rounds: 30) { _ in
                clean("delayed")
            },
            Scenario("10 prioritized", after: queue.jobs(400, options: ["priority": 5]), rounds: 30) { _ in
                clean("prioritized")
            },
            Scenario("none") { _ in clean("completed") },
            Scenario("empty") { _ in queue.drain(delayed: true) },
            Scenario("10 waiting, 10 delayed", rounds: 30) { _ in line(10) + [.call(queue.drain(delayed: true))] },
            Scenario("10 waiting", after: queue.jobs(400) + [paused], rounds: 30) { _ in obliterate },
            Scenario("10 completed", after: queue.finishedJobs(400) + [paused], rounds: 30) { _ in obliterate },
            Scenario("not paused") { _ in obliterate },
            Scenario("empty") { _ in [paused, .call(obliterate)] },
        ]
    }()
}
