// Owns one step of a case or sequence: a call of a script, or a plain command that prepares what the next calls meet.

public import Witness

/// A call of a script, by name.
public struct ScriptCall: Hashable, Sendable, CustomStringConvertible {
    /// The script's name with its number of keys, such as `moveToActive-11`.
    public var script: String
    /// The keys.
    public var keys: [Bytes]
    /// The other arguments.
    public var arguments: [Argument]

    /// A call.
    public init(_ script: String, keys: [Bytes], arguments: [Argument]) {
        self.script = script
        self.keys = keys
        self.arguments = arguments
    }

    /// The name, the keys and the arguments.
    public var description: String {
        "\(script) keys [\(keys.map(\.description).joined(separator: ", "))] "
            + "arguments [\(arguments.map(\.description).joined(separator: ", "))]"
    }
}

/// One step.
public enum Step: Hashable, Sendable, CustomStringConvertible {
    /// A call of a script.
    case call(ScriptCall)
    /// A plain command of Redis.
    case command([Bytes])

    /// The step in one line.
    public var description: String {
        switch self {
        case .call(let call): call.description
        case .command(let words): words.map(\.description).joined(separator: " ")
        }
    }
}
