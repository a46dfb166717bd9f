// The snippets of the article "Extensions".

import BullMQ

func explain(queue: Queue) async throws {
    let why = try await queue.explain("42")
    print(why)
    if why.reasons.contains(.paused) { try await queue.resume() }
}

func verify(queue: Queue) async throws {
    let report = try await queue.verify()
    print(report)
    print("would mend", try await report.repair())
    try await report.repair(dryRun: false, kinds: [.lostJob, .stuckParent, .deadDependency])
}

func watchVerification(queue: Queue) async throws {
    for try await step in queue.verification() {
        switch step {
        case .progress(let progress): print("\(progress.examined) of about \(progress.expected)")
        case .report(let report): print(report.isClean ? "nothing wrong" : "\(report)")
        }
    }
}
