// Owns the directed cases of `moveToFinished` but for what a child's end does to its parent.

import Witness

enum MoveToFinishedCases {
    static let group = CaseGroup(
        "moveToFinished",
        [
            DirectedCase("each code has its reason, in this order", "scripts-move 4.2") { scene in
                for state in FinishedState.allCases {
                    try scene.begin(state.rawValue)
                    let finish = { (token: MessagePack) in
                        QueueCalls.a.moveToFinished("1", state, options: ["token": token])
                    }
                    try scene.call(finish("t1"), replies: .integer(-1))
                    try scene.call(QueueCalls.a.addStandardJob())
                    try scene.call(finish("t1"), replies: .integer(-2))
                    try scene.call(finish("0"), replies: .integer(-3))
                    try scene.take()
                    try scene.call(finish("t2"), replies: .integer(-6))
                    try scene.command("SADD", "q:a:1:dependencies", "x")
                    try scene.command("ZADD", "q:a:1:unsuccessful", "1", "x")
                    if state == .completed {
                        try scene.call(finish("t2"), replies: .integer(-4))
                        try scene.command("DEL", "q:a:1:dependencies")
                        try scene.call(finish("t2"), replies: .integer(-9))
                        try scene.command("DEL", "q:a:1:unsuccessful")
                    }
                    try scene.call(finish("t1"), replies: .integer(0))
                }
            },
            DirectedCase("a job that is not active has lost its lock and got its fields", "scripts-move 7") { scene in
                for state in FinishedState.allCases {
                    try scene.begin(state.rawValue)
                    try scene.activate("1")
                    try scene.command("DEL", "q:a:active")
                    try scene.call(
                        QueueCalls.a.moveToFinished("1", state, fields: ["failedReason", "why", "n", 5]),
                        replies: .integer(-3))
                }
            },
            DirectedCase("fields come packed, as nothing, or as an empty text", "scripts-move 3.4") { scene in
                for fields: MessagePack? in [nil, .null, ["failedReason", "x", "stacktrace", "[]", "tm", "t"]] {
                    try scene.begin("\(fields ?? "none")")
                    try scene.activate("1")
                    try scene.call(QueueCalls.a.moveToFinished("1", .failed, value: "x", fields: fields))
                }
                try scene.begin("no pair")
                try scene.activate("1")
                try scene.call(failing: QueueCalls.a.moveToFinished("1", .failed, fields: []))
            },
            DirectedCase("a deferred failure is cleared by a failure that is kept", "scripts-move 3.22") { scene in
                for state in FinishedState.allCases {
                    for keep: MessagePack in [["count": -1], ["count": 0]] {
                        try scene.begin("\(state), \(keep)")
                        try scene.activate("1")
                        try scene.command("HSET", "q:a:1", "defa", "x")
                        try scene.call(QueueCalls.a.moveToFinished("1", state, options: ["keepJobs": keep]))
                    }
                }
            },
            DirectedCase("exhausted retries are announced", "scripts-move 4.2") { scene in
                for attempts in 0...3 {
                    try scene.begin("\(attempts) attempts")
                    try scene.activate("1")
                    try scene.command("HSET", "q:a:1", "atm", "1")
                    try scene.call(
                        QueueCalls.a.moveToFinished("1", .failed, options: ["attempts": .integer(attempts)]))
                }
                try scene.begin("no attempts")
                try scene.activate("1")
                try scene.call(failing: QueueCalls.a.moveToFinished("1", .failed, options: ["attempts": nil]))
            },
            DirectedCase("a queue is drained when nothing waits, runs or has a priority", "scripts-move 4.2") { scene in
                let rest: [ScriptCall] = [
                    QueueCalls.a.addStandardJob(), QueueCalls.a.addPrioritizedJob(options: ["priority": 1]),
                    QueueCalls.a.addDelayedJob(options: ["delay": 5]), QueueCalls.a.addParentJob(),
                ]
                for fetches in [false, true] {
                    for index in -1..<rest.count {
                        for blocking in Blocking.allCases {
                            try scene.begin("fetch \(fetches), rest \(index), \(blocking)")
                            try scene.activate("x")
                            if index >= 0 { try scene.call(rest[index]) }
                            try blocking.apply(scene)
                            try scene.call(QueueCalls.a.moveToFinished("x", fetches: fetches))
                        }
                    }
                }
            },
            DirectedCase("the event cap is written when the queue has none", "scripts-move 2") { scene in
                try scene.activate("x")
                try scene.command("DEL", "q:a:meta")
                try scene.call(QueueCalls.a.moveToFinished("x"))
                try scene.begin("a small cap")
                try scene.set("opts.maxLenEvents", "3")
                for number in 0..<120 {
                    try scene.activate("j\(number)")
                    try scene.call(QueueCalls.a.moveToFinished("j\(number)"))
                }
            },
            DirectedCase("the next job may be due just now", "scripts-move 3.13") { scene in
                for token in ["t1", "0"] {
                    try scene.begin("token \(token)")
                    try scene.activate("x")
                    try scene.play(
                        QueueCalls.a.addDelayedJob(id: "d", options: ["delay": 5, "priority": 2]),
                        QueueCalls.a.moveToFinished(
                            "x", now: QueueCalls.clock + 5, fetches: true,
                            options: QueueCalls.fetch(token: "t1", name: "w")))
                    try scene.expect(try scene.command("LLEN", "q:a:active") == .integer(1), "it is taken")
                }
            },
            DirectedCase("finished jobs are kept by age, then by count", "scripts-move 3.18") { scene in
                for keep: MessagePack in [
                    ["count": 1], ["age": 1, "limit": 2], ["age": 1, "limit": 1], ["age": 0], ["count": 2, "age": 2],
                    ["age": 1, "limit": 5], ["count": 3, "age": 0], ["count": 0, "age": 1], [:], ["count": 100],
                ] {
                    for isChild in [false, true] {
                        try scene.begin("\(keep), children \(isChild)")
                        try retain(scene, keep, isChild)
                    }
                }
            },
            DirectedCase("many finished jobs are dropped in pieces", "scripts-move 3.7") { scene in
                for keep: MessagePack in [["count": 2], ["age": 0, "limit": 8000], ["age": 0]] {
                    try scene.begin("\(keep)")
                    try scene.commands(
                        (0..<9003).map {
                            ["ZADD", "q:a:completed", Bytes("\(QueueCalls.clock + $0)"), Bytes("j\($0)")]
                        })
                    try scene.activate("1")
                    try scene.call(
                        QueueCalls.a.moveToFinished("1", now: QueueCalls.clock + 99_999, options: ["keepJobs": keep]))
                }
            },
            DirectedCase("the policies in the options are not read", "scripts-move 4.2") { scene in
                for policy in ["fpof", "cpof", "idof", "rdof"] {
                    try scene.begin(policy)
                    try scene.play(
                        QueueCalls.b.addParentJob(id: "p"),
                        QueueCalls.a.addStandardJob(parent: QueueCalls.b.parent("p")))
                    try scene.take()
                    try scene.call(QueueCalls.a.moveToFinished("1", .failed, options: [policy: true]))
                    try scene.expect(try scene.keySpace()["q:b:p:dependencies"] != nil, "the parent still waits")
                }
            },
            DirectedCase("a metrics size that is missing is an error, not off", "scripts-move 4.2") { scene in
                try scene.activate("1", "2")
                try scene.call(QueueCalls.a.moveToFinished("1", options: ["maxMetricsSize": 3]))
                try scene.call(
                    failing: QueueCalls.a.moveToFinished(
                        "2", now: QueueCalls.clock + 60_000, options: ["maxMetricsSize": nil]))
            },
            DirectedCase("metrics count by the minute", "scripts-move 3.19") { scene in
                for state in FinishedState.allCases {
                    try scene.begin(state.rawValue)
                    var now = QueueCalls.clock
                    for step in [0, 1000, 300_000, 10, 60_000, 0, 50_000_000, -90_000, 60_000, 60_000] {
                        now += step
                        try scene.call(QueueCalls.a.addStandardJob())
                        let id = try scene.take(now: now)
                        try scene.play(
                            QueueCalls.a.moveToFinished(id, state, now: now, options: ["maxMetricsSize": 4]),
                            QueueCalls.a.getMetrics(state))
                    }
                }
                try scene.begin("a long pause")
                try scene.activate("1", "2")
                let size: MessagePack = ["maxMetricsSize": 20_000]
                try scene.play(
                    QueueCalls.a.moveToFinished("1", options: size),
                    QueueCalls.a.moveToFinished("2", now: QueueCalls.clock + 60_000 * 15_000, options: size))
            },
        ])

