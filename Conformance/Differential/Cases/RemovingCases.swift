// Owns the directed cases of the scripts that remove jobs.

import Witness

enum RemovingCases {
    /// The ways of removing, as they treat a family.
    private enum Way: String, CaseIterable {
        case removeJob, removeUnprocessedChildren, removeChildDependency, clean, drain, obliterate
    }

    static let group = CaseGroup(
        "removing",
        [
            DirectedCase("a family is removed in every way", "scripts-read-and-remove 3.7 to 3.11") { scene in
                for way in Way.allCases {
                    for home in [QueueCalls.a, .b] {
                        for deep in [false, true] {
                            for isLocked in [false, true] {
                                for blocking in [Blocking.nothing, .maxed, .paused] {
                                    try scene.begin(
                                        "\(way), home \(home.name), deep \(deep), locked \(isLocked), \(blocking)")
                                    try family(scene, home, isLocked)
                                    try blocking.apply(scene, home)
                                    try remove(scene, way, home, deep)
                                }
                            }
                        }
                    }
                }
            },
            DirectedCase("parents die with their last child, all the way up", "scripts-read-and-remove 3.7") { scene in
                for way in [Way.clean, .drain, .obliterate] {
                    for home in [QueueCalls.a, .b] {
                        try scene.begin("\(way), grandparent in \(home.name)")
                        try scene.play(
                            home.addParentJob(id: "g", options: ["de": ["id": "g"]]),
                            QueueCalls.a.addParentJob(id: "p", parent: home.parent("g"), options: ["de": ["id": "y"]]),
                            QueueCalls.a.addStandardJob(
                                id: "k", parent: QueueCalls.a.parent("p"), options: ["de": ["id": "x"]]))
                        try scene.command("SET", "q:a:dn:x", "parked")
                        try remove(scene, way, home, false)
                        try scene.expect(try scene.keySpace()["q:a:p"] == nil, "the parent is gone")
                    }
                }
            },
            DirectedCase("a job is removed from any state", "scripts-read-and-remove 3.9") { scene in
                for state: Bytes in ["completed", "waiting-children", "delayed", "failed", "prioritized"] {
                    try scene.begin(state.text)
                    try scene.command("ZADD", "q:a:" + state, "1", "j")
                    try scene.command("HSET", "q:a:j", "name", "n")
                    try scene.call(QueueCalls.a.removeJob("j"), replies: .integer(1))
                }
                for state: Bytes in ["wait", "paused", "active"] {
                    for hasData in [false, true] {
                        try scene.begin("\(state), data \(hasData)")
                        try scene.command("RPUSH", "q:a:" + state, "x", "j", "j")
                        if hasData { try scene.command("HSET", "q:a:j", "name", "n") }
                        try scene.call(QueueCalls.a.removeJob("j"), replies: .integer(1))
                    }
                }
                try scene.begin("in no state")
                try scene.command("HSET", "q:a:j", "name", "n", "parentKey", "q:a:gone", "deid", "x")
                try scene.command("SET", "q:a:de:x", "other")
                try scene.call(QueueCalls.a.removeJob("j"), replies: .integer(1))
                try scene.call(QueueCalls.a.removeJob("j"), replies: .integer(1))
            },
            DirectedCase("the current iteration belongs to its scheduler", "scripts-read-and-remove 3.3") { scene in
                let clock = QueueCalls.clock
                let current = QueueCalls.iteration(of: "s", at: clock)
                for priority in [0, 3] {
                    for delay in [0, 5000] {
                        try scene.begin("priority \(priority), delay \(delay)")
                        try scene.call(
                            QueueCalls.a.addJobScheduler(
                                "s", next: .number(clock + delay), definition: ["pattern": "*"],
                                options: ["priority": .integer(priority), "repeat": ["count": 1]]))
                        let id = QueueCalls.iteration(of: "s", at: clock + delay)
                        try scene.call(QueueCalls.a.removeJob(id), replies: .integer(-8))
                        for state in ["wait", "delayed", "prioritized"] { try scene.call(clean(state)) }
                        try scene.call(QueueCalls.a.drain(delayed: true))
                    }
                }
                try scene.begin("an earlier one")
                try scene.call(QueueCalls.a.addJobScheduler("s", definition: ["every": 1000]))
                try scene.take()
                try scene.play(
                    QueueCalls.a.updateJobScheduler("s", producer: current),
                    QueueCalls.a.moveToFinished(current), clean("completed"), clean("delayed"))
            },
            DirectedCase("a job without a parent or elsewhere is no dependency", "scripts-read-and-remove 6.3") {
                scene in
                let part = { QueueCalls.a.removeChildDependency(child: "q:a:c", parent: $0) }
                try scene.call(part("q:a:p"), replies: .integer(-1))
                try scene.call(QueueCalls.a.addStandardJob(id: "c"))
                try scene.call(part("q:a:p"), replies: .integer(-5))
                try scene.call(part(""), replies: .integer(-5))
                try scene.call(QueueCalls.a.addParentJob(id: "p"))
                try scene.call(part("q:a:p"), replies: .integer(1))
                try scene.command("SADD", "q:a:p:dependencies", "q:a:c", "q:a:d")
                try scene.call(part("q:a:p"), replies: .integer(0))
                try scene.command("SADD", "q:a:p:dependencies", "q:a:c")
                try scene.command("SREM", "q:a:p:dependencies", "q:a:d")
                try scene.call(part("q:a:p"), replies: .integer(0))
            },
            DirectedCase("a parent that does not wait only loses the dependency", "scripts-read-and-remove 3.7") {
                scene in
                for way in [Way.removeJob, .clean] {
                    try scene.begin(way.rawValue)
                    try scene.activate("p")
                    try scene.call(QueueCalls.a.addStandardJob(id: "c", parent: QueueCalls.a.parent("p")))
                    try scene.call(way == .clean ? clean("wait") : QueueCalls.a.removeJob("c"))
                }
            },
            DirectedCase("age is compared as text, in the order of the fields", "scripts-read-and-remove 3.12") {
                scene in
                let fields: [[Bytes]] = [
                    [], ["timestamp", "9"], ["timestamp", "1600000000000"], ["timestamp", "1800000000000"],
                    ["timestamp", "1800000000000", "processedOn", "1600000000000"],
                    ["timestamp", "1600000000000", "processedOn", "1800000000000"],
                    ["processedOn", "1600000000000", "finishedOn", "1800000000000"],
                    ["processedOn", "1800000000000", "finishedOn", "1600000000000"],
                ]
                for state: Bytes in ["wait", "paused", "active", "delayed", "prioritized", "completed", "failed"] {
                    for count: Argument in [0, 1, 3, 100] {
                        try scene.begin("\(state), count \(count)")
                        for (number, field) in fields.enumerated() {
                            let id = Bytes("j\(number)")
                            let isList = state == "wait" || state == "paused" || state == "active"
                            try scene.commands([
                                isList
                                    ? ["LPUSH", "q:a:" + state, id] : ["ZADD", "q:a:" + state, Bytes("\(number)"), id],
                                ["HSET", "q:a:" + id, "name", "n"] + field,
                            ])
                        }
                        try scene.command("SET", "q:a:j2:lock", "t1")
                        try scene.play(
                            QueueCalls.a.cleanJobsInSet(state.text, count: count),
                            QueueCalls.a.cleanJobsInSet(state.text, newest: 5, count: count))
                    }
                }
            },
            DirectedCase("thousands of jobs are cleaned in pieces", "scripts-read-and-remove 6.4") { scene in
                try scene.commands((0..<15_003).map { ["ZADD", "q:a:completed", Bytes("\($0)"), Bytes("j\($0)")] })
                try scene.play(clean("completed"), clean("completed"))
            },
            DirectedCase("drain keeps iterations that are at the end", "scripts-read-and-remove 6.5") { scene in
                for delayed in [false, true] {
                    try scene.begin("delayed \(delayed)")
                    try scene.command("ZADD", "q:a:repeat", "5", "s")
                    for list: Bytes in ["q:a:wait", "q:a:paused"] {
                        try scene.command("RPUSH", list, "a", "b", "repeat:s:5")
                    }
                    for set: Bytes in ["q:a:delayed", "q:a:prioritized"] {
                        try scene.command("ZADD", set, "1", "a", "2", "repeat:s:5", "3", "b")
                    }
                    try scene.call(QueueCalls.a.drain(delayed: delayed))
                }
            },
            DirectedCase("a queue is obliterated within its budget", "scripts-read-and-remove 6.6") { scene in
                try scene.call(QueueCalls.a.obliterate(), replies: .integer(-1))
                for budget in [1, 2, 3, 5, 1000] {
                    for force in [false, true] {
                        try scene.begin("budget \(budget), force \(force)")
                        try everything(scene)
                        if !force {
                            try scene.call(QueueCalls.a.obliterate(count: budget), replies: .integer(-2))
                            try scene.command("DEL", "q:a:active")
                        }
                        for _ in 0..<40
                        where try scene.call(QueueCalls.a.obliterate(count: budget, force: force)) == .integer(0) {
                            break
                        }
                        try scene.expect(try scene.keySpace()["q:a:meta"] == nil, "the settings are gone")
                    }
                }
            },
            DirectedCase("orphans are the ids in no state", "scripts-read-and-remove 6.7") { scene in
                try everything(scene)
                try scene.command("HSET", "q:a:lost", "name", "n")
                try scene.command("RPUSH", "q:a:lost:logs", "row")
                try scene.command("SADD", "q:a:stalled", "marked")
                let ids = ["1", "lost", "none", "marked", "running", "done", "later", "waits", "0"]
                try scene.call(QueueCalls.a.removeOrphanedJobs(ids))
                try scene.call(QueueCalls.a.removeOrphanedJobs([]), replies: .integer(0))
                try scene.call(QueueCalls.a.removeOrphanedJobs(ids, states: [], suffixes: []))
            },
        ])

