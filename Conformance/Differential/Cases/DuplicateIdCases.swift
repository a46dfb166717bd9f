// Owns the directed cases of adding a custom id that exists (scripts-add 2.8).

import Witness

enum DuplicateIdCases {
    /// The states in which the existing job may be.
    private enum State: String, CaseIterable { case waiting, completed, failed, gone }
    /// The parent it has.
    private enum Former: String, CaseIterable { case none, same, other, vanished }

    static let group = CaseGroup(
        "duplicate ids",
        [
            DirectedCase("nothing but the link to a parent changes", "scripts-add 2.8") { scene in
                for state in State.allCases {
                    for former in Former.allCases {
                        for delay in [0, 500] {
                            try scene.begin("\(state), former parent \(former), parent's delay \(delay)")
                            try prepare(scene, state, former, delay)
                            let parent = QueueCalls.b.parent("p1", "fpof")
                            for call in [
                                QueueCalls.a.addStandardJob(id: "j"),
                                QueueCalls.a.addStandardJob(id: "j", parent: parent),
                                QueueCalls.a.addStandardJob(id: "j", parent: parent),
                                QueueCalls.a.addDelayedJob(id: "j", parent: parent, options: ["delay": 7]),
                                QueueCalls.a.addParentJob(id: "j", parent: parent),
                                QueueCalls.a.addPrioritizedJob(id: "j", options: ["priority": 1]),
                            ] {
                                try scene.call(call)
                            }
                        }
                    }
                }
            },
            DirectedCase("a job of another living parent is refused", "scripts-add 2.8") { scene in
                try prepare(scene, .waiting, .other, 0)
                try scene.call(
                    QueueCalls.a.addStandardJob(id: "j", parent: QueueCalls.b.parent("p1")), replies: .integer(-7))
            },
            DirectedCase("a completed job releases the parent it is attached to", "scripts-add 2.8") { scene in
                for blocking in Blocking.allCases {
                    for options: MessagePack in [[:], ["priority": 3], ["delay": 500], ["delay": .double(0.5)]] {
                        try scene.begin("\(blocking), parent \(options)")
                        try scene.call(QueueCalls.b.addParentJob(id: "p1", options: options))
                        try blocking.apply(scene, .b)
                        try scene.activate("j")
                        try scene.play(
                            QueueCalls.a.moveToFinished("j", value: "5"),
                            QueueCalls.a.addStandardJob(id: "j", parent: QueueCalls.b.parent("p1")))
                        try scene.expect(
                            try scene.keySpace()["q:b:waiting-children"] == nil, "the parent is released")
                    }
                }
            },
            DirectedCase("a completed job waits with its siblings", "scripts-add 2.8") { scene in
                try scene.play(
                    QueueCalls.b.addParentJob(id: "p1"),
                    QueueCalls.a.addDelayedJob(parent: QueueCalls.b.parent("p1"), options: ["delay": 1]))
                try scene.activate("j")
                try scene.play(
                    QueueCalls.a.moveToFinished("j", value: "5"),
                    QueueCalls.a.addStandardJob(id: "j", parent: QueueCalls.b.parent("p1")))
            },
            DirectedCase("a completed job without a result is an error", "scripts-add 2.8") { scene in
                try scene.play(QueueCalls.b.addParentJob(id: "p1"), QueueCalls.a.addStandardJob(id: "j"))
                try scene.command("ZADD", "q:a:completed", "1", "j")
                try scene.call(failing: QueueCalls.a.addStandardJob(id: "j", parent: QueueCalls.b.parent("p1")))
            },
        ])

    private static func prepare(_ scene: Scene, _ state: State, _ former: Former, _ delay: Int) throws {
        try scene.play(
            QueueCalls.b.addParentJob(id: "p1", options: ["delay": .integer(delay)]),
            QueueCalls.b.addParentJob(id: "p2"))
        let parent: ParentReference? =
            switch former {
            case .none: nil
            case .same: QueueCalls.b.parent("p1")
            case .other, .vanished: QueueCalls.b.parent("p2")
            }
        try scene.call(QueueCalls.a.addStandardJob(id: "j", parent: parent))
        switch state {
        case .waiting: break
        case .completed, .failed:
            try scene.take()
            try scene.call(QueueCalls.a.moveToFinished("j", state == .completed ? .completed : .failed, value: "5"))
        case .gone: try scene.call(QueueCalls.a.removeJob("j"))
        }
        if former == .vanished { try scene.command("DEL", "q:b:p2") }
    }
}