    private static func retain(_ scene: Scene, _ keep: MessagePack, _ isChild: Bool) throws {
        let start = QueueCalls.clock
        try scene.call(QueueCalls.b.addParentJob(id: "p"))
        for _ in 0..<6 {
            try scene.call(QueueCalls.a.addStandardJob(parent: isChild ? QueueCalls.b.parent("p") : nil))
        }
        for index in 0..<6 { try scene.take(now: start + index * 700) }
        for index in 0..<5 { try scene.call(QueueCalls.a.moveToFinished("\(index + 1)", now: start + index * 700)) }
        try scene.call(QueueCalls.a.moveToFinished("6", now: start + 4200, options: ["keepJobs": keep]))
        // Unfinished children that are dropped leave their parent, too.
        try scene.command("SADD", "q:b:p:dependencies", "q:a:6", "q:a:7")
        try scene.call(QueueCalls.a.addStandardJob(id: "7", parent: isChild ? QueueCalls.b.parent("p") : nil))
        try scene.take()
        try scene.call(
            QueueCalls.a.moveToFinished("7", .failed, now: start + 9000, options: ["keepJobs": ["count": 0]]))
        try scene.activate("8")
        try scene.call(QueueCalls.a.moveToFinished("8", now: start + 99_000, options: ["keepJobs": keep]))
    }
}