    private static func clean(_ state: String) -> ScriptCall {
        QueueCalls.a.cleanJobsInSet(state, newest: .number(QueueCalls.clock + 99_999))
    }

    /// A grandparent in `home`, a parent, and children of it that are waiting, elsewhere, delayed, failed and processed.
    private static func family(_ scene: Scene, _ home: QueueCalls, _ isLocked: Bool) throws {
        let parent = QueueCalls.a.parent("p")
        try scene.play(
            home.addParentJob(id: "g", options: ["de": ["id": "g"]]),
            QueueCalls.a.addParentJob(id: "p", parent: home.parent("g"), options: ["de": ["id": "y"]]),
            QueueCalls.a.addStandardJob(id: "done", parent: parent),
            QueueCalls.a.addStandardJob(id: "ignored", parent: QueueCalls.a.parent("p", "idof")))
        for _ in 0..<2 { try scene.take() }
        try scene.play(
            QueueCalls.a.moveToFinished("done"), QueueCalls.a.moveToFinished("ignored", .failed),
            QueueCalls.a.addStandardJob(id: "k1", parent: parent, options: ["de": ["id": "x"]]),
            QueueCalls.b.addStandardJob(id: "k2", parent: parent),
            QueueCalls.a.addDelayedJob(id: "k3", parent: parent, options: ["delay": 5, "de": ["id": "z"]]),
            QueueCalls.a.addStandardJob(id: "k4", parent: parent, options: ["lifo": true]))
        try scene.take()
        // k4 has failed for good and stays a dependency.
        try scene.call(QueueCalls.a.moveToFinished("k4", .failed))
        try scene.command("ZADD", "q:a:p:unsuccessful", "1", "q:a:k5")
        if isLocked { try scene.command("SET", "q:a:k3:lock", "t") }
    }

