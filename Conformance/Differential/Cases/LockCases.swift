// Owns the directed cases of locks, stalled jobs and limits: `extendLock`, `extendLocks`, `releaseLock`,
// `moveStalledJobsToWait`, `getRateLimitTtl`, `isMaxed`.

import Witness

enum LockCases {
    static let group = CaseGroup(
        "locks",
        [
            DirectedCase("only the owner extends or releases a lock", "scripts-move 4.11, 4.13") { scene in
                try scene.activate("1")
                try scene.command("SADD", "q:a:stalled", "1")
                for (token, reply) in [("t2", 0), ("0", 0), ("t1", 1)] {
                    try scene.call(
                        QueueCalls.a.extendLock("1", token: token, duration: 70_000), replies: .integer(reply))
                }
                for (token, reply) in [("t2", 0), ("t1", 1), ("t1", 0)] {
                    try scene.call(QueueCalls.a.releaseLock("1", token: token), replies: .integer(reply))
                }
                try scene.call(QueueCalls.a.extendLock("1"), replies: .integer(0))
            },
            DirectedCase("a lock is not extended by nothing", "scripts-move 4.11") { scene in
                for duration: Argument in [0, -5, 1.5] {
                    try scene.begin("\(duration)")
                    try scene.activate("1")
                    try scene.call(failing: QueueCalls.a.extendLock("1", duration: duration))
                    try scene.call(QueueCalls.a.extendLock("1", token: "t2", duration: duration), replies: .integer(0))
                }
            },
            DirectedCase("the lost ones of many locks are told in order", "scripts-move 4.12") { scene in
                for count in [0, 1, 2, 5] {
                    for tokens in [["t1"], ["t2"], ["t1", "t2", ""]] {
                        try scene.begin("\(count) locks, tokens \(tokens)")
                        let ids = (0..<count).map { "j\($0)" }
                        for id in ids { try scene.activate(id) }
                        if count > 3 { try scene.command("DEL", "q:a:j3:lock") }
                        try scene.command("SADD", "q:a:stalled", "j0", "j1", "z")
                        try scene.call(
                            QueueCalls.a.extendLocks(
                                ids, tokens: ids.indices.map { tokens[$0 % tokens.count] }, duration: 70_000))
                    }
                }
            },
            DirectedCase("thousands of locks are extended in pieces", "scripts-move 3.7") { scene in
                let ids = (0..<7_100).map { "j\($0)" }
                try scene.commands(ids.prefix(7_000).map { ["SET", Bytes("q:a:\($0):lock"), "t1", "PX", "90000"] })
                try scene.call(
                    QueueCalls.a.extendLocks(ids, tokens: ids.map { _ in "t1" }, duration: 90_000))
            },
        ])
}

enum StalledCases {
    static let group = CaseGroup(
        "moveStalledJobsToWait",
        [
            DirectedCase("a job is marked by one sweep and moved by the next", "scripts-move 4.10") { scene in
                for blocking in Blocking.allCases {
                    for maximum in 0...2 {
                        try scene.begin("\(blocking), at most \(maximum)")
                        try scene.activate("1")
                        try scene.call(QueueCalls.a.addPrioritizedJob(options: ["priority": 2]))
                        try scene.take()
                        try scene.command("DEL", "q:a:1:lock")
                        try scene.command("DEL", "q:a:marker")
                        try blocking.apply(scene)
                        try scene.call(QueueCalls.a.moveStalledJobsToWait(maximum: maximum), replies: .array([]))
                        try scene.call(QueueCalls.a.moveStalledJobsToWait(maximum: maximum), replies: .array([]))
                        for _ in 0..<3 {
                            try scene.command("DEL", "q:a:stalled-check")
                            try scene.call(QueueCalls.a.moveStalledJobsToWait(maximum: maximum))
                            try scene.command("RPOPLPUSH", "q:a:wait", "q:a:active")
                        }
                    }
                }
            },
            DirectedCase("jobs of schedulers stall as often as they like", "scripts-move 4.10") { scene in
                for (id, scheduler): (Bytes, Bytes?) in [("a", "s1"), ("b", "s2"), ("c", "s3"), ("d", nil)] {
                    if let scheduler { try scene.command("HSET", "q:a:" + id, "rjk", scheduler) }
                    try scene.command("LPUSH", "q:a:active", id)
                    try scene.command("SADD", "q:a:stalled", id)
                }
                try scene.command("HSET", "q:a:repeat:s1", "ic", "1")
                try scene.command("ZADD", "q:a:repeat", "1", "s2")
                try scene.call(QueueCalls.a.moveStalledJobsToWait(maximum: 0))
            },
            DirectedCase("what is marked but not there is skipped", "scripts-move 4.10") { scene in
                try scene.activate("1")
                try scene.command("LPUSH", "q:a:active", "0:0")
                try scene.command("SADD", "q:a:stalled", "0:0", "gone", "1")
                try scene.call(QueueCalls.a.moveStalledJobsToWait(), replies: .array([]))
            },
            DirectedCase("thousands of active jobs are marked in pieces", "scripts-move 3.7") { scene in
                try scene.commands((0..<7_100).map { ["LPUSH", "q:a:active", Bytes("j\($0)")] })
                try scene.call(QueueCalls.a.moveStalledJobsToWait(), replies: .array([]))
            },
        ])
}

enum LimitCases {
    static let group = CaseGroup(
        "limits",
        [
            DirectedCase("the rest of the limit depends on the maximum", "scripts-move 3.10, 4.17") { scene in
                let limits: [[Bytes]] = [
                    [], ["SET", "q:a:limiter", "3", "PX", "50000"], ["SET", "q:a:limiter", "3"],
                    ["SET", "q:a:limiter", "9007199254740991", "PX", "50000"],
                ]
                for limit in limits {
                    for stored: Bytes? in [nil, "2", "5"] {
                        try scene.begin("\(limit), stored \(stored ?? "none")")
                        if !limit.isEmpty { try scene.commands([limit]) }
                        if let stored { try scene.set("max", stored) }
                        for maximum: Argument in [0, 1, 3, 5] {
                            try scene.call(QueueCalls.a.getRateLimitTtl(maximum: maximum))
                        }
                    }
                }
            },
            DirectedCase("a queue is maxed at its concurrency, paused or not", "scripts-move 4.18") { scene in
                for blocking in Blocking.allCases {
                    try scene.begin(blocking.rawValue)
                    try blocking.apply(scene)
                    try scene.call(QueueCalls.a.isMaxed(), replies: blocking == .maxed ? .integer(1) : .null)
                }
            },
        ])
}
