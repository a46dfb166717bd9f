// Owns the directed cases of the deliberate deviations that no single script's file proves.

import Witness

enum DeviationCases {
    static let groups = [drain, fetch, finish, healing, locks]

    private static let drain = CaseGroup(
        "drain",
        [
            DirectedCase(
                "current iterations of schedulers stay in the lists, in their order", "scripts-read-and-remove 3.11",
                deviation: .exactDrain
            ) { scene in
                let queue = QueueCalls("q:a")
                let iterations = ["s": "repeat:s:5", "t": "repeat:t:6"]
                for order in [["a", "s", "b", "t", "c"], ["s", "a"], ["s", "a", "t", "b"]] {
                    try scene.begin(order.joined(separator: " "))
                    try scene.command("ZADD", queue.key("repeat"), "5", "s", "6", "t")
                    let ids = order.map { iterations[$0] ?? $0 }
                    for (place, id) in ids.enumerated() {
                        try scene.command("HSET", queue.key(id), "name", "n")
                        try scene.command("RPUSH", queue.key("wait"), Bytes(id))
                        try scene.command("RPUSH", queue.key("paused"), Bytes(id))
                        try scene.command("ZADD", queue.key("delayed"), Bytes("\(place)"), Bytes(id))
                        try scene.command("ZADD", queue.key("prioritized"), Bytes("\(place)"), Bytes(id))
                    }
                    _ = try scene.call(queue.drain(delayed: true), differing: .exactDrain)
                    let kept = ids.filter { $0.hasPrefix("repeat") }.map { Bytes($0) }
                    let keys = try scene.keySpace()
                    for list in ["wait", "paused"] {
                        try scene.expect(keys[queue.key(list)]?.content == .list(kept), "\(list) holds \(kept)")
                    }
                    for id in ids {
                        let isKept = kept.contains(Bytes(id))
                        try scene.expect((keys[queue.key(id)] != nil) == isKept, "\(id) is \(isKept ? "kept" : "gone")")
                    }
                }
            },
            DirectedCase("without iterations among the removed both sides agree", "scripts-read-and-remove 6.5") {
                scene in
                let queue = QueueCalls("q:a")
                for order in [["a", "b"], ["a", "repeat:s:5"], ["repeat:s:5"], []] {
                    try scene.begin(order.joined(separator: " "))
                    try scene.command("ZADD", queue.key("repeat"), "5", "s")
                    for id in order { try scene.command("RPUSH", queue.key("wait"), Bytes(id)) }
                    try scene.call(queue.drain())
                }
            },
        ])

    private static let healing = CaseGroup(
        "moveStalledJobsToWait",
        [
            DirectedCase(
                "a list of paused jobs is appended to the line of a queue that is not paused", "versions 2.6",
                deviation: .healing
            ) { scene in
                let queue = QueueCalls("q:a")
                for waiting in [[], ["w"]] as [[Bytes]] {
                    try scene.begin("waiting \(waiting)")
                    for id in waiting { try scene.command("RPUSH", queue.key("wait"), id) }
                    try scene.command("RPUSH", queue.key("paused"), "a", "b")
                    _ = try scene.call(queue.moveStalledJobsToWait(maximum: 1), differing: .healing)
                    let keys = try scene.keySpace()
                    try scene.expect(
                        keys[queue.key("wait")]?.content == .list(waiting + ["a", "b"]), "all are in line")
                    try scene.expect(keys[queue.key("paused")] == nil, "the list is gone")
                }
            }
        ])

