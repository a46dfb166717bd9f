// Owns the scenarios of the scripts around job schedulers.

import Differential

extension Scenario {
    static let scheduling: [Scenario] = {
        let queue = QueueCalls.measured
        let clock = QueueCalls.clock
        func every(_ id: Int, _ interval: Int) -> ScriptCall {
            queue.addJobScheduler(
                "s\(id)", definition: ["every": .integer(interval)], template: "{\"a\":1}",
                templateOptions: ["attempts": 3],
                options: ["attempts": 3, "repeat": ["every": .integer(interval), "count": 1]])
        }
        func pattern(_ id: Int) -> ScriptCall {
            queue.addJobScheduler(
                "s\(id)", next: .number(clock + 5000), definition: ["pattern": "* *"], template: "{\"a\":1}",
                templateOptions: ["attempts": 3],
                options: ["attempts": 3, "repeat": ["pattern": "* *", "count": 1]])
        }
        func advance(_ step: Int) -> ScriptCall {
            let time = clock + 1000 * (step - 1)
            return queue.updateJobScheduler(
                "s1", options: ["attempts": 3, "repeat": ["every": 1000, "count": 2]], now: time,
                producer: QueueCalls.iteration(of: "s1", at: time))
        }
        return [
            Scenario("every, new") { every($0, 5000) },
            Scenario("every, again", after: [.call(every(1, 5000))]) { _ in every(1, 5000) },
            Scenario("pattern, again", after: [.call(pattern(1))]) { _ in pattern(1) },
            Scenario("next iteration", after: [.call(every(1, 1000))]) { advance($0) },
            Scenario("not the current one", after: [.call(every(1, 1000))]) { _ in advance(9) },
            Scenario("delayed iteration", after: (1...220).map { .call(pattern($0)) }) {
                queue.removeJobScheduler("s\($0)")
            },
            Scenario("missing") { _ in queue.removeJobScheduler("s") },
            Scenario("found", after: [.call(every(1, 1000))]) { _ in queue.getJobScheduler("s1") },
        ]
    }()
}
