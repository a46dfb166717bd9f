// Owns the directed cases of job schedulers: `addJobScheduler`, `updateJobScheduler`, `removeJobScheduler`,
// `getJobScheduler`.

import Witness

enum SchedulerCases {
    private static let clock = QueueCalls.clock

    static let group = CaseGroup(
        "schedulers",
        [
            DirectedCase("the first slot follows from start, offset and now", "scripts-add 2.16") { scene in
                for every: MessagePack in [5000, 900_000, 1000, .double(7500.5)] {
                    for offset: MessagePack in [nil, 0, 300, 180_000] {
                        for start: MessagePack in [nil, 0, 1_699_999_994_500, 1_700_000_005_500] {
                            for now in [clock, clock + 123] {
                                try scene.begin("\(every), \(offset), \(start), \(now)")
                                let definition: MessagePack = ["every": every, "offset": offset, "startDate": start]
                                for _ in 0..<2 { try scene.call(add(definition, now: now)) }
                                try scene.call(add(definition, now: now + 90_001))
                                try scene.take(now: now + 9_999_999)
                                try scene.call(add(definition, now: now + 90_002))
                            }
                        }
                    }
                }
            },
            DirectedCase("another interval begins anew", "scripts-add 3.5") { scene in
                try scene.play(
                    add(["every": 5000], now: clock + 123), add(["every": 7000], now: clock + 3123),
                    add(["every": 7000, "offset": 300], now: clock + 3123), add(["pattern": "* *"], next: clock + 9000),
                    add(["every": 7000], now: clock + 3123))
            },
            DirectedCase("what is given is stored, and the count of iterations survives", "scripts-add 2.17") { scene in
                let full: MessagePack = [
                    "tz": "", "limit": 0, "pattern": "* *", "startDate": 5, "endDate": 9_999_999_999_999, "offset": 7,
                ]
                for definition: MessagePack in [full, ["pattern": "* *", "tz": "UTC"], ["every": 5000, "limit": 3]] {
                    try scene.begin("\(definition)")
                    try scene.command("HSET", "q:a:repeat:s", "ic", "4", "offset", "9", "left", "over")
                    for (data, options): (String, MessagePack) in [
                        ("{}", [:]), ("{\"d\":1}", ["attempts": 3, "priority": 2]),
                    ] {
                        try scene.call(
                            QueueCalls.a.addJobScheduler(
                                "s", next: .number(clock + 5000), definition: definition, template: data,
                                templateOptions: options,
                                options: options.merging(["repeat": ["count": 1, "offset": 9]])))
                        try scene.call(QueueCalls.a.getJobScheduler("s"))
                    }
                }
            },
            DirectedCase("the pending iteration gives way, wherever it waits", "scripts-add 3.5") { scene in
                for blocking in Blocking.allCases {
                    for options: MessagePack in [[:], ["priority": 4]] {
                        for isOldPaused in [false, true] {
                            try scene.begin("\(blocking), \(options), in the old list \(isOldPaused)")
                            let add = { (now: Int) in
                                QueueCalls.a.addJobScheduler(
                                    "s", next: .number(clock + 9000), definition: ["pattern": "*"],
                                    options: options.merging(["repeat": ["count": 1]]), now: now)
                            }
                            try scene.call(add(clock))
                            try scene.call(add(clock + 10_000))
                            try blocking.apply(scene)
                            if isOldPaused { try scene.command("RPOPLPUSH", "q:a:wait", "q:a:paused") }
                            try scene.call(add(clock + 10_000))
                            try scene.call(add(clock + 10_001))
                        }
                    }
                }
            },
            DirectedCase("a child and owner of a key is removed with its ties", "scripts-add 2.15") { scene in
                try scene.call(add(["pattern": "*"], next: clock + 9000))
                let id = Bytes(QueueCalls.iteration(of: "s", at: clock + 9000))
                try scene.call(QueueCalls.b.addParentJob(id: "p"))
                try scene.command("SADD", "q:b:p:dependencies", "q:a:" + id)
                try scene.command("HSET", "q:a:" + id, "parentKey", "q:b:p", "deid", "x")
                try scene.command("SET", "q:a:de:x", id)
                try scene.call(add(["pattern": "*"], next: clock + 9500))
            },
            DirectedCase("a taken id of a pattern is refused, and of an interval avoided", "scripts-add 3.5") { scene in
                try scene.command("HSET", "q:a:repeat:s:\(clock + 5)", "x", "1")
                try scene.call(add(["pattern": "*"], next: clock + 5), replies: .integer(-10))
                for taken in [1, 31, 32, 33, 40] {
                    try scene.begin("\(taken) slots taken")
                    try scene.commands(
                        (0..<taken).map { ["HSET", Bytes("q:a:repeat:s:\(clock + 1000 * $0)"), "x", "1"] })
                    try scene.call(add(["every": 1000]))
                }
            },
            DirectedCase("a taken id is written over when an iteration gave way", "scripts-add 3.5") { scene in
                try scene.call(add(["pattern": "*"], next: clock + 5000))
                try scene.command("HSET", "q:a:repeat:s:\(clock + 9000)", "x", "1")
                try scene.call(add(["pattern": "*"], next: clock + 9000))
            },
            DirectedCase("only the current iteration makes the next one", "scripts-add 3.6") { scene in
                for isInterval in [true, false] {
                    try scene.begin("interval \(isInterval)")
                    try scene.call(advance(from: clock))
                    try scene.call(isInterval ? add(["every": 1000]) : add(["pattern": "*"], next: clock))
                    try scene.play(
                        advance(from: clock + 1, next: clock + 2000), advance(from: clock, next: clock + 1000),
                        advance(from: clock, next: clock + 3000),
                        advance(from: clock + 1000, next: clock + 9000, now: clock + 5500),
                        QueueCalls.a.getJobScheduler("s"))
                }
            },
            DirectedCase("an iteration that is there already stops the scheduler", "scripts-add 3.6") { scene in
                try scene.call(add(["every": 1000]))
                try scene.command("HSET", "q:a:repeat:s:\(clock + 1000)", "x", "1")
                try scene.call(advance(from: clock), replies: .null)
            },
            DirectedCase("options of the iteration decide when the scheduler says nothing", "scripts-add 3.6") {
                scene in
                try scene.command("ZADD", "q:a:repeat", Bytes("\(clock)"), "s")
                try scene.command("HSET", "q:a:repeat:s", "name", "n")
                let options: MessagePack = ["priority": 2, "repeat": ["every": 1000, "offset": 9, "count": 2]]
                for now in [clock, clock + 99_999] {
                    try scene.call(
                        QueueCalls.a.updateJobScheduler(
                            "s", options: options, now: now, producer: QueueCalls.iteration(of: "s", at: clock)))
                }
            },
            DirectedCase("name and data come from the scheduler", "scripts-add 3.6") { scene in
                let definitions: [[Bytes]] = [
                    ["ic", "3"], ["data", "{\"s\":1}"], ["data", "{\"s\":1}", "ic", "3", "opts", "{}"],
                ]
                for stored in definitions {
                    for data: Argument in ["", "{}", "{\"d\":1}"] {
                        try scene.begin("stored \(stored), data \(data)")
                        try scene.call(passing(data, scene, stored))
                    }
                }
                for data: Argument in ["", "{}"] {
                    try scene.begin("nothing stored, data \(data)")
                    try scene.call(passing(data, scene, []))
                }
            },
            DirectedCase(
                "a scheduler of an old release takes over the data of its iteration", "scripts-add 3.6",
                deviation: .dataOfOldSchedulers
            ) { scene in
                _ = try scene.call(passing("{\"d\":1}", scene, []), differing: .dataOfOldSchedulers)
                let keys = try scene.keySpace()
                for key in ["q:a:repeat:s", "q:a:\(QueueCalls.iteration(of: "s", at: clock + 1000))"] {
                    try scene.expect(keys.hash(Bytes(key))?["data"] == "{\"d\":1}", "\(key) has the data")
                }
            },
            DirectedCase("a next time that is no number is an error", "scripts-add 3.6") { scene in
                try scene.call(add(["pattern": "*"], next: clock))
                let producer = QueueCalls.iteration(of: "s", at: clock)
                try scene.call(
                    failing: QueueCalls.a.updateJobScheduler("s", options: ["repeat": [:]], producer: producer))
                try scene.call(failing: QueueCalls.a.updateJobScheduler("s", options: [:], producer: producer))
            },
            DirectedCase("a scheduler takes its delayed iteration along", "scripts-add 3.7") { scene in
                for next in [clock, clock + 9000] {
                    try scene.begin("next \(next)")
                    try scene.call(add(["pattern": "*"], next: next))
                    try scene.call(QueueCalls.a.removeJobScheduler("s"), replies: .integer(0))
                    try scene.call(QueueCalls.a.removeJobScheduler("s"), replies: .integer(1))
                }
            },
            DirectedCase("a scheduler is told with its time, a missing one as nothing", "scripts-add 3.8") { scene in
                try scene.call(QueueCalls.a.getJobScheduler("s"), replies: .array([]))
                try scene.command("ZADD", "q:a:repeat", "5", "s")
                try scene.call(QueueCalls.a.getJobScheduler("s"))
            },
        ])

    private static func add(_ definition: MessagePack, next: Int? = nil, now: Int = clock) -> ScriptCall {
        QueueCalls.a.addJobScheduler(
            "s", next: next.map { .number($0) } ?? "", definition: definition, template: "{\"a\":1}", now: now)
    }

    private static func advance(from time: Int, next: Int? = nil, now: Int = clock) -> ScriptCall {
        QueueCalls.a.updateJobScheduler(
            "s", next: next.map { .number($0) } ?? "", now: now, producer: QueueCalls.iteration(of: "s", at: time))
    }

    /// The advance of a scheduler that has these fields beside its name, with the data of the producing job.
    private static func passing(_ data: Argument, _ scene: Scene, _ stored: [Bytes]) throws -> ScriptCall {
        try scene.command("ZADD", "q:a:repeat", Bytes("\(clock)"), "s")
        try scene.commands([["HSET", "q:a:repeat:s", "name", "n"] + stored])
        var call = advance(from: clock, next: clock + 1000)
        call.arguments[2] = data
        return call
    }
}
