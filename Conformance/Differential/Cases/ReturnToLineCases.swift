// Owns the directed cases of the scripts that take an active or finished job back: `moveToDelayed`, `retryJob`,
// `moveJobFromActiveToWait`, `moveToWaitingChildren`, `reprocessJob`, `moveJobsToWait`.

import Witness

enum MoveToDelayedCases {
    static let group = CaseGroup(
        "moveToDelayed",
        [
            DirectedCase("each code has its reason, in this order", "scripts-move 4.3") { scene in
                let call = { (token: String) in
                    QueueCalls.a.moveToDelayed("1", delay: 5, token: token, fields: ["n", "v"])
                }
                try scene.call(call("t1"), replies: .integer(-1))
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(call("t1"), replies: .integer(-2))
                try scene.call(call("0"), replies: .integer(-3))
                try scene.take()
                try scene.call(call("t2"), replies: .integer(-6))
                try scene.call(call("t1"), replies: .integer(0))
            },
            DirectedCase("delay, attempt, fields and fetch combine, under both names", "scripts-move 4.3") { scene in
                for delay: Argument in [0, 1000, 5, -5, 1.5] {
                    for skips in [false, true] {
                        for fetch: MessagePack? in [nil, QueueCalls.fetch(name: "w"), QueueCalls.fetch(token: "0")] {
                            for waiting in [0, 1] {
                                for blocking in Blocking.allCases {
                                    for isOld in [false, true] {
                                        try scene.begin(
                                            "\(delay), \(skips), \(fetch ?? "none"), \(waiting), \(blocking)")
                                        try scene.activate("x")
                                        if waiting > 0 {
                                            try scene.call(QueueCalls.a.addStandardJob(options: ["lifo": true]))
                                        }
                                        try blocking.apply(scene)
                                        let call = QueueCalls.a.moveToDelayed(
                                            "x", delay: delay, skipsAttempt: skips,
                                            fields: skips ? nil : ["failedReason", "why"], fetch: fetch)
                                        try scene.call(isOld ? QueueCalls.a.moveToDelayed12(call) : call)
                                    }
                                }
                            }
                        }
                    }
                }
            },
            DirectedCase("a fetch that finds no job is not told", "scripts-move 4.3") { scene in
                try scene.set("max", "1")
                try scene.set("duration", "50000")
                for _ in 0..<2 { try scene.call(QueueCalls.a.addStandardJob()) }
                let id = try scene.take()
                try scene.call(
                    QueueCalls.a.moveToDelayed(id, delay: 5, fetch: QueueCalls.fetch()), replies: .integer(0))
            },
        ])
}

enum RetryJobCases {
    static let group = CaseGroup(
        "retryJob",
        [
            DirectedCase("each code has its reason, after due jobs were promoted", "scripts-move 4.6") { scene in
                let call = { (token: String) in
                    QueueCalls.a.retryJob("1", now: QueueCalls.clock + 9, token: token, fields: ["n", "v"])
                }
                let due = QueueCalls.a.addDelayedJob(options: ["delay": 1])
                try scene.play(QueueCalls.a.addStandardJob(id: "x"), due)
                try scene.call(call("t1"), replies: .integer(-1))
                try scene.play(QueueCalls.a.addStandardJob(id: "1", options: ["lifo": true]), due)
                try scene.call(call("t1"), replies: .integer(-2))
                try scene.call(call("0"), replies: .integer(-3))
                try scene.take()
                try scene.call(call("t2"), replies: .integer(-6))
                try scene.call(call("t1"), replies: .integer(0))
            },
            DirectedCase("the side, the priority and the queue's state decide the place", "scripts-move 4.6") { scene in
                for push in Push.allCases {
                    for priority in [0, 3] {
                        for blocking in Blocking.allCases {
                            try scene.begin("\(push), priority \(priority), \(blocking)")
                            try scene.activate("1")
                            try scene.command("HSET", "q:a:1", "priority", Bytes("\(priority)"))
                            try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 1]))
                            try scene.command("DEL", "q:a:marker")
                            try blocking.apply(scene)
                            try scene.call(QueueCalls.a.retryJob("1", push: push, now: QueueCalls.clock + 5))
                        }
                    }
                }
            },
        ])
}