    private static let fetch = CaseGroup(
        "moveToFinished",
        [
            DirectedCase(
                "an old marker and no prioritized job: nothing is taken", "scripts-move 3.13",
                deviation: .legacyMarkerWithoutJobs
            ) { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.moveToActive())
                try scene.command("RPUSH", queue.key("wait"), "0:0")
                let replies = try scene.call(
                    queue.moveToFinished("1", fetches: true), differing: .legacyMarkerWithoutJobs)
                try scene.expect(replies.ours == .integer(0), "our reply is 0, not \(replies.ours)")
                let keys = try scene.keySpace()
                try scene.expect(keys[queue.key("completed")] != nil, "the job is completed")
                try scene.expect(keys[queue.key("wait")] == nil, "the marker is gone")
                try scene.expect(keys[queue.key("active")] == nil, "nothing is active")
            }
        ])

    private static let finish = CaseGroup(
        "moveToFinished",
        [
            DirectedCase(
                "a stored parent without id or queue is completed from the parent's key", "scripts-move 3.15",
                deviation: .parentFromKey
            ) { scene in
                let queue = QueueCalls("q:a")
                for parent in ["{\"queueKey\":\"q:b\"}", "{\"id\":\"p\"}", "{}"] {
                    try scene.begin(parent)
                    try scene.call(QueueCalls("q:b").addParentJob(id: "p"))
                    try scene.call(queue.addStandardJob(parent: ParentReference("q:b", "p")))
                    try scene.call(queue.moveToActive())
                    try scene.command("HSET", queue.key("1"), "parent", Bytes(parent))
                    let replies = try scene.call(queue.moveToFinished("1"), differing: .parentFromKey)
                    try scene.expect(replies.ours == .integer(0), "our reply is 0, not \(replies.ours)")
                    let keys = try scene.keySpace()
                    try scene.expect(keys["q:b:wait"]?.content == .list(["p"]), "the parent is released")
                    try scene.expect(keys["q:b:p:processed"] != nil, "the parent knows the result")
                }
            },
            DirectedCase(
                "a failed child of an old release is ignored as its options say", "versions 4",
                deviation: .policyFromOptions
            ) { scene in
                let queue = QueueCalls("q:a")
                try scene.call(QueueCalls("q:b").addParentJob(id: "p"))
                try scene.call(queue.addStandardJob(parent: ParentReference("q:b", "p")))
                try scene.call(queue.moveToActive())
                try scene.command("HSET", queue.key("1"), "opts", "{\"idof\":true}")
                let replies = try scene.call(
                    queue.moveToFinished("1", .failed), differing: .policyFromOptions)
                try scene.expect(replies.ours == .integer(0), "our reply is 0, not \(replies.ours)")
                let keys = try scene.keySpace()
                try scene.expect(keys["q:b:wait"]?.content == .list(["p"]), "the parent is released")
                try scene.expect(keys["q:b:p:failed"] != nil, "the parent knows the failure")
            },
        ])

    private static let locks = CaseGroup(
        "extendLocks",
        [
            DirectedCase(
                "a duration that is not positive is refused", "scripts-move 4.12", deviation: .positiveLockDuration
            ) { scene in
                let queue = QueueCalls("q:a")
                for (duration, tokens) in [("0", ["t2"]), ("-5", ["t2"]), ("0", ["t2", "t2"])] as [(Argument, [String])]
                {
                    try scene.begin("\(duration), \(tokens.count) locks")
                    let ids = Array(["1", "2"].prefix(tokens.count))
                    for _ in ids { try scene.call(queue.addStandardJob()) }
                    for _ in ids { try scene.call(queue.moveToActive()) }
                    let replies = try scene.call(
                        queue.extendLocks(ids, tokens: tokens, duration: duration), differing: .positiveLockDuration)
                    guard case .error = replies.ours else {
                        try scene.expect(false, "our reply is an error, not \(replies.ours)")
                        return
                    }
                    let keys = try scene.keySpace()
                    for id in ids { try scene.expect(keys[queue.key("\(id):lock")] != nil, "the lock of \(id) stays") }
                }
            },
            DirectedCase("both sides refuse when a lock would be extended", "scripts-move 4.12") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.moveToActive())
                try scene.call(failing: queue.extendLocks(["1"], tokens: ["t1"], duration: 0))
            },
        ])
}
