// Owns the directed cases of deduplication, from the addition to the release (scripts-add 2.9 to 2.14).

import Witness

enum DeduplicationCases {
    /// What is found under the deduplication id when the next addition comes.
    private enum Owner: String, CaseIterable { case present, active, stale, expiring, parked }

    private static let scripts: [(name: String, options: MessagePack)] = [
        ("standard", [:]), ("delayed", ["delay": 1000]), ("prioritized", ["priority": 2]), ("parent", [:]),
    ]

    static let group = CaseGroup(
        "deduplication",
        [
            DirectedCase("every mode meets every owner", "scripts-add 2.10 to 2.12") { scene in
                for (mode, variant) in modes {
                    for script in scripts {
                        for owner in Owner.allCases {
                            try scene.begin("\(script.name), \(variant), owner \(owner)")
                            try meet(scene, script.name, script.options.merging(["de": mode]), owner)
                        }
                    }
                }
            },
            DirectedCase("a delayed owner gives way and the newest keeps the rest of its ttl", "scripts-add 2.11") {
                scene in
                let first: MessagePack = ["delay": 1000, "de": ["id": "x", "ttl": 9999, "replace": true]]
                let second: MessagePack = ["delay": 1000, "de": ["id": "x", "ttl": 500, "replace": true]]
                try scene.call(QueueCalls.a.addDelayedJob(options: first), replies: .string("1"))
                try scene.call(QueueCalls.a.addDelayedJob(options: second), replies: .string("2"))
                try scene.expect(try scene.keySpace()["q:a:1"] == nil, "job 1 is gone")
                let left = try scene.keySpace()["q:a:de:x"]?.timeToLive ?? 0
                try scene.expect(left > 5000, "the window keeps running: \(left)")
            },
            DirectedCase("the parked job is created when its owner ends", "scripts-add 2.14") { scene in
                for state in FinishedState.allCases {
                    for extra: MessagePack in [[:], ["delay": 700], ["priority": 4], ["lifo": true]] {
                        for blocking in Blocking.allCases {
                            for isChild in [false, true] {
                                try scene.begin("\(state), \(extra), \(blocking), child \(isChild)")
                                try requeue(scene, state, extra, blocking, isChild)
                            }
                        }
                    }
                }
            },
            DirectedCase("a parked job of older releases has no id and maybe no options", "scripts-add 2.14") { scene in
                for options: Bytes in ["{}", "{\"de\":{\"id\":\"x\",\"ttl\":900}}", "{\"de\":{\"id\":\"x\"}}"] {
                    try scene.begin(options.text)
                    try scene.call(QueueCalls.a.addStandardJob(options: ["de": ["id": "x", "ttl": 5000]]))
                    try scene.take()
                    try scene.command("HSET", "q:a:dn:x", "name", "n", "data", "{}", "opts", options)
                    try scene.call(QueueCalls.a.moveToFinished("1"))
                }
            },
            DirectedCase("an ended job gives its key up unless time is left or it is another's", "scripts-add 2.14") {
                scene in
                for key: [Bytes] in [
                    [], ["SET", "q:a:de:x", "other"], ["PEXPIRE", "q:a:de:x", "90000"], ["DEL", "q:a:de:x"],
                ] {
                    try scene.begin("\(key)")
                    try scene.call(QueueCalls.a.addStandardJob(options: ["de": ["id": "x"]]))
                    try scene.take()
                    if !key.isEmpty { try scene.commands([key]) }
                    try scene.call(QueueCalls.a.moveToFinished("1"))
                }
            },
            DirectedCase("a key is given up on request by its owner only", "scripts-add 3.9") { scene in
                try scene.command("SET", "q:a:de:x", "1")
                try scene.call(QueueCalls.a.removeDeduplicationKey("x", owner: "2"), replies: .integer(0))
                try scene.call(QueueCalls.a.removeDeduplicationKey("x", owner: "1"), replies: .integer(1))
                try scene.call(QueueCalls.a.removeDeduplicationKey("x", owner: "1"), replies: .integer(0))
            },
        ])

    /// Every combination of the options, with a name.
    private static var modes: [(MessagePack, String)] {
        let flags: [MessagePack] = [nil, true, false]
        let times: [MessagePack] = [nil, 0, 5000]
        return times.flatMap { ttl in
            flags.flatMap { extend in
                flags.flatMap { replace in
                    flags.map { keep in
                        let mode: MessagePack = [
                            "id": "x", "ttl": ttl, "extend": extend, "replace": replace, "keepLastIfActive": keep,
                        ]
                        return (mode, "\(mode)")
                    }
                }
            }
        }
    }

    private static func add(_ script: String, _ options: MessagePack, id: String = "") -> ScriptCall {
        switch script {
        case "delayed": QueueCalls.a.addDelayedJob(id: id, options: options)
        case "prioritized": QueueCalls.a.addPrioritizedJob(id: id, options: options)
        case "parent": QueueCalls.a.addParentJob(id: id, options: options)
        default: QueueCalls.a.addStandardJob(id: id, options: options)
        }
    }

    private static func meet(_ scene: Scene, _ script: String, _ options: MessagePack, _ owner: Owner) throws {
        try scene.call(add(script, options))
        switch owner {
        case .present: break
        case .active:
            try scene.command("LREM", "q:a:wait", "0", "1")
            try scene.command("ZREM", "q:a:delayed", "1")
            try scene.command("LPUSH", "q:a:active", "1")
        case .stale, .expiring:
            try scene.command("DEL", "q:a:1")
            try scene.command("ZREM", "q:a:delayed", "1")
            try scene.command("HSET", "q:a:dn:x", "name", "n")
            try scene.commands([
                owner == .stale ? ["PERSIST", "q:a:de:x"] : ["PEXPIRE", "q:a:de:x", "7777"]
            ])
        case .parked: try scene.command("HSET", "q:a:dn:x", "name", "n")
        }
        try scene.call(add(script, options))
        try scene.call(add(script, options, id: "c"))
        let window: MessagePack = ["ttl": 900, "extend": true]
        try scene.call(add(script, options.merging(["de": (options["de"] ?? [:]).merging(window)])))
        if owner == .active {
            try scene.command("SET", "q:a:1:lock", "t1")
            try scene.call(QueueCalls.a.moveToFinished("1", fetches: true))
        }
    }

    private static func requeue(
        _ scene: Scene, _ state: FinishedState, _ extra: MessagePack, _ blocking: Blocking, _ isChild: Bool
    ) throws {
        let options: MessagePack = ["de": ["id": "x", "keepLastIfActive": true]]
        try scene.call(QueueCalls.b.addParentJob(id: "p"))
        try scene.call(QueueCalls.a.addStandardJob(options: options))
        try scene.take()
        try scene.call(
            QueueCalls.a.addStandardJob(
                parent: isChild ? QueueCalls.b.parent("p", "fpof") : nil, scheduler: isChild ? "s" : nil,
                options: options.merging(extra)),
            replies: .string("1"))
        try blocking.apply(scene)
        try scene.call(QueueCalls.a.moveToFinished("1", state, value: "x"))
        try scene.expect(try scene.keySpace()["q:a:2"] != nil, "the parked job is there")
    }
}
