// The snippets of the article "Schedulers".

import BullMQ
import FoundationEssentials

struct Cleanup: Codable, Sendable { var folder: String }

func define(queue: Queue) async throws {
    let clean = JobType<Cleanup, NoResult>("clean", defaults: JobOptions(attempts: 3))
    try await queue.schedulers.upsert(
        "nightly", .cron("0 0 3 * * *", timeZone: "Europe/Berlin"), clean, Cleanup(folder: "/srv/cache"))
    try await queue.schedulers.upsert("poll", .every(.minutes(5), offset: .seconds(20)), name: "poll")
}

func bound(queue: Queue, launch: Date, farewell: Date) async throws {
    try await queue.schedulers.upsert(
        "campaign", .every(.hours(1), limit: 100, startDate: launch, endDate: farewell), name: "tweet")
    try await queue.schedulers.upsert(
        "report", .cron("@weekly", timeZone: "UTC", startsImmediately: true), name: "report")
}

func inspect(schedulers: JobSchedulers) async throws {
    for scheduler in try await schedulers.list() {
        print(scheduler.id, scheduler.next, scheduler.pattern ?? "", scheduler.iterationCount ?? 0)
    }
    let nightly = try await schedulers.get("nightly")
    let wasThere = try await schedulers.remove("nightly")
    _ = (nightly, wasThere)
}

func calculate() throws {
    let expression = try CronExpression("0 30 2 * * mon-fri")
    let next = try expression.next(after: .now, timeZone: "Europe/Berlin")
    _ = next
}

func customStrategy(redis: Redis) async throws {
    let fullMoons: RepeatStrategy = { base, rule, jobName in
        guard case .pattern("full moon", _) = rule.rhythm else { return nil }
        return base.addingTimeInterval(29.530588 * 86_400)
    }
    let queue = try Queue("tides", redis: redis, options: QueueOptions(repeatStrategy: fullMoons))
    let worker = try Worker("tides", redis: redis, options: WorkerOptions(repeatStrategy: fullMoons)) {
        Handler(named: "spring-tide") { _ in .null }
    }
    try await queue.schedulers.upsert("spring-tides", .custom("full moon"), name: "spring-tide")
    _ = worker
}

func legacy(queue: Queue) async throws {
    for old in try await queue.schedulers.list() where old.isRepeatable {
        if let rule = old.rule, let name = old.name {
            try await queue.schedulers.upsert("\(name)-again", rule, name: name, replacing: old.id)
        } else {
            try await queue.schedulers.removeRepeatable(old.id)
        }
    }
}
