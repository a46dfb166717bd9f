// Owns the directed cases of `addDelayedJob`.

import Witness

enum AddDelayedJobCases {
    static let group = CaseGroup(
        "addDelayedJob",
        [
            DirectedCase("jobs of one millisecond keep their order in the low bits", "keys 4.1") { scene in
                for place in 0..<3 {
                    try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 1000]))
                    let score = try scene.command("ZSCORE", "q:a:delayed", Bytes("\(place + 1)"))
                    try scene.expect(score == .string(Bytes("\(6_963_200_004_096_000 + place)")), "the score fits")
                }
            },
            DirectedCase("the 4097th job of a millisecond shares the last score", "keys 4.1") { scene in
                let due = 1_700_000_001_000 * 4096
                try scene.commands(
                    (0..<4095).map { ["ZADD", "q:a:delayed", Bytes("\(due + $0)"), Bytes("j\($0)")] })
                for _ in 0..<3 { try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 1000])) }
            },
            DirectedCase("any number is a delay", "scripts-add 3.2") { scene in
                for delay: MessagePack in [
                    0, -5, .double(0.5), .double(1.5), 2_500, .double(1e9), .double(3e11), .double(1e13), nil,
                ] {
                    try scene.begin("\(delay)")
                    try scene.play(
                        QueueCalls.a.addDelayedJob(options: ["delay": delay]),
                        QueueCalls.a.addDelayedJob(options: ["delay": delay, "priority": 3]))
                }
            },
            DirectedCase("the due time counts from the job's timestamp", "scripts-add 2.4") { scene in
                for time: MessagePack in [5, .double(1_700_000_000_000.25)] {
                    try scene.call(QueueCalls.a.addDelayedJob(at: time, options: ["delay": 10]))
                }
            },
            DirectedCase("the delay marker is written in any state of the queue", "scripts-add 2.3") { scene in
                for blocking in Blocking.allCases {
                    try scene.begin(blocking.rawValue)
                    try blocking.apply(scene)
                    try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 1000]))
                    try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 500]))
                    try scene.expect(
                        try scene.keySpace()["q:a:marker"]?.content == .sortedSet(["1": 1_700_000_000_500]),
                        "the marker tells the earliest time")
                }
            },
        ])
}
