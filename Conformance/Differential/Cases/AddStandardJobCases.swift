// Owns the directed cases of `addStandardJob`.

import Witness

enum AddStandardJobCases {
    static let group = CaseGroup(
        "addStandardJob",
        [
            DirectedCase("a job joins the line on the left and is announced", "scripts-add 3.1") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob(data: "{\"a\":1}"), replies: .string("1"))
                try scene.call(queue.addStandardJob(options: ["lifo": true]), replies: .string("2"))
                let keys = try scene.keySpace()
                try scene.expect(keys["q:a:wait"]?.content == .list(["1", "2"]), "the line is 1, 2")
            },
            DirectedCase("a missing parent is refused before anything is touched", "scripts-add 2.7") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addStandardJob(parent: ParentReference("q:b", "p")), replies: .integer(-5))
                try scene.expect(try scene.keySpace().keys.isEmpty, "nothing is there")
            },
            DirectedCase(
                "ids stay plain digits when the counter is large", "keys 17", deviation: .plainCounterIds
            ) { scene in
                let queue = QueueCalls("q:a")
                try scene.command("SET", "q:a:id", "99999999999998")
                try scene.call(queue.addStandardJob(), replies: .string("99999999999999"))
                let reply = try scene.call(queue.addStandardJob(), differing: .plainCounterIds).ours
                try scene.expect(reply == .string("100000000000000"), "the id is 100000000000000, not \(reply)")
            },
        ])
}
