// Owns the directed cases of the scripts that only read.

import Witness

enum ReadingCases {
    private static let states = [
        "wait", "active", "delayed", "prioritized", "completed", "failed", "waiting-children", "paused", "repeat",
    ]

    static let group = CaseGroup(
        "reading",
        [
            DirectedCase("jobs are counted, listed and found in every state", "scripts-read-and-remove 4.1 to 4.7") {
                scene in
                try fill(scene)
                try scene.call(QueueCalls.a.getCounts(states))
                try scene.call(QueueCalls.a.getCounts([]), replies: .array([]))
                for state in states {
                    for (first, last) in [
                        (0, -1), (0, 0), (0, 1), (1, 2), (2, 9), (9, 12), (-3, -1), (-2, 5), (1, -2), (0, -9),
                    ] {
                        for ascending in [false, true] {
                            try scene.call(QueueCalls.a.getRanges([state], first, last, ascending: ascending))
                            try scene.call(QueueCalls.a.getJobs([state], first, last, ascending: ascending))
                        }
                    }
                }
                try scene.play(QueueCalls.a.getRanges(states, 0, 2), QueueCalls.a.getJobs(states, 0, 2))
                let ids = try scene.keySpace().names.map(\.text).filter { $0.hasPrefix("q:a:") }.map {
                    String($0.dropFirst(4))
                }
                for id in ids { try scene.play(QueueCalls.a.getState(id), QueueCalls.a.getStateV2(id)) }
            },
            DirectedCase("a page is filled up past ids without data", "scripts-read-and-remove 4.5") { scene in
                for state in ["wait", "completed"] {
                    for reads in [1, 2, 5] {
                        try scene.begin("\(state), \(reads) reads")
                        for number in 0..<20 {
                            try scene.commands([
                                state == "wait"
                                    ? ["LPUSH", "q:a:wait", Bytes("j\(number)")]
                                    : ["ZADD", "q:a:completed", Bytes("\(number)"), Bytes("j\(number)")]
                            ])
                            if number % 3 == 0 { try scene.command("HSET", Bytes("q:a:j\(number)"), "name", "n") }
                        }
                        for ascending in [false, true] {
                            for (first, last) in [(0, 4), (3, 4), (18, 30), (25, 30), (0, -1)] {
                                try scene.call(
                                    QueueCalls.a.getJobs([state], first, last, ascending: ascending, maxReads: reads))
                            }
                        }
                    }
                }
            },
            DirectedCase("a marker of old releases is dropped by who reads a line", "scripts-read-and-remove 4") {
                scene in
                for state: Bytes in ["wait", "paused"] {
                    for others: [Bytes] in [[], ["x"], ["x", "y"]] {
                        for call in [
                            QueueCalls.a.getCounts([state.text]), QueueCalls.a.getRanges([state.text], ascending: true),
                            QueueCalls.a.getJobs([state.text], 0, 5), QueueCalls.a.getRanges([state.text]),
                        ] {
                            try scene.begin("\(state), \(others), \(call.script)")
                            try scene.commands([["RPUSH", "q:a:" + state] + others + ["0:5"]])
                            try scene.command("HSET", "q:a:x", "name", "n")
                            try scene.play(call, call)
                        }
                    }
                }
            },
            DirectedCase("a state that is no set is an error", "scripts-read-and-remove 4.1") { scene in
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(failing: QueueCalls.a.getCounts(["meta"]))
                try scene.call(failing: QueueCalls.a.getRanges(["meta"]))
                try scene.call(failing: QueueCalls.a.getJobs(["meta"]))
            },
            DirectedCase("priorities are counted by their scores", "scripts-read-and-remove 4.2") { scene in
                for priority in [0, 1, 1, 2, 2_097_151] {
                    try scene.call(
                        priority == 0
                            ? QueueCalls.a.addStandardJob()
                            : QueueCalls.a.addPrioritizedJob(options: ["priority": .integer(priority)]))
                }
                try scene.command("ZADD", "q:a:prioritized", "4294967296", "low", "8589934591", "high")
                try scene.call(QueueCalls.a.getCountsPerPriority([0, 1, 2, 3, 2_097_151, 5]))
            },
            DirectedCase("children are counted by kind", "scripts-read-and-remove 4.3") { scene in
                try scene.command("HSET", "q:a:p:processed", "a", "1", "b", "2")
                try scene.command("SADD", "q:a:p:dependencies", "c")
                try scene.command("HSET", "q:a:p:failed", "d", "1", "e", "2", "f", "3")
                try scene.command("ZADD", "q:a:p:unsuccessful", "1", "g", "2", "h", "3", "i", "4", "j")
                try scene.call(
                    QueueCalls.a.getDependencyCounts("p"), replies: .array([2, 1, 3, 4].map { .integer($0) }))
                try scene.play(
                    QueueCalls.a.getDependencyCounts("p", kinds: ["failed", "x", "processed"]),
                    QueueCalls.a.getDependencyCounts("none"))
            },
            DirectedCase("a job ends once, with its result on request", "scripts-read-and-remove 4.8") { scene in
                for flag: Argument? in [nil, "", "0", "1"] {
                    try scene.begin("\(flag ?? "no flag")")
                    try fill(scene)
                    try scene.command("ZADD", "q:a:completed", "1", "ghost")
                    try scene.command("HSET", "q:a:bare", "name", "n")
                    try scene.command("ZADD", "q:a:failed", "1", "bare")
                    for id in ["done", "broken", "later", "none", "ghost", "bare"] {
                        try scene.call(QueueCalls.a.isFinished(id, returnsValue: flag))
                    }
                }
            },
            DirectedCase("a list is searched for an id", "scripts-read-and-remove 4.9") { scene in
                try fill(scene)
                try scene.call(QueueCalls.a.isJobInList("waiting1"), replies: .integer(1))
                try scene.call(QueueCalls.a.isJobInList("none"), replies: .null)
            },
            DirectedCase("anything but a set or a hash is an error", "scripts-read-and-remove 4.10") { scene in
                try scene.call(QueueCalls.a.addStandardJob())
                for suffix in ["wait", "id", "marker", "events"] {
                    try scene.call(failing: QueueCalls.a.paginate(suffix))
                }
            },
            DirectedCase("metrics are read in ranges", "scripts-read-and-remove 4.6") { scene in
                try scene.call(QueueCalls.a.getMetrics(.failed))
                try scene.command("RPUSH", "q:a:metrics:failed:data", "1", "2", "3", "4")
                try scene.command("HSET", "q:a:metrics:failed", "count", "9", "prevTS", "5")
                for (first, last) in [(0, -1), (1, 2), (9, 12), (-2, -1)] {
                    try scene.call(QueueCalls.a.getMetrics(.failed, first, last))
                }
            },
        ])

    /// A job in each state, and several waiting.
    private static func fill(_ scene: Scene) throws {
        try scene.activate("done", "broken", "running")
        try scene.play(
            QueueCalls.a.moveToFinished("done", value: "5"),
            QueueCalls.a.moveToFinished("broken", .failed, value: "why"),
            QueueCalls.a.addDelayedJob(id: "later", options: ["delay": 5]),
            QueueCalls.a.addPrioritizedJob(id: "urgent", options: ["priority": 5]),
            QueueCalls.a.addParentJob(id: "parent"))
        for number in 1...4 { try scene.call(QueueCalls.a.addStandardJob(id: "waiting\(number)")) }
        try scene.command("LPUSH", "q:a:paused", "old")
        try scene.command("ZADD", "q:a:repeat", "5", "s")
    }
}
