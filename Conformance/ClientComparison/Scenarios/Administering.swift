// Owns the scenarios of administering queues, and of changing single jobs.

import BullMQ
import FoundationEssentials
import Witness

extension ClientScenario {
    private static let past = 1_600_000_000_123

    /// Jobs in each state that needs no worker.
    private static func fill(_ play: Play) async throws {
        try await play.add("waiting")
        try await play.add("waiting too", [:], .lifo)
        try await play.add("urgent", [:], .priority(3))
        try await play.add("late", [:], .delay(3_600_000), .timestamp(past))
        try await play.add("late and urgent", [:], .delay(3_600_000), .timestamp(past), .priority(3))
    }

    /// Two completed jobs and two failed ones.
    private static func finish(_ play: Play) async throws {
        for name in ["echo", "unrecoverable", "echo", "unrecoverable"] { try await play.add(name, ["message": "no"]) }
        try await play.work(until: "1", "2", "3", "4")
    }

    static let administering = [
        ClientScenario("pause and resume") { play in
            try await fill(play)
            try await play.ask(.pause)
            try await play.ask(.pause)
            try await play.add("while paused")
            try await play.ask(.resume)
        },
        ClientScenario("drain") { play in
            try await fill(play)
            try await play.ask(.drain(delayed: false))
        },
        ClientScenario("drain with what is delayed") { play in
            try await fill(play)
            try await play.ask(.schedule("s", yearlyRule, JobPart(name: "stays")))
            try await play.ask(.drain(delayed: true))
        },
        ClientScenario("drain a queue of parents and children") { play in
            let parent = try await play.add("parent")
            try await play.add("child", parent: (parent, "main"), to: "other")
            try await play.ask(.drain(delayed: false), on: "other")
        },
        ClientScenario("clean waiting, delayed and prioritized jobs") { play in
            try await fill(play)
            for state in [JobState.waiting, .delayed, .prioritized] { try await play.ask(.clean(state, limit: 1)) }
        },
        ClientScenario("clean finished jobs") { play in
            try await finish(play)
            try await play.ask(.clean(.completed, limit: 1))
            try await play.ask(.clean(.failed, limit: 100))
        },
        ClientScenario("obliterate") { play in
            try await fill(play)
            try await play.ask(.schedule("s", yearlyRule, JobPart(name: "goes")))
            try await play.ask(.obliterate(force: false))
        },
        ClientScenario("promote all") { play in
            try await fill(play)
            try await play.ask(.promoteJobs)
        },
        ClientScenario("retry all failed jobs") { play in
            try await finish(play)
            try await play.ask(.retryJobs(.failed))
        },
        ClientScenario("retry all completed jobs") { play in
            try await finish(play)
            try await play.ask(.retryJobs(.completed))
        },
        ClientScenario("remove jobs in every state, and one that is not there") { play in
            try await fill(play)
            for id in ["1", "3", "4", "missing"] { try await play.ask(.remove(id, children: true)) }
        },
        ClientScenario("remove a scheduler's job") { play in
            try await play.ask(.schedule("s", everyRule, JobPart(name: "stays")))
            try await play.refused {
                try await play.ask(.remove("repeat:s:4000000000000", children: true))
            }
        },
        ClientScenario("global concurrency") { play in
            try await play.ask(.setGlobalConcurrency(3))
            try await play.add("one")
            try await play.ask(.setGlobalRateLimit(max: 1, milliseconds: 1000))
            try await play.ask(.removeGlobalConcurrency)
        },
        ClientScenario("global rate limit") { play in
            try await play.ask(.setGlobalRateLimit(max: 5, milliseconds: 3_600_000))
            try await play.add("echo")
            try await play.work(until: "1")
        },
        ClientScenario("global rate limit that is lifted") { play in
            try await play.ask(.setGlobalConcurrency(2))
            try await play.ask(.setGlobalRateLimit(max: 5, milliseconds: 1000))
            try await play.ask(.removeGlobalRateLimit)
        },
        ClientScenario("rate limit by hand") { play in
            try await play.add("one")
            try await play.ask(.rateLimit(milliseconds: 3_600_000))
        },
        ClientScenario("rate limit by hand that is lifted") { play in
            try await play.ask(.rateLimit(milliseconds: 3_600_000))
            try await play.ask(.removeRateLimit)
        },
        ClientScenario("trim the events") { play in
            for _ in 0..<5 { try await play.add("one") }
            try await play.ask(.trimEvents(0))
        },
    ]

    private static let yearlyRule = RulePart(
        library: .cron("0 0 3 1 1 *", timeZone: "UTC"), package: ["pattern": "0 0 3 1 1 *", "tz": "UTC"])
    private static let everyRule = RulePart(
        library: .every(.seconds(3600), startDate: .init(timeIntervalSince1970: 4_000_000_000)),
        package: ["every": 3_600_000, "startDate": 4_000_000_000_000])

    static let changing = [
        ClientScenario("promote a job") { play in
            try await fill(play)
            try await play.ask(.promote, of: "4")
            try await play.ask(.promote, of: "5")
            try await play.refused { try await play.ask(.promote, of: "1") }
        },
        ClientScenario("promote a job of a paused queue") { play in
            try await fill(play)
            try await play.ask(.pause)
            try await play.ask(.promote, of: "4")
        },
        ClientScenario("retry a failed job and a completed one") { play in
            try await finish(play)
            try await play.ask(.retry(.completed), of: "1")
            try await play.ask(.retry(.failed, resetAttemptsMade: true, resetAttemptsStarted: true), of: "2")
            try await play.ask(.retry(.failed), of: "4")
            try await play.refused { try await play.ask(.retry(.failed), of: "3") }
        },
        ClientScenario("remove a job") { play in
            try await fill(play)
            try await play.ask(.remove, of: "2")
        },
        ClientScenario("update data and progress") { play in
            try await play.add("one", ["n": 1])
            try await play.ask(.updateData(["n": 2, "text": "neu"]), of: "1")
            try await play.ask(.updateProgress(50), of: "1")
            try await play.ask(.updateProgress(["pct": 75.5]), of: "1")
        },
        ClientScenario("log, with a bound and without") { play in
            try await play.add("all")
            try await play.add("two", [:], .keepLogs(2))
            for row in ["a", "b", "zeile drei: ü"] {
                try await play.ask(.log(row), of: "1")
                try await play.ask(.log(row), of: "2")
            }
        },
        ClientScenario("change priorities") { play in
            try await fill(play)
            for (id, priority) in [("1", 5), ("3", 1), ("4", 7), ("5", 2)] {
                try await play.ask(.changePriority(priority), of: id)
            }
        },
    ]
}
