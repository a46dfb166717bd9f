// Owns what a scenario is: the same calls again and again on a prepared queue.

import Differential
import Witness

/// A use of a script whose cost is measured.
struct Scenario: Sendable {
    /// The script that is measured, with its number of keys.
    let script: String
    /// What is special about this use.
    let title: String
    /// The most it may cost, as a multiple of what the reference's costs.
    let bound: Double
    /// What is there before.
    let preparation: [Step]
    /// What lets caches and collections get their shape.
    let warmUp: [Step]
    /// What is measured.
    let measured: [Step]

    /// How many calls of the script are measured.
    var calls: Int { measured.count { $0.script == script } }

    /// A scenario of rounds, the first ten of which are for warming up.
    ///
    /// - Parameters:
    ///   - title: What is special about this use.
    ///   - bound: The most it may cost, as a multiple of what the reference's costs.
    ///   - preparation: What is there before.
    ///   - rounds: How many rounds are measured.
    ///   - round: The steps of a round, numbered from 1; its last step calls the script that is measured.
    init(
        _ title: String, atMost bound: Double = 1, after preparation: [Step] = [], rounds: Int = 200,
        steps round: (Int) -> [Step]
    ) {
        self.title = title
        self.bound = bound
        self.preparation = preparation
        warmUp = (1...Self.warmUpRounds).flatMap(round)
        measured = (1...rounds).map { $0 + Self.warmUpRounds }.flatMap(round)
        script = measured.last?.script ?? ""
    }

    /// A scenario whose rounds are single calls. Parameters as in ``init(_:atMost:after:rounds:steps:)``.
    init(
        _ title: String, atMost bound: Double = 1, after preparation: [Step] = [], rounds: Int = 200,
        _ call: (Int) -> ScriptCall
    ) {
        self.init(title, atMost: bound, after: preparation, rounds: rounds) { [.call(call($0))] }
    }

    static let warmUpRounds = 10

    /// Every scenario, by script.
    static let all = adding + fetching + finishing + moving + locking + reading + updating + removing + scheduling
}

extension Step {
    /// The script that is called; `nil` for a command.
    var script: String? {
        guard case .call(let call) = self else { return nil }
        return call.script
    }
}

extension QueueCalls {
    /// The queue of all scenarios.
    static let measured = QueueCalls("bull:mail")

    /// The data of its jobs: 64 bytes.
    static let data = "{\"x\":\"\(String(repeating: "a", count: 55))\"}"

    /// An addition as a client makes it.
    func job(id: String = "", parent: String? = nil, options: MessagePack = [:]) -> ScriptCall {
        let parent = parent.map { ParentReference(name, $0) }
        return if options["delay"] != nil {
            addDelayedJob(id: id, parent: parent, data: Self.data, options: options)
        } else if options["priority"] != nil {
            addPrioritizedJob(id: id, parent: parent, data: Self.data, options: options)
        } else {
            addStandardJob(id: id, parent: parent, data: Self.data, options: options)
        }
    }

    /// Jobs with the ids from 1 on.
    func jobs(_ count: Int = 220, options: MessagePack = [:]) -> [Step] {
        Array(repeating: .call(job(options: options)), count: count)
    }

    /// Jobs that are active, with the ids from 1 on.
    func activeJobs(_ count: Int = 220, options: MessagePack = [:]) -> [Step] {
        jobs(count, options: options) + Array(repeating: .call(moveToActive()), count: count)
    }

    /// Jobs that have ended, with the ids from 1 on.
    func finishedJobs(_ count: Int = 220, _ state: FinishedState = .completed, options: MessagePack = [:]) -> [Step] {
        activeJobs(count, options: options) + (1...count).map { .call(moveToFinished("\($0)", state)) }
    }
}
