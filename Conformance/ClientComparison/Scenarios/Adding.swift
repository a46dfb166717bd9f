// Owns the scenarios of adding jobs with each option.

import BullMQ
import Witness

extension ClientScenario {
    /// A moment long past, so that what is computed from it is equal to the millisecond.
    private static let past = 1_600_000_000_123

    static let adding = [
        ClientScenario("add without options") { play in
            try await play.add("plain", ["text": "grün \u{1F600}", "list": [1, 2.5, nil, true]])
            try await play.add("empty")
        },
        ClientScenario("add data that is no object") { play in
            try await play.add("list", [1, "two"])
            try await play.add("text", "just text")
            try await play.add("number", 7)
        },
        ClientScenario("add with all options that are only kept") { play in
            try await play.add(
                "kept", [:], .attempts(5), .exponentialBackoff(1000, jitter: 0.25), .removeOnComplete(.all),
                .removeOnFail(.limits(count: 100, ageInSeconds: 3600, limit: 10)), .keepLogs(7), .stackTraceLimit(3),
                .sizeLimit(4096), .timestamp(past))
        },
        ClientScenario("add with each form of removal") { play in
            try await play.add("none", [:], .removeOnComplete(.none), .removeOnFail(.none))
            try await play.add("all", [:], .removeOnComplete(.all), .removeOnFail(.all))
            try await play.add("count", [:], .removeOnComplete(.count(3)), .removeOnFail(.count(0)))
            try await play.add(
                "age", [:], .removeOnComplete(.limits(count: nil, ageInSeconds: 60, limit: nil)),
                .removeOnFail(.limits(count: 2, ageInSeconds: 60, limit: 5)))
        },
        ClientScenario("add with each form of back-off") { play in
            try await play.add("fixed", [:], .attempts(3), .fixedBackoff(250))
            try await play.add("exponential", [:], .attempts(3), .exponentialBackoff(250))
        },
        ClientScenario("add with a delay") { play in
            try await play.add("soon", [:], .delay(1), .timestamp(past))
            try await play.add("later", [:], .delay(3_600_000), .timestamp(past))
            try await play.add("now", [:], .delay(0))
            try await play.add("an hour from now", [:], .delay(3_600_000))
        },
        ClientScenario("add with priorities") { play in
            for priority in [3, 1, 2_097_151, 1, 0] { try await play.add("urgent", [:], .priority(priority)) }
            try await play.add("late and urgent", [:], .priority(2), .delay(1000), .timestamp(past))
        },
        ClientScenario("add last in, first out") { play in
            for index in 0..<3 { try await play.add("last", ["n": .number(index)], .lifo) }
            try await play.add("urgent", [:], .lifo, .priority(1))
        },
        ClientScenario("add with ids of one's own, twice") { play in
            try await play.add("first", ["n": 1], .id("mine"))
            try await play.add("second", ["n": 2], .id("mine"), .priority(3))
            try await play.add("third", ["n": 3])
        },
        ClientScenario("add to a paused queue") { play in
            try await play.ask(.pause)
            try await play.add("waits")
            try await play.add("urgent", [:], .priority(4))
            try await play.add("late", [:], .delay(5000), .timestamp(past))
        },
        ClientScenario("add in bulk") { play in
            try await play.addBulk([
                JobPart(name: "plain", data: ["n": 1]), JobPart(name: "urgent", settings: [.priority(3)]),
                JobPart(name: "late", settings: [.delay(60_000), .timestamp(past)]),
                JobPart(name: "named", settings: [.id("own"), .attempts(2)]),
                JobPart(name: "again", settings: [.id("own")]), JobPart(name: "last", settings: [.lifo]),
            ])
        },
        ClientScenario("add children of a job") { play in
            let parent = try await play.add("parent")
            try await play.add("child", [:], parent: (parent, "main"), to: "other")
            try await play.add(
                "child", [:], .onFailure(.failParent), .priority(2), parent: (parent, "main"), to: "other")
            try await play.refused { try await play.add("orphan", parent: ("missing", "main"), to: "other") }
        },
    ]
}
