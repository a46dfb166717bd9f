// Owns the directed cases of the scripts that change a job where it is.

import Witness

enum UpdatingCases {
    static let group = CaseGroup(
        "updating",
        [
            DirectedCase("a missing job is refused and nothing written", "scripts-read-and-remove 5") { scene in
                for call in [
                    QueueCalls.a.addLog("1"), QueueCalls.a.saveStacktrace("1"), QueueCalls.a.updateData("1"),
                    QueueCalls.a.updateProgress("1"),
                ] {
                    try scene.call(call, replies: .integer(-1))
                    try scene.expect(try scene.keySpace().keys.isEmpty, "nothing is there")
                }
            },
            DirectedCase("a job is changed as told", "scripts-read-and-remove 5") { scene in
                try scene.call(QueueCalls.a.addStandardJob())
                for text in ["{\"u\":1}", "", "not JSON"] {
                    try scene.call(QueueCalls.a.updateData("1", data: text), replies: .integer(0))
                    try scene.call(QueueCalls.a.updateProgress("1", progress: text), replies: .integer(0))
                    try scene.call(QueueCalls.a.saveStacktrace("1", trace: text), replies: .integer(0))
                }
                try scene.command("DEL", "q:a:meta")
                try scene.call(QueueCalls.a.updateProgress("1"), replies: .integer(0))
            },
            DirectedCase("a log keeps its last rows", "scripts-read-and-remove 5.1") { scene in
                try scene.call(QueueCalls.a.addStandardJob())
                for keep: Argument in ["", 2, 2, 0, 5, "", 1] {
                    try scene.call(QueueCalls.a.addLog("1", row: "row \(keep)", keep: keep))
                }
            },
        ])
}
