// Owns random additions and schedulers.

extension SequenceGenerator {
    private static let names = (0...9).map { "n\($0)" }

    /// An addition of any kind.
    mutating func addition(_ queue: Int) -> ScriptCall {
        let calls = queues[queue].calls
        let kind = random.below(5)
        var options = jobOptions()
        if kind == 2 { options["delay"] = random.one(of: [0, 1, 500, 1000, 1000, 2500, -5, 1.5]) }
        if kind == 3 || random.percent(20) { options["priority"] = random.one(of: [1, 2, 10, 2_097_151]) }
        if kind == 4, random.percent(30) { options["delay"] = random.one(of: [500, 3000]) }
        let id = random.one(of: ["", "", "", "", "", "c1", "c2", "c3", "c4", "x:y:z"])
        if !id.isEmpty { options["jobId"] = .text(id) }
        let name = random.one(of: Self.names)
        let time = timestamp()
        let parent = parentReference()
        let scheduler = random.percent(5) ? "sched" : nil
        let data = "{\"v\":\(random.below(100))}"
        let isShort = random.percent(50)
        return switch kind {
        case 0, 1:
            calls.addStandardJob(
                id: id, name: name, at: time, parent: parent, scheduler: scheduler, data: data, options: options,
                isShort: isShort)
        case 2:
            calls.addDelayedJob(
                id: id, name: name, at: time, parent: parent, scheduler: scheduler, data: data, options: options,
                isShort: isShort)
        case 3:
            calls.addPrioritizedJob(
                id: id, name: name, at: time, parent: parent, scheduler: scheduler, data: data, options: options,
                isShort: isShort)
        default:
            calls.addParentJob(
                id: id, name: name, at: time, parent: parent, scheduler: scheduler, data: data, options: options,
                isShort: isShort)
        }
    }

    private mutating func timestamp() -> MessagePack {
        switch random.below(6) {
        case 0: .double(Double(now) + 0.5)
        case 1: .integer(now - 3)
        default: .integer(now)
        }
    }

    /// A parent, more often while one waits that has no child yet; seldom a parent that is gone or in another state.
    private mutating func parentReference() -> ParentReference? {
        let queue = random.one(of: [0, 0, 1])
        let waiting = queues[queue].ids(in: .children)
        let childless = waiting.filter { queues[queue].children[$0] == nil }
        guard random.percent(childless.isEmpty ? 25 : 50) else { return nil }
        let id: String
        if !waiting.isEmpty, random.percent(80) {
            id = random.one(of: childless.isEmpty || random.percent(50) ? waiting : childless)
        } else {
            guard !queues[queue].all.isEmpty || random.percent(10) else { return nil }
            id = pick(queue, [.active, .delayed, .wait, .failed, .completed, .children])
        }
        return ParentReference(
            queues[queue].calls.name, id,
            policy: random.one(of: [nil, nil, "fpof", "fpof", "rdof", "idof", "cpof"]))
    }

    /// Options of a job, as clients pack them.
    mutating func jobOptions(deduplicates: Bool = true) -> MessagePack {
        var options: MessagePack = ["attempts": random.one(of: [0, 0, 1, 3])]
        if random.percent(10) { options["backoff"] = ["type": "fixed", "delay": 1000] }
        if random.percent(10) { options["list"] = [] }
        if random.percent(10) { options["x/y"] = ["a": nil, "b": 1.5, "c": [1, 2]] }
        if random.percent(15) { options["lifo"] = random.one(of: [true, true, false]) }
        if deduplicates, random.percent(25) { options["de"] = deduplication() }
        return options
    }

    private mutating func deduplication() -> MessagePack {
        var mode: MessagePack = ["id": random.one(of: ["d1", "d2", "d3"])]
        if random.percent(50) { mode["ttl"] = random.one(of: [100_000, 200_000, 0]) }
        for flag in ["extend", "replace", "keepLastIfActive"] where random.percent(40) {
            mode[flag] = random.one(of: [true, true, false])
        }
        return mode
    }

    /// A call about a scheduler.
    mutating func schedule(_ queue: Int) -> ScriptCall {
        let calls = queues[queue].calls
        let scheduler = random.one(of: ["s1", "s2", "a:b"])
        let kind = random.below(5)
        if kind == 0 { return calls.removeJobScheduler(scheduler) }
        let next: Argument = .number(now + random.one(of: [-5, 0, 100, 5000, 5000]))
        if kind < 3 { return definition(calls, scheduler, next) }
        let isInterval = queues[queue].goesByInterval[scheduler] ?? random.percent(60)
        let producer = queues[queue].iterations[scheduler]?.last ?? "zz"
        var options: MessagePack = ["attempts": 0, "repeat": ["count": 2]]
        if isInterval, random.percent(30) { options["repeat"]?["every"] = 1000 }
        return calls.updateJobScheduler(
            scheduler, next: isInterval ? "" : next, options: options, now: now,
            producer: random.percent(10) ? "zz" : producer)
    }

    private mutating func definition(_ calls: QueueCalls, _ scheduler: String, _ next: Argument) -> ScriptCall {
        let isInterval = random.percent(60)
        var definition: MessagePack = ["name": "nm"]
        var rule: MessagePack = ["count": 1]
        if isInterval {
            let every = random.one(of: [1000, 1000, 5000] as [MessagePack])
            definition["every"] = every
            rule["every"] = every
        } else {
            definition["pattern"] = "* * *"
            rule["pattern"] = "* * *"
        }
        if random.percent(30) { definition["offset"] = random.one(of: [0, 7, 300]) }
        if random.percent(20) { rule["offset"] = random.one(of: [0, 9]) }
        if random.percent(30) { definition["startDate"] = .integer(now + random.one(of: [-1000, 2500])) }
        if random.percent(20) {
            definition["endDate"] = .integer(now + 99_999)
            definition["limit"] = random.one(of: [0, 5])
            definition["tz"] = random.one(of: ["", "UTC"])
        }
        let template = random.percent(50) ? jobOptions(deduplicates: false) : [:]
        var options = template.merging(
            ["repeat": rule, "timestamp": .integer(now), "repeatJobKey": .text(scheduler), "delay": 0, "jobId": "x"])
        if random.percent(20) { options["priority"] = 3 }
        return calls.addJobScheduler(
            scheduler, next: isInterval ? "" : next, definition: definition,
            template: random.one(of: ["{}", "{\"d\":1}"]), templateOptions: template, options: options, now: now)
    }
}
