// Owns the scenarios in which workers run.

import BullMQ
import Witness

extension ClientScenario {
    static let working = [
        ClientScenario("work: results of each kind") { play in
            try await play.add("echo", ["text": "grün", "list": [1, 2.5, nil]])
            try await play.add("value", ["value": "text"])
            try await play.add("value", ["value": nil])
            try await play.add("value", ["value": 3.25])
            try await play.work(until: "1", "2", "3", "4")
        },
        ClientScenario("work: order of priorities, last in first out, and the rest") { play in
            try await play.add("echo", [:], .priority(2))
            try await play.add("echo", [:], .priority(1))
            try await play.add("echo")
            try await play.add("echo", [:], .lifo)
            try await play.work(until: "1", "2", "3", "4")
        },
        ClientScenario("work: failures for good") { play in
            try await play.add("fail", ["times": 1, "message": "no"])
            try await play.add("unrecoverable", ["message": "never"], .attempts(3))
            try await play.work(until: "1", "2")
        },
        ClientScenario("work: retries at once until it succeeds") { play in
            try await play.add("fail", ["times": 2, "message": "not yet"], .attempts(3))
            try await play.work(until: "1")
        },
        ClientScenario("work: retries until they are used up") { play in
            try await play.add("fail", ["times": 9, "message": "no"], .attempts(3), .stackTraceLimit(2))
            try await play.work(until: "1")
        },
        ClientScenario("work: retries after a pause") { play in
            try await play.add("fail", ["times": 1, "message": "no"], .attempts(2), .fixedBackoff(20))
            try await play.work(until: "1")
        },
        ClientScenario("work: retries after a pause with priority and growing pauses") { play in
            try await play.add(
                "fail", ["times": 2, "message": "no"], .attempts(3), .exponentialBackoff(10), .priority(4))
            try await play.work(until: "1")
        },
        ClientScenario("work: a retry that is far away") { play in
            try await play.add("fail", ["times": 1, "message": "no"], .attempts(2), .fixedBackoff(3_600_000))
            try await play.work(until: Awaited(events: ["delayed"], jobs: ["1"]))
        },
        ClientScenario("work: progress, logs and new data") { play in
            try await play.add("progress", ["progress": [10, ["pct": 50]], "logs": ["a", "b"]], .keepLogs(1))
            try await play.add("update", ["next": ["n": 2]])
            try await play.work(until: "1", "2")
        },
        ClientScenario("work: a job that puts itself off") { play in
            try await play.add("postpone", ["ms": 20])
            try await play.work(until: "1")
        },
        ClientScenario("work: a delayed job") { play in
            try await play.add("echo", [:], .delay(50))
            try await play.work(until: "1")
        },
        ClientScenario("work: finished jobs are removed as the job says") { play in
            for _ in 0..<3 { try await play.add("echo", [:], .removeOnComplete(.count(1))) }
            for _ in 0..<2 { try await play.add("unrecoverable", ["message": "no"], .removeOnFail(.all)) }
            try await play.add("echo", [:], .removeOnComplete(.limits(count: 5, ageInSeconds: 3600, limit: 3)))
            try await play.work(until: "1", "2", "3", "4", "5", "6")
        },
        ClientScenario("work: finished jobs are removed as the worker says") { play in
            for _ in 0..<3 { try await play.add("echo") }
            for _ in 0..<3 { try await play.add("unrecoverable", ["message": "no"]) }
            let worker = WorkerPart(
                library: WorkerOptions(removeOnComplete: .keep(count: 1), removeOnFail: .keep(count: 2)),
                package: ["removeOnComplete": ["count": 1], "removeOnFail": ["count": 2]])
            try await play.work("main", worker, until: Awaited(jobs: ["1", "2", "3", "4", "5", "6"]))
        },
        ClientScenario("work: metrics", needsOneMinute: true) { play in
            for _ in 0..<3 { try await play.add("echo") }
            for _ in 0..<2 { try await play.add("unrecoverable", ["message": "no"]) }
            let worker = WorkerPart(
                library: WorkerOptions(metricsMinutes: 15), package: ["metrics": ["maxDataPoints": 15]])
            try await play.work("main", worker, until: Awaited(jobs: ["1", "2", "3", "4", "5"]))
        },
        ClientScenario("work: a worker with a limit") { play in
            try await play.add("echo")
            try await play.add("echo")
            let worker = WorkerPart(
                library: WorkerOptions(limiter: RateLimit(max: 5, per: .seconds(3600))),
                package: ["limiter": ["max": 5, "duration": 3_600_000]])
            try await play.work("main", worker, until: Awaited(jobs: ["1", "2"]))
        },

        ClientScenario("work: what is refused while a job is active") { play in
            try await play.add("waits")
            try await play.whileActive(.lifo, until: ["1"]) {
                try await play.ask(.remove("2", children: true))
                try await play.refused { try await play.ask(.promote, of: "2") }
                try await play.refused { try await play.ask(.retry(.failed), of: "2") }
                try await play.refused { try await play.ask(.obliterate(force: false)) }
                try await play.ask(.resume)
            }
        },
        ClientScenario("work: a job is changed and the queue paused while it is active") { play in
            try await play.whileActive {
                try await play.ask(.updateData(["new": true]), of: "1")
                try await play.ask(.updateProgress(20), of: "1")
                try await play.ask(.log("seen"), of: "1")
                try await play.ask(.pause)
                try await play.add("waits")
            }
        },
        ClientScenario("work: cleaning leaves an active job that is locked") { play in
            try await play.whileActive { try await play.ask(.clean(.active, limit: 10)) }
        },
        ClientScenario("work: a queue is obliterated under a worker") { play in
            try await play.add("echo")
            try await play.work(until: "1")
            try await play.add("waits")
            try await play.ask(.obliterate(force: true))
            try await play.add("begins anew")
        },
        ClientScenario("work: a queue with a global concurrency") { play in
            try await play.ask(.setGlobalConcurrency(1))
            for _ in 0..<3 { try await play.add("echo") }
            try await play.work(until: "1", "2", "3")
        },
    ]
}
