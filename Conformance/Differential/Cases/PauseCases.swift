// Owns the directed cases of `pause`.

import Witness

enum PauseCases {
    static let group = CaseGroup(
        "pause",
        [
            DirectedCase("pausing moves no job and takes the marker away", "scripts-move 4.16") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.pause(), replies: .integer(0))
                try scene.expect(try scene.keySpace()["q:a:marker"] == nil, "there is no marker")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.resume(), replies: .integer(0))
            },
            DirectedCase("resuming tells the workers what there is", "scripts-move 4.16") { scene in
                let queue = QueueCalls("q:a")
                let contents: [[ScriptCall]] = [
                    [], [queue.addStandardJob()], [queue.addPrioritizedJob(options: ["priority": 1])],
                    [queue.addDelayedJob(options: ["delay": 5])],
                    [queue.addDelayedJob(options: ["delay": 5]), queue.addStandardJob()],
                ]
                for calls in contents {
                    for event in [nil, "0", "1", ""] as [Argument?] {
                        for isMaxed in [false, true] {
                            try scene.begin("\(calls.map(\.script)), event \(event ?? "absent"), maxed \(isMaxed)")
                            for call in calls { try scene.call(call) }
                            if isMaxed { try scene.command("HSET", queue.key("meta"), "concurrency", "0") }
                            try scene.call(queue.pause(event: event), replies: .integer(0))
                            try scene.call(queue.pause(event: event), replies: .integer(0))
                            try scene.call(queue.resume(event: event), replies: .integer(0))
                            try scene.call(queue.resume(event: event), replies: .integer(0))
                        }
                    }
                }
            },
            DirectedCase("a short old list becomes the line, or joins it", "scripts-move 4.16") { scene in
                let queue = QueueCalls("q:a")
                for waiting in [[], ["w1", "w2"]] as [[Bytes]] {
                    for paused in [["p1"], ["p1", "p2", "p3"]] as [[Bytes]] {
                        try scene.begin("\(waiting), \(paused)")
                        try scene.call(queue.pause())
                        if !waiting.isEmpty { try scene.commands([["RPUSH", queue.key("wait")] + waiting]) }
                        try scene.commands([["RPUSH", queue.key("paused")] + paused])
                        try scene.call(queue.resume(), replies: .integer(0))
                    }
                }
            },
            DirectedCase(
                "resuming merges the old list `paused` at once", "scripts-move 4.16", deviation: .resumeInOneCall
            ) { scene in
                let queue = QueueCalls("q:a")
                for (waiting, paused) in [(3, 15_001), (3, 7_001)] {
                    try scene.begin("\(waiting) waiting, \(paused) paused")
                    try scene.commands((0..<paused).map { ["RPUSH", queue.key("paused"), Bytes("p\($0)")] })
                    try scene.commands((0..<waiting).map { ["RPUSH", queue.key("wait"), Bytes("w\($0)")] })
                    try scene.command("HSET", queue.key("meta"), "paused", "1")
                    let first = try scene.call(queue.resume(), differing: .resumeInOneCall)
                    try scene.expect(first.ours == .integer(0), "our reply is 0, not \(first.ours)")
                    var reply = first.reference
                    while reply != .integer(0) { reply = try scene.callReference(queue.resume(event: "0")) }
                    try scene.compare()
                }
            },
        ])
}
