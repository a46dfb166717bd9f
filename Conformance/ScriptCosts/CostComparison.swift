// Owns the measuring of a scenario: both sides get the same calls, each on an empty server that has no other script.

import Differential
import Witness

/// What a call costs, in thousands of instructions of the whole server.
struct Costs {
    /// With our script.
    var ours: Double
    /// With the script of the official package.
    var reference: Double

    /// Ours as a multiple of the reference's.
    var ratio: Double { ours / reference }

    /// Whether the ratio keeps a bound. It is known to a hundredth, and scripts that execute the same commands differ by as
    /// much.
    func areWithin(_ bound: Double) -> Bool {
        (ratio * 100).rounded() <= (bound * 100).rounded() + (bound == 1 ? 1 : 0)
    }
}

/// Measures scenarios on one server.
struct CostComparison {
    private let redis: MeteredRedis
    private let ours: ScriptTexts
    private let reference: ScriptTexts

    init(_ redis: MeteredRedis, ours: ScriptTexts, reference: ScriptTexts) {
        self.redis = redis
        self.ours = ours
        self.reference = reference
    }

    /// Measures a scenario.
    func costs(of scenario: Scenario) async throws -> Costs {
        let theirs = try await measure(scenario, with: reference) { Counterpart.call(of: $0) }
        let ours = try await measure(scenario, with: ours) { $0 }
        guard theirs.reply == ours.reply else {
            throw CostError(
                "\(scenario.script), \(scenario.title): the replies are \(ours.reply) and \(theirs.reply)")
        }
        return Costs(ours: ours.cost, reference: theirs.cost)
    }

    /// The cost of a call, and the code that the last one was answered by.
    private func measure(
        _ scenario: Scenario, with scripts: ScriptTexts, _ translate: (ScriptCall) -> ScriptCall
    ) async throws -> (cost: Double, reply: String) {
        try redis.pipeline.run("FLUSHALL", "SYNC")
        try play(scenario.preparation, try load(scenario.preparation, scripts, translate), translate)
        // Other scripts would shift the steps of the garbage collector.
        let digests = try load(scenario.warmUp + scenario.measured, scripts, translate)
        try play(scenario.warmUp, digests, translate)
        let before = try await redis.instructions()
        let last = try play(scenario.measured, digests, translate)
        let after = try await redis.instructions()
        return (Double(after - before) / Double(scenario.calls) / 1000, last)
    }

    /// Makes the server forget all scripts but those that are called by the steps.
    private func load(
        _ steps: [Step], _ scripts: ScriptTexts, _ translate: (ScriptCall) -> ScriptCall
    ) throws -> [String: Bytes] {
        try redis.pipeline.run("SCRIPT", "FLUSH", "SYNC")
        var digests: [String: Bytes] = [:]
        for case .call(let call) in steps {
            let name = translate(call).script
            guard digests[name] == nil else { continue }
            guard let text = scripts.texts[name] else { throw CostError("there is no script \(name)") }
            digests[name] = try redis.pipeline.run("SCRIPT", "LOAD", Bytes(text)).bytes
        }
        return digests
    }

    /// Plays steps in pipelines of fifty.
    ///
    /// - Returns: The kind of the last reply; a code with its value, which tells one
    ///   way through a script from another.
    @discardableResult
    private func play(
        _ steps: [Step], _ digests: [String: Bytes], _ translate: (ScriptCall) -> ScriptCall
    ) throws -> String {
        var last = ""
        for start in stride(from: 0, to: steps.count, by: 50) {
            for step in steps[start...].prefix(50) {
                switch step {
                case .command(let words): redis.pipeline.append(words)
                case .call(let call):
                    let call = translate(call)
                    redis.pipeline.append(
                        ["EVALSHA", digests[call.script] ?? "", Bytes("\(call.keys.count)")] + call.keys
                            + call.arguments.map(\.bytes))
                }
            }
            for reply in try redis.pipeline.replies() {
                switch reply {
                case .error(let text): throw CostError("a call failed: \(text)")
                case .integer(let number): last = number > 1 ? "a number" : "\(number)"
                case .string: last = "a text"
                case .array(let elements): last = "\(elements.count) elements"
                case .null, .status: last = "nothing"
                }
            }
        }
        return last
    }
}
