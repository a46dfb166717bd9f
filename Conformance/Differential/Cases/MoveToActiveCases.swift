// Owns the directed cases of `moveToActive`, and of the fetch that other scripts share with it (scripts-move 3.8 to 3.13).

import Witness

enum MoveToActiveCases {
    static let group = CaseGroup(
        "moveToActive",
        [
            DirectedCase("the line goes before priorities, both before delayed jobs", "scripts-move 3.13") { scene in
                try scene.play(
                    QueueCalls.a.addDelayedJob(id: "d", options: ["delay": 5]),
                    QueueCalls.a.addPrioritizedJob(id: "p2", options: ["priority": 2]),
                    QueueCalls.a.addPrioritizedJob(id: "p1", options: ["priority": 1]),
                    QueueCalls.a.addStandardJob(id: "s"))
                for id in ["s", "p1", "p2"] { try scene.expect(try scene.take() == id, "\(id) is next") }
                try scene.call(
                    QueueCalls.a.moveToActive(),
                    replies: .array([0, 0, 0, 1_700_000_000_005].map { .integer($0) }))
            },
            DirectedCase("an empty queue answers with zeros and loses its priority counter", "scripts-move 3.11") {
                scene in
                try scene.command("SET", "q:a:pc", "7")
                try scene.call(
                    QueueCalls.a.moveToActive(), replies: .array(Array(repeating: .integer(0), count: 4)))
                try scene.expect(try scene.keySpace()["q:a:pc"] == nil, "pc is gone")
            },
            DirectedCase("a time with a fraction is told in whole milliseconds", "scripts-move 0.3") { scene in
                try scene.command("ZADD", "q:a:delayed", "6963200004096001", "d")
                try scene.call(QueueCalls.a.moveToActive())
            },
            DirectedCase("the lock and the worker's name are written as the options say", "scripts-move 3.12") {
                scene in
                for (token, name) in [("t1", nil), ("t1", "w"), ("0", ""), ("0", "w")] {
                    try scene.begin("token \(token), name \(name ?? "none")")
                    try scene.call(QueueCalls.a.addStandardJob())
                    let fetch = QueueCalls.fetch(token: token, name: name)
                    try scene.play(
                        QueueCalls.a.moveToActive(fetch), QueueCalls.a.moveJobFromActiveToWait("1", token: token),
                        QueueCalls.a.moveToActive(now: QueueCalls.clock + 5, fetch),
                        QueueCalls.a.moveToFinished("1", .failed, options: ["token": .text(token)]),
                        QueueCalls.a.reprocessJob("1"), QueueCalls.a.moveToActive(fetch),
                        QueueCalls.a.moveToFinished("1", .failed, options: ["token": .text(token)]),
                        QueueCalls.a.reprocessJob("1", resetsAttemptsStarted: true), QueueCalls.a.moveToActive(fetch))
                }
            },
            DirectedCase("fields that are there already are written over", "scripts-move 3.12") { scene in
                for field: Bytes in ["processedOn", "pb", "ats", "defa"] {
                    for name in [nil, "w"] {
                        try scene.begin("\(field), name \(name ?? "none")")
                        try scene.call(QueueCalls.a.addStandardJob())
                        try scene.command("HSET", "q:a:1", field, "0")
                        try scene.call(QueueCalls.a.moveToActive(QueueCalls.fetch(name: name)))
                    }
                }
            },
            DirectedCase("a job without data is handed out all the same", "scripts-move 3.12") { scene in
                try scene.command("LPUSH", "q:a:wait", "ghost")
                try scene.expect(try scene.take() == "ghost", "the ghost is taken")
            },
            DirectedCase("what is missing in the options is an error", "scripts-move 3.12") { scene in
                for fetch: MessagePack in [["token": "t"], [:], ["lockDuration": 5]] {
                    try scene.begin("\(fetch)")
                    try scene.call(QueueCalls.a.addStandardJob())
                    try scene.call(failing: QueueCalls.a.moveToActive(fetch))
                }
            },
            DirectedCase("due jobs are promoted in any state of the queue", "scripts-move 3.9") { scene in
                for blocking in Blocking.allCases {
                    try scene.begin(blocking.rawValue)
                    for (delay, priority) in [(1, 0), (2, 3), (3, 0), (3, 3), (9, 0)] {
                        try scene.call(
                            QueueCalls.a.addDelayedJob(options: [
                                "delay": .integer(delay), "priority": .integer(priority),
                            ]))
                    }
                    try scene.command("DEL", "q:a:marker")
                    try blocking.apply(scene)
                    try scene.call(QueueCalls.a.moveToActive(now: QueueCalls.clock + 3))
                    try scene.call(QueueCalls.a.moveToActive(now: QueueCalls.clock + 8))
                }
            },
            DirectedCase("at most a thousand are promoted at a time, without looking at their data", "scripts-move 3.9")
            { scene in
                try scene.commands(
                    (0..<1005).flatMap { number -> [[Bytes]] in
                        let score = Bytes("\((QueueCalls.clock + number) * 4096)")
                        let add: [Bytes] = ["ZADD", "q:a:delayed", score, Bytes("j\(number)")]
                        let priority: [Bytes] = ["HSET", Bytes("q:a:j\(number)"), "priority", Bytes("\(number % 3)")]
                        return number == 7 ? [add] : [add, priority]
                    })
                try scene.take(now: QueueCalls.clock + 2000)
                try scene.expect(try scene.command("ZCARD", "q:a:delayed") == .integer(5), "5 are left")
                try scene.take(now: QueueCalls.clock + 2000)
            },
            DirectedCase("only scores from 0 on are promoted", "scripts-move 3.9") { scene in
                try scene.command("ZADD", "q:a:delayed", "-5", "negative", "6963200000000000", "due")
                try scene.command("HSET", "q:a:due", "priority", "0")
                for _ in 0..<3 { try scene.call(QueueCalls.a.moveToActive()) }
            },
            DirectedCase("nothing is promoted and found twice", "scripts-move 3.13") { scene in
                try scene.play(
                    QueueCalls.a.addDelayedJob(options: ["delay": 1]),
                    QueueCalls.a.moveToActive(now: QueueCalls.clock + 1),
                    QueueCalls.a.moveToActive(now: QueueCalls.clock + 1))
            },
            DirectedCase("the queue's maximum beats the worker's, the worker's window the queue's", "scripts-move 3.10")
            { scene in
                for maximum in [nil, 1, 2] {
                    for limiter: MessagePack? in [
                        nil, ["max": 1, "duration": 5000], ["max": 2, "duration": .double(70_000.7)],
                    ] {
                        for fails in [false, true] {
                            for fetches in [false, true] {
                                try scene.begin("queue \(maximum ?? 0), worker \(limiter ?? nil), defa \(fails)")
                                try limit(scene, maximum, limiter, fails, fetches)
                            }
                        }
                    }
                }
            },
            DirectedCase("a limit without a window is an error, a counter without expiry is none", "scripts-move 3.10")
            { scene in
                try scene.set("max", "1")
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(failing: QueueCalls.a.moveToActive())
                try scene.begin("no expiry")
                try scene.command("SET", "q:a:limiter", "5")
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(QueueCalls.a.moveToActive(QueueCalls.fetch(limiter: ["max": 2, "duration": 100])))
                try scene.begin("no duration")
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(failing: QueueCalls.a.moveToActive(QueueCalls.fetch(limiter: ["max": 2])))
            },
            DirectedCase("the limit is told before the pause", "scripts-move 3.13") { scene in
                try scene.set("max", "1")
                try scene.set("paused", "1")
                try scene.command("SET", "q:a:limiter", "1", "PX", "50000")
                try scene.call(QueueCalls.a.moveToActive())
            },
            DirectedCase("markers of old releases are taken out of the line", "scripts-move 3.13") { scene in
                for marker: Bytes in ["0:0", "0:1234"] {
                    for others: [Bytes] in [[], ["x"], ["0:0"]] {
                        for isPrioritized in [false, true] {
                            try scene.begin("\(marker), others \(others), prioritized \(isPrioritized)")
                            try scene.commands([["RPUSH", "q:a:wait"] + others + [marker]])
                            if isPrioritized { try scene.command("ZADD", "q:a:prioritized", "1", "y") }
                            try scene.play(QueueCalls.a.moveToActive(), QueueCalls.a.moveToActive())
                        }
                    }
                }
            },
            DirectedCase("a fetch after a finish treats such markers in its own way", "scripts-move 3.13") { scene in
                for (marker, isPrioritized): (Bytes, Bool) in [("0:0", true), ("0:123", false), ("0:123", true)] {
                    for others: [Bytes] in [[], ["x"]] {
                        try scene.begin("\(marker), others \(others), prioritized \(isPrioritized)")
                        try scene.activate("z")
                        try scene.commands([["RPUSH", "q:a:wait"] + others + [marker]])
                        if isPrioritized { try scene.command("ZADD", "q:a:prioritized", "1", "y") }
                        try scene.call(QueueCalls.a.moveToFinished("z", fetches: true))
                    }
                }
            },
        ])

    private static func limit(
        _ scene: Scene, _ maximum: Int?, _ limiter: MessagePack?, _ fails: Bool, _ fetches: Bool
    ) throws {
        if let maximum {
            try scene.set("max", Bytes("\(maximum)"))
            try scene.set("duration", "50000")
        }
        for id in 0..<4 { try scene.call(QueueCalls.a.addStandardJob(id: "j\(id)")) }
        if fails { for id in 0..<2 { try scene.command("HSET", Bytes("q:a:j\(id)"), "defa", "x") } }
        let fetch = QueueCalls.fetch(limiter: limiter)
        for _ in 0..<4 {
            if let id = try scene.call(QueueCalls.a.moveToActive(fetch)).takenJob {
                try scene.call(QueueCalls.a.moveToFinished(id, fetches: fetches, options: fetch))
            }
            try scene.play(QueueCalls.a.getRateLimitTtl(), QueueCalls.a.getRateLimitTtl(maximum: 2))
        }
    }
}
