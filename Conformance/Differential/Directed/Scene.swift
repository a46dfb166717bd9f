// Owns the playing of a directed case: every step goes to both sides, and after every step the replies and the whole key
// spaces are compared.

public import Witness

/// Two databases on which a directed case plays.
public final class Scene {
    private let twins: Twins
    private let pair: Twins.Pair
    private let comparison = ReplyComparison()
    private var steps: [Step] = []
    private var label = ""
    private var comparesKeySpaces = true
    private(set) var seenDeviations: Set<Deviation> = []

    init(_ twins: Twins, _ pair: Twins.Pair) {
        self.twins = twins
        self.pair = pair
    }

    // MARK: Steps

    /// Empties both databases: a variant of the case begins.
    ///
    /// - Parameter variant: What is varied, for the report.
    public func begin(_ variant: String = "") throws {
        twins.appendFlush(pair)
        _ = try twins.replies()
        steps = []
        label = variant
        comparesKeySpaces = true
    }

    /// Calls the script on both sides and compares the replies and the key spaces.
    ///
    /// - Returns: The reply, ours.
    /// - Throws: ``Difference``.
    @discardableResult
    public func call(_ call: ScriptCall) throws -> WitnessReply {
        let (ours, reference) = try both(.call(call))
        if !comparison.areEqual(ours, reference, script: call.script) {
            let lines = try ["reply ours \(ours)", "reply reference \(reference)"] + differences()
            throw difference("\(call)", lines)
        }
        if comparesKeySpaces { try compare("\(call)") }
        return ours
    }

    /// As ``call(_:)``, and the reply must be this one.
    @discardableResult
    public func call(_ call: ScriptCall, replies expected: WitnessReply) throws -> WitnessReply {
        let reply = try self.call(call)
        guard reply == expected else {
            throw difference("\(call)", ["both reply \(reply)", "the case expects \(expected)"])
        }
        return reply
    }

    /// As ``call(_:)``, and both must fail with a run-time error.
    public func call(failing call: ScriptCall) throws {
        let reply = try self.call(call)
        guard case .error = reply else {
            throw difference("\(call)", ["both reply \(reply)", "the case expects an error"])
        }
    }

    /// Calls the script on both sides, which must differ: in the reply or in the key spaces. Key spaces are compared no more
    /// until ``compare()`` or ``begin(_:)``.
    ///
    /// - Returns: Both replies, for the case to judge.
    /// - Throws: ``Difference`` when the deviation has vanished.
    public func call(
        _ call: ScriptCall, differing deviation: Deviation
    ) throws -> (
        ours: WitnessReply, reference: WitnessReply
    ) {
        let replies = try both(.call(call))
        let isEqual = comparison.areEqual(replies.ours, replies.reference, script: call.script)
        guard try !isEqual || !differences().isEmpty else {
            throw difference("\(call)", ["the sides agree; \(deviation.name) is no deviation any more"])
        }
        seenDeviations.insert(deviation)
        comparesKeySpaces = false
        return replies
    }

    /// Calls the script on our side only. Key spaces are compared no more until ``compare()`` or ``begin(_:)``.
    @discardableResult
    public func callOurs(_ call: ScriptCall) throws -> WitnessReply { try one(call, .ours) }

    /// Calls the script on the reference's side only. Key spaces are compared no more until ``compare()`` or ``begin(_:)``.
    @discardableResult
    public func callReference(_ call: ScriptCall) throws -> WitnessReply { try one(call, .reference) }

    /// Sends a command of Redis to both sides.
    ///
    /// - Returns: The reply, ours.
    /// - Throws: ``Difference`` when the replies differ or are errors.
    @discardableResult
    public func command(_ words: Bytes...) throws -> WitnessReply { try commands([words])[0] }

    /// Sends commands of Redis to both sides at once; good for thousands.
    ///
    /// - Returns: The replies, ours.
    /// - Throws: ``Difference`` when replies differ or are errors.
    @discardableResult
    public func commands(_ commands: [[Bytes]]) throws -> [WitnessReply] {
        for words in commands {
            try twins.append(.command(words), .ours, pair)
            try twins.append(.command(words), .reference, pair)
            steps.append(.command(words))
        }
        let replies = try twins.replies()
        return try commands.indices.map { index in
            let (ours, reference) = (replies[2 * index], replies[2 * index + 1])
            let isError = if case .error = ours { true } else { false }
            guard ours == reference, !isError else {
                throw difference("\(commands[index])", ["reply ours \(ours)", "reply reference \(reference)"])
            }
            return ours
        }
    }

    // MARK: Expectations

    /// Throws unless the condition holds.
    public func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
        guard condition else { throw difference("expected: \(sentence())", [try keySpace(.ours).lines].flatMap { $0 }) }
    }

    /// Our key space.
    public func keySpace() throws -> KeySpace { try keySpace(.ours) }

    /// Throws unless the key spaces are equal, and compares them after each call again.
    public func compare() throws {
        comparesKeySpaces = true
        try compare("comparison of the key spaces")
    }

    /// Plays without comparing the key spaces after each call, for thousands of calls, and compares them once at the end.
    public func comparingOnce(_ play: () throws -> Void) throws {
        comparesKeySpaces = false
        try play()
        try compare()
    }

    // MARK: Inside

    private func both(_ step: Step) throws -> (ours: WitnessReply, reference: WitnessReply) {
        steps.append(step)
        for side in Side.allCases { try twins.append(step, side, pair) }
        let replies = try twins.replies()
        return (replies[0], replies[1])
    }

    private func one(_ call: ScriptCall, _ side: Side) throws -> WitnessReply {
        steps.append(.call(call))
        comparesKeySpaces = false
        try twins.append(.call(call), side, pair)
        return try twins.replies()[0]
    }

    private func compare(_ occasion: String) throws {
        for side in Side.allCases { twins.appendDump("digest", side, pair) }
        let digests = try twins.replies()
        if try comparison.keySpaces.areEqual(digests: digests[0], digests[1]) { return }
        let lines = try differences()
        guard lines.isEmpty else { throw difference(occasion, lines) }
    }

    private func differences() throws -> [String] { try comparison.keySpaces.differences(twins, pair) }

    private func keySpace(_ side: Side) throws -> KeySpace {
        twins.appendDump("content", side, pair)
        return try DumpScript.keySpace(twins.replies()[0])
    }

    private func difference(_ occasion: String, _ lines: [String]) -> Difference {
        Difference(occasion: label.isEmpty ? occasion : "[\(label)] \(occasion)", lines: lines, steps: steps)
    }
}

extension KeySpace {
    /// The keys in order, a line for each.
    var lines: [String] { names.map { name in "\(name): \(keys[name]?.content.description ?? "")" } }
}

extension WitnessReply {
    /// The id of the job that a fetch handed out; `nil` when it handed out none.
    public var takenJob: String? {
        guard case .array(let parts) = self, parts.count == 4, case .string(let id) = parts[1] else { return nil }
        return id.text
    }
}
