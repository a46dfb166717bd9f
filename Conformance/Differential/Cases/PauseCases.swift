// Owns the directed cases of `pause`.

import Witness

enum PauseCases {
    static let group = CaseGroup(
        "pause",
        [
            DirectedCase("pausing moves no job and takes the marker away", "scripts-move 3.17") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.pause(), replies: .integer(0))
                try scene.expect(try scene.keySpace()["q:a:marker"] == nil, "there is no marker")
                try scene.call(queue.addStandardJob())
                try scene.call(queue.resume(), replies: .integer(0))
            },
            DirectedCase(
                "resuming merges the old list `paused` at once", "scripts-move 3.17", deviation: .resumeInOneCall
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
