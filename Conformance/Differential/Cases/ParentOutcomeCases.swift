// Owns the directed cases of what a child's end does to its parent (scripts-move 3.14 to 3.17).

import Witness

enum ParentOutcomeCases {
    /// Where the parent is when the child ends.
    private static let places = ["waiting-children", "delayed", "wait", "active", "failed", "prioritized", "nowhere"]

    static let group = CaseGroup(
        "parents",
        [
            DirectedCase("every policy meets a parent in every state", "scripts-move 3.15, 3.16") { scene in
                for policy in [nil, "fpof", "cpof", "idof", "rdof"] {
                    for place in places {
                        for children in [1, 2] {
                            for keep in [-1, 0] {
                                for home in [QueueCalls.a, .b] {
                                    for state in FinishedState.allCases {
                                        try scene.begin(
                                            "\(policy ?? "no policy"), parent in \(home.name) \(place), "
                                                + "\(children) children, keep \(keep), \(state)")
                                        try end(scene, policy, place, children, keep, home, state)
                                    }
                                }
                            }
                        }
                    }
                }
            },
            DirectedCase("a released parent goes where its options send it", "scripts-move 3.14") { scene in
                for policy in ["fpof", "idof"] {
                    for options: MessagePack in [[:], ["priority": 3], ["delay": 500], ["delay": .double(0.5)]] {
                        for blocking in Blocking.allCases {
                            try scene.begin("\(policy), \(options), \(blocking)")
                            try scene.play(
                                QueueCalls.b.addParentJob(id: "p", options: options),
                                QueueCalls.a.addStandardJob(parent: QueueCalls.b.parent("p", policy)))
                            try blocking.apply(scene, .b)
                            try scene.take()
                            try scene.call(QueueCalls.a.moveToFinished("1", .failed))
                        }
                    }
                }
            },
            DirectedCase("the stored reference decides, whatever it looks like", "scripts-move 3.16, 4.2") { scene in
                let references: [Bytes?] = [
                    "{\"id\":\"p\",\"queueKey\":\"q:b\",\"fpof\":null}",
                    "{\"id\":\"p\",\"queueKey\":\"q:b\",\"fpof\":false,\"idof\":true}",
                    "{\"id\":\"p\",\"queueKey\":\"q:b\",\"rdof\":true,\"idof\":true}",
                    "{\"id\":\"p\",\"queueKey\":\"q:b\",\"cpof\":true,\"fpof\":true}", nil,
                ]
                for reference in references {
                    for parentKey: Bytes? in ["q:b:p", "", nil] {
                        for state in FinishedState.allCases {
                            try scene.begin(
                                "parent \(reference ?? "absent"), parentKey \(parentKey ?? "absent"), \(state)")
                            try prepare(scene, reference, parentKey)
                            try scene.call(QueueCalls.a.moveToFinished("1", state))
                            try scene.call(QueueCalls.a.moveToFinished("1", state))
                        }
                    }
                }
            },
            DirectedCase("a reference that is not JSON is an error", "scripts-move 4.2") { scene in
                try prepare(scene, "not JSON", "q:b:p")
                try scene.call(failing: QueueCalls.a.moveToFinished("1"))
            },
        ])

    private static func end(
        _ scene: Scene, _ policy: String?, _ place: String, _ children: Int, _ keep: Int, _ home: QueueCalls,
        _ state: FinishedState
    ) throws {
        let options: MessagePack = ["priority": children == 2 ? 3 : 0, "delay": policy == "idof" ? 500 : 0]
        try scene.call(home.addParentJob(id: "p", options: options))
        for child in 1...children {
            try scene.call(QueueCalls.a.addStandardJob(id: "c\(child)", parent: home.parent("p", policy)))
        }
        for _ in 1...children { try scene.take() }
        if place != "waiting-children" {
            try scene.command("ZREM", home.key("waiting-children"), "p")
            switch place {
            case "nowhere": try scene.command("DEL", home.key("p"))
            case "wait", "active": try scene.command("LPUSH", home.key(place), "p")
            default: try scene.command("ZADD", home.key(place), "5", "p")
            }
        }
        for child in 1...children {
            try scene.call(
                QueueCalls.a.moveToFinished(
                    "c\(child)", state, value: "\"v\"", fetches: true,
                    options: ["keepJobs": ["count": .integer(keep)], "attempts": 1]))
        }
    }

    private static func prepare(_ scene: Scene, _ reference: Bytes?, _ parentKey: Bytes?) throws {
        try scene.command("HSET", "q:b:p", "name", "x")
        try scene.command("ZADD", "q:b:waiting-children", "1", "p")
        try scene.command("SADD", "q:b:p:dependencies", "q:a:1")
        try scene.activate("1")
        if let reference { try scene.command("HSET", "q:a:1", "parent", reference) }
        if let parentKey { try scene.command("HSET", "q:a:1", "parentKey", parentKey) }
    }
}
