// Owns the directed cases of `addStandardJob`, and those of what all adding scripts have in common.

import Witness

enum AddStandardJobCases {
    static let group = CaseGroup(
        "addStandardJob",
        [
            DirectedCase("a job joins the line on the left and is announced", "scripts-add 3.1") { scene in
                try scene.call(QueueCalls.a.addStandardJob(data: "{\"a\":1}"), replies: .string("1"))
                try scene.call(QueueCalls.a.addStandardJob(options: ["lifo": true]), replies: .string("2"))
                try scene.expect(
                    try scene.keySpace()["q:a:wait"]?.content == .list(["1", "2"]), "the line is 1, 2")
            },
            DirectedCase("what counts as true decides the side", "scripts-add 0.3") { scene in
                let values: [MessagePack] = [true, false, 0, "", nil]
                for value in values { try scene.call(QueueCalls.a.addStandardJob(options: ["lifo": value])) }
            },
            DirectedCase("delay and priority are stored, but do not move the job", "scripts-add 3.1") { scene in
                try scene.call(QueueCalls.a.addStandardJob(options: ["delay": 1000, "priority": 3]))
                try scene.expect(try scene.keySpace().hash("q:a:1")?["delay"] == "1000", "the delay is stored")
            },
            DirectedCase("a blocked queue gets no base marker", "scripts-add 2.2") { scene in
                for blocking in Blocking.allCases {
                    try scene.begin(blocking.rawValue)
                    try blocking.apply(scene)
                    try scene.play(
                        QueueCalls.a.addStandardJob(), QueueCalls.a.addPrioritizedJob(options: ["priority": 1]))
                    let isMarked = try scene.keySpace()["q:a:marker"] != nil
                    try scene.expect(
                        isMarked == (blocking == .nothing || blocking == .belowTheMaximum), "the marker fits")
                }
            },
            DirectedCase("the event cap of the queue is used, or written", "scripts-add 2.1") { scene in
                try scene.set("opts.maxLenEvents", "5")
                for _ in 0..<300 { try scene.call(QueueCalls.a.addStandardJob()) }
                try scene.begin("no cap")
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.expect(
                    try scene.keySpace().hash("q:a:meta")?["opts.maxLenEvents"] == "10000", "the default is written")
            },
            DirectedCase("a missing parent is refused before anything is touched", "scripts-add 2.7") { scene in
                let parent = QueueCalls.b.parent("p")
                for call in [
                    QueueCalls.a.addStandardJob(parent: parent), QueueCalls.a.addParentJob(parent: parent),
                    QueueCalls.a.addDelayedJob(parent: parent, options: ["delay": 1]),
                    QueueCalls.a.addPrioritizedJob(parent: parent, options: ["priority": 1]),
                ] {
                    try scene.call(call, replies: .integer(-5))
                    try scene.expect(try scene.keySpace().keys.isEmpty, "nothing is there")
                }
            },
            DirectedCase("a child becomes a dependency of its parent", "scripts-add 3.1") { scene in
                for policy in [nil, "fpof", "cpof", "idof", "rdof"] {
                    try scene.begin(policy ?? "no policy")
                    try scene.call(QueueCalls.b.addParentJob(id: "p"))
                    let parent = QueueCalls.b.parent("p", policy)
                    try scene.play(
                        QueueCalls.a.addStandardJob(parent: parent),
                        QueueCalls.a.addDelayedJob(parent: parent, options: ["delay": 5]),
                        QueueCalls.a.addPrioritizedJob(parent: parent, options: ["priority": 5]),
                        QueueCalls.a.addParentJob(id: "inner", parent: parent))
                }
            },
            DirectedCase("a scheduler's id is stored", "scripts-add 2.5") { scene in
                try scene.call(QueueCalls.a.addStandardJob(scheduler: "s"))
                try scene.expect(try scene.keySpace().hash("q:a:1")?["rjk"] == "s", "rjk is s")
            },
            DirectedCase("absent values at the end may be left out", "scripts-add 0.3") { scene in
                try scene.call(QueueCalls.a.addStandardJob(isShort: true), replies: .string("1"))
            },
            DirectedCase("options become JSON as the server's encoder writes it", "keys 6.1") { scene in
                try scene.call(
                    QueueCalls.a.addStandardJob(options: [
                        "empty": [], "map": [:], "list": [1, nil, 2], "none": nil, "deep": ["x": nil, "y": [[]]],
                        "big": .double(1e15), "exact": 1_700_000_000_123, "fraction": .double(1.25), "yes": true,
                        "no": false, "text": "a/b\"\u{e9}\n",
                    ]))
            },
            DirectedCase("what the server cannot read or write is an error", "scripts-add 0.3") { scene in
                for value: MessagePack in [.double(.nan), .double(.infinity), .binary("x")] {
                    try scene.begin("\(value)")
                    try scene.call(failing: QueueCalls.a.addStandardJob(options: ["x": value]))
                }
            },
            DirectedCase("timestamps are stored as they are", "scripts-add 0.3") { scene in
                for time: MessagePack in [0, 1_700_000_000_000, .double(1_700_000_000_000.75), .double(1.5), -3] {
                    try scene.call(QueueCalls.a.addStandardJob(at: time))
                }
            },
            DirectedCase("a generated id writes over the hash of that name", "scripts-add 2.5") { scene in
                try scene.command("HSET", "q:a:1", "name", "old", "progress", "7", "parentKey", "q:b:gone")
                try scene.call(QueueCalls.a.addStandardJob(), replies: .string("1"))
                try scene.expect(try scene.keySpace().hash("q:a:1")?["progress"] == "7", "other fields survive")
            },
            DirectedCase("the counter counts custom ids too", "scripts-add 2.7") { scene in
                try scene.call(QueueCalls.a.addStandardJob(id: "c"), replies: .string("c"))
                try scene.call(QueueCalls.a.addStandardJob(), replies: .string("2"))
                try scene.call(QueueCalls.a.addStandardJob(id: "x:y:z"), replies: .string("x:y:z"))
            },
            DirectedCase("ids are plain digits", "keys 17") { scene in
                for counter: Bytes in ["299999999", "2147483647", "99999999999998"] {
                    try scene.command("SET", "q:a:id", counter)
                    try scene.call(QueueCalls.a.addStandardJob())
                }
            },
            DirectedCase(
                "ids stay plain digits when the counter is large", "keys 17", deviation: .plainCounterIds
            ) { scene in
                try scene.command("SET", "q:a:id", "99999999999999")
                let reply = try scene.call(QueueCalls.a.addStandardJob(), differing: .plainCounterIds).ours
                try scene.expect(reply == .string("100000000000000"), "the id is 100000000000000, not \(reply)")
            },
        ])
}