    private static func remove(_ scene: Scene, _ way: Way, _ home: QueueCalls, _ deep: Bool) throws {
        switch way {
        case .removeJob:
            for id in deep ? ["p", "k1"] : ["k1", "k3", "k4", "done", "p"] {
                try scene.call(QueueCalls.a.removeJob(id, withChildren: deep))
            }
            try scene.call(home.removeJob("g", withChildren: deep))
        case .removeUnprocessedChildren:
            try scene.call(deep ? home.removeUnprocessedChildren("g") : QueueCalls.a.removeUnprocessedChildren("p"))
            try scene.call(QueueCalls.a.removeUnprocessedChildren("p"))
        case .removeChildDependency:
            for child in ["q:a:k1", "q:b:k2", "q:a:k3", "q:a:k4", "q:a:done", "q:a:k1"] {
                try scene.call(QueueCalls.a.removeChildDependency(child: child, parent: "q:a:p"))
            }
        case .clean:
            for state in ["wait", "delayed", "failed", "completed"] {
                try scene.call(
                    QueueCalls.a.cleanJobsInSet(state, newest: .number(QueueCalls.clock + 99), count: deep ? 1 : 0))
            }
            try scene.call(QueueCalls.b.cleanJobsInSet("wait", newest: .number(QueueCalls.clock + 99)))
            try scene.call(clean("wait"))
        case .drain:
            try scene.play(QueueCalls.b.drain(delayed: deep), QueueCalls.a.drain(delayed: deep))
        case .obliterate:
            for queue in [QueueCalls.b, .a] {
                try scene.call(queue.pause())
                for _ in 0..<9 {
                    let reply = try scene.call(queue.obliterate(count: deep ? 2 : 1000, force: true))
                    if reply != .integer(1) { break }
                }
            }
        }
    }

    /// A paused queue with something in each place.
    private static func everything(_ scene: Scene) throws {
        try scene.activate("done", "broken", "running")
        try scene.play(
            QueueCalls.a.moveToFinished("done", options: ["maxMetricsSize": 5]),
            QueueCalls.a.moveToFinished("broken", .failed),
            QueueCalls.a.addDelayedJob(id: "later", options: ["delay": 5]),
            QueueCalls.a.addPrioritizedJob(id: "urgent", options: ["priority": 5]),
            QueueCalls.a.addStandardJob(id: "waits"), QueueCalls.a.addParentJob(id: "parent"),
            QueueCalls.a.addJobScheduler("s", definition: ["every": 5000]), QueueCalls.a.pause())
        try scene.command("LPUSH", "q:a:paused", "old")
        try scene.command("HSET", "q:a:old", "name", "n")
    }
}
