// Owns the scenarios of job schedulers.

import BullMQ
import FoundationEssentials
import Witness

extension ClientScenario {
    /// The same rules in both vocabularies; far from their times, so that both sides find the same ones.
    private static let yearly = RulePart(
        library: .cron("0 0 3 1 1 *", timeZone: "Asia/Tokyo"),
        package: ["pattern": "0 0 3 1 1 *", "tz": "Asia/Tokyo"])
    private static let limited = RulePart(
        library: .cron("0 30 4 29 2 *", timeZone: "UTC", limit: 3),
        package: ["pattern": "0 30 4 29 2 *", "tz": "UTC", "limit": 3])
    private static let hourly = RulePart(library: .every(.seconds(3600)), package: ["every": 3_600_000])
    private static let aligned = RulePart(
        library: .every(.days(100_000), offset: .days(90_000), limit: 7),
        package: ["every": 8_640_000_000_000, "offset": 7_776_000_000_000, "limit": 7])
    private static let bounded = RulePart(
        library: .every(
            .seconds(3600), startDate: Date(timeIntervalSince1970: 4_000_000_000),
            endDate: Date(timeIntervalSince1970: 4_100_000_000)),
        package: ["every": 3_600_000, "startDate": 4_000_000_000_000, "endDate": 4_100_000_000_000])

    static let scheduling = [
        ClientScenario("scheduler with a pattern in a time zone") { play in
            try await play.ask(.schedule("s", yearly, JobPart(name: "echo", data: ["v": 1])))
        },
        ClientScenario("scheduler with a limit and options for its jobs") { play in
            try await play.ask(
                .schedule(
                    "s:1", limited,
                    JobPart(name: "echo", settings: [.attempts(3), .fixedBackoff(500), .removeOnComplete(.count(2))])))
        },
        ClientScenario("scheduler with an interval") { play in
            try await play.ask(.schedule("s", hourly, JobPart(name: "echo", data: ["v": 1])))
        },
        ClientScenario("scheduler with an interval and an offset") { play in
            try await play.ask(.schedule("s", aligned, JobPart(name: "echo", data: ["v": 1])))
        },
        ClientScenario("scheduler between two dates") { play in
            try await play.ask(.schedule("s", bounded, JobPart(name: "echo", data: ["v": 1])))
        },
        ClientScenario("scheduler that is changed") { play in
            try await play.ask(.schedule("s", yearly, JobPart(name: "echo", data: ["v": 1])))
            try await play.ask(
                .schedule("s", limited, JobPart(name: "other", data: ["v": 2], settings: [.priority(3)])))
        },
        ClientScenario("scheduler whose job is run: the next one is there") { play in
            let job = try await play.ask(.schedule("s", yearly, JobPart(name: "echo", data: ["v": 1])))
            try await play.ask(.promoteJobs)
            try await play.work(until: job.string ?? "no job")
        },
        ClientScenario("schedulers that are removed, and one that is not there") { play in
            try await play.ask(.schedule("s", yearly, JobPart(name: "echo")))
            try await play.ask(.schedule("t", limited, JobPart(name: "echo")))
            try await play.ask(.removeScheduler("s"))
            try await play.ask(.removeScheduler("missing"))
        },
    ]
}
