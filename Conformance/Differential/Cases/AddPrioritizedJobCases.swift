// Owns the directed cases of `addPrioritizedJob` and `addParentJob`.

import Witness

enum AddPrioritizedJobCases {
    static let group = CaseGroup(
        "addPrioritizedJob",
        [
            DirectedCase("the counter orders the jobs of a priority and wraps at 2^32", "keys 4.2") { scene in
                for counter: Bytes in ["0", "9", "4294967294", "4294967295", "8589934591"] {
                    try scene.command("SET", "q:a:pc", counter)
                    for priority: MessagePack in [1, 10, 2_097_151, 2_097_152, .double(1.5)] {
                        try scene.call(QueueCalls.a.addPrioritizedJob(options: ["priority": priority]))
                    }
                }
            },
            DirectedCase("lifo has no effect", "scripts-add 3.3") { scene in
                try scene.call(QueueCalls.a.addPrioritizedJob(options: ["priority": 2, "lifo": true]))
                try scene.call(QueueCalls.a.addPrioritizedJob(options: ["priority": 2]))
                try scene.expect(try scene.take() == "1", "the first one is first")
            },
        ])
}

enum AddParentJobCases {
    static let group = CaseGroup(
        "addParentJob",
        [
            DirectedCase("a parent waits for children under its timestamp", "scripts-add 3.4") { scene in
                for time: MessagePack in [1_700_000_000_000, .double(1_700_000_000_000.25), 0] {
                    try scene.call(QueueCalls.a.addParentJob(at: time, options: ["delay": 500, "priority": 2]))
                }
                try scene.expect(try scene.keySpace()["q:a:marker"] == nil, "there is no marker")
            },
            DirectedCase("the owner of a deduplication id is never replaced", "scripts-add 3.4") { scene in
                let options: MessagePack = ["delay": 1000, "de": ["id": "x", "replace": true]]
                try scene.call(QueueCalls.a.addDelayedJob(options: options))
                try scene.call(QueueCalls.a.addParentJob(options: options), replies: .string("1"))
            },
        ])
}
