// Owns directed cases of branches that random sequences seldom or never reach.

import Witness

enum RareBranchCases {
    static let groups = [schedulers, pages, reads, removal, deduplication]

    private static let now = QueueCalls.clock

    private static let schedulers = CaseGroup(
        "addJobScheduler",
        [
            DirectedCase("the next free slot of an interval is searched 32 times", "scripts-add 3.5") { scene in
                let queue = QueueCalls("q:a")
                for taken in [1, 31, 32, 33, 40] {
                    try scene.begin("\(taken) slots taken")
                    try scene.commands(
                        (0..<taken).map { slot in
                            ["HSET", queue.key(QueueCalls.iteration(of: "s", at: now + 1000 * slot)), "x", "1"]
                        })
                    let reply = try scene.call(
                        queue.addJobScheduler(
                            "s", definition: ["every": 1000], options: ["repeat": ["every": 1000, "count": 1]]))
                    try scene.expect((reply == .integer(-11)) == (taken > 32), "the reply fits, not \(reply)")
                }
            },
            DirectedCase("a taken time of a pattern is refused", "scripts-add 3.5") { scene in
                let queue = QueueCalls("q:a")
                try scene.command("HSET", queue.key(QueueCalls.iteration(of: "s", at: now + 5)), "x", "1")
                try scene.call(
                    queue.addJobScheduler(
                        "s", next: .number(now + 5), definition: ["pattern": "*"], options: ["repeat": ["count": 1]]),
                    replies: .integer(-10))
            },
            DirectedCase("a next time that is no number is an error", "scripts-add 3.6") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(
                    queue.addJobScheduler(
                        "s", next: .number(now + 5), definition: ["pattern": "*"], options: ["repeat": ["count": 1]]))
                try scene.call(
                    failing: queue.updateJobScheduler(
                        "s", next: "soon", producer: QueueCalls.iteration(of: "s", at: now + 5)))
            },
            DirectedCase("an iteration that exists is announced and stops the scheduler", "scripts-add 3.6") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(
                    queue.addJobScheduler(
                        "s", next: .number(now + 5), definition: ["pattern": "*"], options: ["repeat": ["count": 1]]))
                try scene.command("HSET", queue.key(QueueCalls.iteration(of: "s", at: now + 9)), "x", "1")
                try scene.call(
                    queue.updateJobScheduler(
                        "s", next: .number(now + 9), producer: QueueCalls.iteration(of: "s", at: now + 5)),
                    replies: .null)
            },
        ])

    private static let pages = CaseGroup(
        "paginate",
        [
            DirectedCase("pages of any size hold what the reference's hold", "scripts-read-and-remove 3.13") { scene in
                let queue = QueueCalls("q:a")
                try scene.commands(
                    (0..<300).flatMap { number -> [[Bytes]] in
                        let job = queue.key("\(number)")
                        return [
                            ["SADD", queue.key("set"), job], ["HSET", queue.key("hash"), job, "\(number)"],
                            ["HSET", job, "n", "\(number)"],
                        ]
                    })
                let ranges = [
                    (0, -1), (0, 9), (5, 120), (150, 160), (299, 299), (300, 400), (0, 299), (99, 100), (100, 199),
                ]
                for suffix in ["set", "hash", "none"] {
                    for (first, last) in ranges {
                        for maxScans in [1, 2, 5] {
                            for fetches in [nil, "1", ""] as [Argument?] {
                                try turnPages(scene, queue, suffix, (first, last), maxScans, fetches)
                            }
                        }
                    }
                }
            },
            DirectedCase("a page that ends before the cursor is empty", "scripts-read-and-remove 3.13") { scene in
                let queue = QueueCalls("q:a")
                try scene.command("SADD", queue.key("set"), "q:a:1", "q:a:2")
                try scene.call(queue.paginate("set", 0, 3, index: 10))
                try scene.call(queue.paginate("set", 0, 3, maxScans: 0))
            },
        ])

    private static func turnPages(
        _ scene: Scene, _ queue: QueueCalls, _ suffix: String, _ range: (Int, Int), _ maxScans: Int,
        _ fetches: Argument?
    ) throws {
        var cursor: Argument = 0
        var index: Argument = 0
        var got = 0
        for _ in 0..<8 {
            let reply = try scene.call(
                queue.paginate(
                    suffix, range.0 + got, range.1, cursor: cursor, index: index, maxScans: maxScans, fetches: fetches))
            let parts = try reply.elements
            got += try parts[2].elements.count
            guard case .string(let next) = parts[0], next != "0" else { return }
            cursor = .plain(next)
            index = .number(try parts[1].number)
        }
    }

    private static let reads = CaseGroup(
        "getJobs",
        [
            DirectedCase("a page is filled up over ids without data, and no further", "scripts-read-and-remove 4.5") {
                scene in
                let queue = QueueCalls("q:a")
                for id in ["c", "a", "b", "d", "e"] { try scene.call(queue.addStandardJob(id: id)) }
                try scene.command("DEL", queue.key("e"))
                for ascending in [true, false] {
                    for last in 0...5 {
                        for reads in [0, 1, 2, 5] {
                            try scene.call(queue.getJobs(["wait"], 0, last, ascending: ascending, maxReads: reads))
                        }
                    }
                }
            },
            DirectedCase("an old marker in a line is dropped before it is read", "scripts-read-and-remove 4.1") {
                scene in
                let queue = QueueCalls("q:a")
                for lists in [["0:0"], ["x", "0:0"], ["0:0", "x"], ["x"]] {
                    for state in ["wait", "paused"] {
                        try scene.begin("\(state) \(lists)")
                        for id in lists { try scene.command("RPUSH", queue.key(state), Bytes(id)) }
                        try scene.command("HSET", queue.key("x"), "name", "n")
                        try scene.call(queue.getCounts([state, "active"]))
                        try scene.call(queue.getRanges([state]))
                        try scene.call(queue.getJobs([state]))
                    }
                }
            },
        ])

    private static let removal = CaseGroup(
        "removeChildDependency",
        [
            DirectedCase("tells whether the child was known", "scripts-read-and-remove 6.3") { scene in
                let queue = QueueCalls("q:a")
                try scene.call(queue.addParentJob(id: "p"))
                try scene.call(queue.addStandardJob(id: "a", parent: ParentReference("q:a", "p")))
                try scene.call(queue.addStandardJob(id: "b", parent: ParentReference("q:a", "p")))
                for (child, parent) in [("zz", "p"), ("a", "zz"), ("a", "p"), ("a", "p"), ("b", "p"), ("b", "p")] {
                    try scene.call(queue.removeChildDependency(child: "q:a:\(child)", parent: "q:a:\(parent)"))
                }
            }
        ])

    private static let deduplication = CaseGroup(
        "moveToFinished",
        [
            DirectedCase("the next job of a deduplication id is added with the rest it asks for", "scripts-add 2.14") {
                scene in
                let queue = QueueCalls("q:a")
                for options in ["{\"de\":{\"id\":\"x\",\"ttl\":900}}", "{\"de\":{\"id\":\"x\"}}", "{}"] {
                    try scene.begin(options)
                    try scene.call(queue.addStandardJob(options: ["de": ["id": "x"]]))
                    try scene.call(queue.moveToActive())
                    try scene.command(
                        "HSET", queue.key("dn:x"), "name", "n", "data", "{}", "opts", Bytes(options))
                    try scene.call(queue.moveToFinished("1"))
                }
            }
        ])
}