enum MoveJobFromActiveToWaitCases {
    static let group = CaseGroup(
        "moveJobFromActiveToWait",
        [
            DirectedCase("each code has its reason, and a job that is not active none", "scripts-move 4.5") { scene in
                let call = { (token: String) in QueueCalls.a.moveJobFromActiveToWait("1", token: token) }
                try scene.call(call("t1"), replies: .integer(-1))
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(call("t1"), replies: .integer(-2))
                try scene.call(call("0"), replies: .integer(0))
                try scene.take()
                try scene.call(call("t2"), replies: .integer(-6))
                try scene.call(call("t1"), replies: .integer(0))
            },
            DirectedCase("the job is in front, and the rest of the limit is told", "scripts-move 4.5") { scene in
                for priority in [0, 3] {
                    for blocking in Blocking.allCases {
                        for limit: [Bytes] in [[], ["PX", "50000"], ["EX", "9"]] {
                            try scene.begin("priority \(priority), \(blocking), \(limit)")
                            try scene.activate("1", "2")
                            try scene.command("HSET", "q:a:1", "priority", Bytes("\(priority)"))
                            try scene.command("DEL", "q:a:marker")
                            try blocking.apply(scene)
                            try scene.commands([["SET", "q:a:limiter", "3"] + limit])
                            try scene.call(QueueCalls.a.moveJobFromActiveToWait("1"))
                        }
                    }
                }
            },
        ])
}

enum MoveToWaitingChildrenCases {
    static let group = CaseGroup(
        "moveToWaitingChildren",
        [
            DirectedCase("each code has its reason, in this order", "scripts-move 4.4") { scene in
                let call = { (token: String) in QueueCalls.a.moveToWaitingChildren("1", token: token) }
                try scene.call(call("t1"), replies: .integer(-1))
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.command("ZADD", "q:a:1:unsuccessful", "1", "c")
                try scene.call(call("t1"), replies: .integer(-9))
                try scene.command("DEL", "q:a:1:unsuccessful")
                try scene.call(call("t1"), replies: .integer(1))
                try scene.command("SADD", "q:a:1:dependencies", "q:a:c")
                try scene.call(call("t1"), replies: .integer(-2))
                try scene.call(call("0"), replies: .integer(-3))
                try scene.take()
                try scene.call(call("t2"), replies: .integer(-6))
                try scene.call(call("t1"), replies: .integer(0))
            },
            DirectedCase("a named child is waited for while it is pending", "scripts-move 4.4") { scene in
                try scene.activate("1")
                try scene.command("SADD", "q:a:1:dependencies", "q:a:c")
                try scene.call(QueueCalls.a.moveToWaitingChildren("1", child: "q:a:d"), replies: .integer(1))
                try scene.call(QueueCalls.a.moveToWaitingChildren("1", child: "q:a:c"), replies: .integer(0))
            },
        ])
}

