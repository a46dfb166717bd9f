// Owns the scenarios of the scripts that only read.

import Differential
import Witness

extension Scenario {
    private static let queue = QueueCalls.measured
    private static let states = [
        "active", "completed", "delayed", "failed", "prioritized", "wait", "waiting-children",
    ]

    /// Jobs in most states: 1 to 10 are completed, 11 to 15 failed, 16 to 20 active, 21 to 40 waiting.
    static let mixture: [Step] =
        queue.jobs(40) + queue.jobs(10, options: ["delay": 5000]) + queue.jobs(10, options: ["priority": 5])
        + (1...20).map { _ in .call(queue.moveToActive()) } + (1...10).map { .call(queue.moveToFinished("\($0)")) }
        + (11...15).map { .call(queue.moveToFinished("\($0)", .failed)) }

    static let reading: [Scenario] = {
        let members = (1...300).map { queue.key("\($0)") }
        let pages: [Step] =
            queue.jobs(300) + [
                .command(["SADD", queue.key("s")] + members),
                .command(["HSET", queue.key("h")] + members.flatMap { [$0, "1"] }),
            ]
        let points: [Step] = [
            .command([
                "HSET", queue.key("metrics:completed"), "count", "5", "prevTS", "1700000000000", "prevCount", "1",
            ]),
            .command(["RPUSH", queue.key("metrics:completed:data")] + Array(repeating: "7", count: 100)),
        ]
        let calls: [(String, ScriptCall)] = [
            ("all states", queue.getCounts(states)),
            ("one state", queue.getCounts(["wait"])),
            ("three", queue.getCountsPerPriority([0, 1, 5])),
            ("all kinds", queue.getDependencyCounts("1")),
            ("10 of each state", queue.getRanges(states, 0, 9, ascending: true)),
            ("10 completed", queue.getRanges(["completed"], 0, 9)),
            ("10 of each state", queue.getJobs(states, 0, 9, ascending: true)),
            ("10 waiting", queue.getJobs(["wait"], 0, 9, ascending: true)),
            ("10 completed", queue.getJobs(["completed"], 0, 9)),
            ("none", queue.getMetrics(.completed)),
            ("completed", queue.getState("1")), ("waiting", queue.getState("30")), ("unknown", queue.getState("x")),
            ("completed", queue.getStateV2("1")), ("waiting", queue.getStateV2("30")),
            ("unknown", queue.getStateV2("x")),
            ("completed", queue.isFinished("1")), ("failed", queue.isFinished("11")),
            ("waiting, no value", queue.isFinished("30", returnsValue: "")), ("missing", queue.isFinished("x")),
            ("found", queue.isJobInList("30")), ("not found", queue.isJobInList("x")),
            ("missing", queue.paginate("none", 0, 19)),
        ]
        return calls.map { title, call in Scenario(title, after: mixture, rounds: 400) { _ in call } } + [
            Scenario("100 points", after: points) { _ in queue.getMetrics(.completed) },
            Scenario("20 of a set", after: pages) { _ in queue.paginate("s", 0, 19) },
            Scenario("20 from the middle", after: pages) { _ in queue.paginate("s", 150, 169) },
            Scenario("20 of a hash, jobs", after: pages) { _ in queue.paginate("h", 0, 19, fetches: "1") },
        ]
    }()
}
