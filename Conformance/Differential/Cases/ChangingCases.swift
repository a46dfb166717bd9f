// Owns the directed cases of the scripts that change where a waiting job waits: `promote`, `changeDelay`,
// `changePriority`.

import Witness

enum PromoteCases {
    static let group = CaseGroup(
        "promote",
        [
            DirectedCase("a job that is not delayed is refused", "scripts-move 4.9") { scene in
                try scene.call(QueueCalls.a.promote("1"), replies: .integer(-3))
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(QueueCalls.a.promote("1"), replies: .integer(-3))
            },
            DirectedCase("a delayed job joins its line", "scripts-move 4.9") { scene in
                for priority in [0, 3] {
                    for blocking in Blocking.allCases {
                        for head: Bytes? in [nil, "x", "0:5"] {
                            try scene.begin("\(priority), \(blocking), head \(head ?? "none")")
                            let options: MessagePack = ["delay": 5, "priority": .integer(priority), "lifo": true]
                            try scene.call(QueueCalls.a.addDelayedJob(options: options))
                            if let head { try scene.command("LPUSH", "q:a:wait", head) }
                            try blocking.apply(scene)
                            try scene.call(QueueCalls.a.promote("1"), replies: .integer(0))
                        }
                    }
                }
            },
        ])
}

enum ChangeDelayCases {
    static let group = CaseGroup(
        "changeDelay",
        [
            DirectedCase("each code has its reason", "scripts-move 4.14") { scene in
                try scene.call(QueueCalls.a.changeDelay("1", to: 5), replies: .integer(-1))
                try scene.call(QueueCalls.a.addStandardJob())
                try scene.call(QueueCalls.a.changeDelay("1", to: 5), replies: .integer(-3))
            },
            DirectedCase("the same time again makes the job the last of its millisecond", "scripts-move 4.14") {
                scene in
                for delay: Argument in [1000, 0, 500, 4000, -5, 1.5] {
                    try scene.begin("\(delay)")
                    for _ in 0..<3 { try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 1000])) }
                    try scene.call(QueueCalls.a.changeDelay("1", to: delay), replies: .integer(0))
                    try scene.call(QueueCalls.a.changeDelay("3", to: delay), replies: .integer(0))
                }
            },
        ])
}

enum ChangePriorityCases {
    static let group = CaseGroup(
        "changePriority",
        [
            DirectedCase("a missing job is refused", "scripts-move 4.15") { scene in
                try scene.call(QueueCalls.a.changePriority("1", to: 5), replies: .integer(-1))
            },
            DirectedCase("a job in line moves to the place of its priority", "scripts-move 4.15") { scene in
                for before in [0, 2] {
                    for after: Argument in [0, 2, 10] {
                        for lifo in [false, true] {
                            for blocking in Blocking.allCases {
                                try scene.begin("\(before) to \(after), lifo \(lifo), \(blocking)")
                                for _ in 0..<3 {
                                    try scene.call(
                                        before == 0
                                            ? QueueCalls.a.addStandardJob()
                                            : QueueCalls.a.addPrioritizedJob(options: ["priority": .integer(before)]))
                                }
                                try scene.command("DEL", "q:a:marker")
                                try blocking.apply(scene)
                                try scene.call(
                                    QueueCalls.a.changePriority("2", to: after, lifo: lifo), replies: .integer(0))
                            }
                        }
                    }
                }
            },
            DirectedCase("a job elsewhere only learns its priority", "scripts-move 4.15") { scene in
                try scene.call(QueueCalls.a.addDelayedJob(options: ["delay": 5]))
                try scene.call(QueueCalls.a.changePriority("1", to: 3), replies: .integer(0))
            },
        ])
}
