// Owns what a directed case is: a sentence about a script's behaviour, where the specification says it, and what to play.

/// A directed case.
public struct DirectedCase: Sendable {
    /// The behaviour, as a sentence.
    public let name: String
    /// Where it is specified, such as `scripts-add 3.1`.
    public let section: String
    /// The deliberate difference it proves; `nil` for a case in which both sides agree.
    public let deviation: Deviation?
    /// Plays the case.
    let play: @Sendable (Scene) throws -> Void

    /// A case.
    ///
    /// - Parameters:
    ///   - name: The behaviour, as a sentence.
    ///   - section: Where it is specified.
    ///   - deviation: The deliberate difference it proves.
    ///   - play: Plays the case on two empty databases. Each step is compared by itself.
    public init(
        _ name: String, _ section: String, deviation: Deviation? = nil, play: @escaping @Sendable (Scene) throws -> Void
    ) {
        self.name = name
        self.section = section
        self.deviation = deviation
        self.play = play
    }
}

/// The directed cases of a script.
public struct CaseGroup: Sendable {
    /// The script's name without its number of keys.
    public let script: String
    /// The cases.
    public let cases: [DirectedCase]

    /// The cases of a script.
    public init(_ script: String, _ cases: [DirectedCase]) {
        self.script = script
        self.cases = cases
    }
}