enum ReprocessJobCases {
    static let group = CaseGroup(
        "reprocessJob",
        [
            DirectedCase("each code has its reason", "scripts-move 4.7") { scene in
                for isOld in [false, true] {
                    try scene.begin("old name \(isOld)")
                    let plain = QueueCalls.a.reprocessJob("1")
                    let call = isOld ? QueueCalls.a.reprocessJob8(plain) : plain
                    try scene.call(call, replies: .integer(-1))
                    try scene.call(QueueCalls.a.addStandardJob())
                    try scene.call(call, replies: .integer(-3))
                    try scene.take()
                    try scene.call(QueueCalls.a.moveToFinished("1", .failed))
                    try scene.call(call, replies: .integer(1))
                }
            },
            DirectedCase("the job joins its line and its parent again", "scripts-move 4.7, 8") { scene in
                for state in FinishedState.allCases {
                    for policy in [nil, "fpof", "idof", "rdof", "gone"] {
                        for priority in [0, 3] {
                            for push in Push.allCases {
                                for way in ["reprocessJob", "reprocessJob-8", "moveJobsToWait"]
                                where
                                    way != "reprocessJob-8" || priority == 0
                                {
                                    try scene.begin("\(state), \(policy ?? "no policy"), \(priority), \(push), \(way)")
                                    try again(scene, state, policy, priority, push, way)
                                }
                            }
                        }
                    }
                }
            },
            DirectedCase("the queue's state decides about the marker", "scripts-move 4.7") { scene in
                for blocking in Blocking.allCases {
                    for priority in [0, 3] {
                        try scene.begin("\(blocking), \(priority)")
                        try scene.call(QueueCalls.a.addStandardJob(options: ["priority": .integer(priority)]))
                        try scene.take()
                        try scene.call(QueueCalls.a.moveToFinished("1", .failed))
                        try scene.command("DEL", "q:a:marker")
                        try blocking.apply(scene)
                        try scene.call(QueueCalls.a.reprocessJob("1"))
                    }
                }
            },
        ])

    private static func again(
        _ scene: Scene, _ state: FinishedState, _ policy: String?, _ priority: Int, _ push: Push, _ way: String
    ) throws {
        let parent = QueueCalls.b.parent("p", policy == "gone" ? nil : policy)
        try scene.play(
            QueueCalls.b.addParentJob(id: "p"),
            QueueCalls.a.addStandardJob(id: "k", parent: parent, options: ["priority": .integer(priority)]))
        try scene.take()
        try scene.call(QueueCalls.a.moveToFinished("k", state, value: "x"))
        if policy == "gone" { try scene.command("DEL", "q:b:p") }
        let call = QueueCalls.a.reprocessJob(
            "k", state, push: push, resetsAttemptsMade: priority == 0, resetsAttemptsStarted: push == .left)
        switch way {
        case "reprocessJob": try scene.call(call, replies: .integer(1))
        case "reprocessJob-8": try scene.call(QueueCalls.a.reprocessJob8(call), replies: .integer(1))
        default: try scene.call(QueueCalls.a.moveJobsToWait(state.rawValue), replies: .integer(0))
        }
    }
}

enum MoveJobsToWaitCases {
    static let group = CaseGroup(
        "moveJobsToWait",
        [
            DirectedCase("a full batch asks for another call", "scripts-move 4.8") { scene in
                for id in ["1", "2", "3"] {
                    try scene.activate(id)
                    try scene.call(QueueCalls.a.moveToFinished(id, .failed))
                }
                try scene.call(QueueCalls.a.moveJobsToWait("failed", count: 2), replies: .integer(1))
                try scene.call(QueueCalls.a.moveJobsToWait("failed", count: 2), replies: .integer(0))
                try scene.call(QueueCalls.a.moveJobsToWait("failed", count: 2), replies: .integer(0))
            },
            DirectedCase("delayed jobs keep their delay, and a bound leaves later ones", "scripts-move 4.8") { scene in
                for blocking in Blocking.allCases {
                    try scene.begin(blocking.rawValue)
                    for delay in [1, 2000] {
                        try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": .integer(delay)]))
                    }
                    try blocking.apply(scene)
                    try scene.play(
                        QueueCalls.a.moveJobsToWait("delayed", upTo: .number((QueueCalls.clock + 5) * 4096)),
                        QueueCalls.a.moveJobsToWait("delayed", upTo: "1.7976931348623157e+308"))
                }
            },
            DirectedCase("many jobs are moved in pieces", "scripts-move 3.7") { scene in
                try scene.commands((0..<15_003).map { ["ZADD", "q:a:failed", Bytes("\($0)"), Bytes("j\($0)")] })
                try scene.call(QueueCalls.a.moveJobsToWait("failed", count: 15_003), replies: .integer(1))
            },
        ])
}
