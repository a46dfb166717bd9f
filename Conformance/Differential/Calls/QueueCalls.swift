// Owns the names of a queue's keys and the time at which cases play. Its extensions build the calls of the scripts:
// each names its arguments, and puts keys and arguments where the protocol has them.

public import Witness

/// Builds calls of scripts on one queue.
public struct QueueCalls: Hashable, Sendable {
    /// The qualified name, such as `q:a`: the key prefix and the queue's name.
    public let name: String

    /// The calls of the queue of this qualified name.
    public init(_ name: String) { self.name = name }

    /// The time at which cases play unless they say otherwise, in milliseconds.
    public static let clock = 1_700_000_000_000

    /// What the keys of the queue begin with.
    public var prefix: String { name + ":" }

    /// The queue's key with this suffix, such as `wait`.
    public func key(_ suffix: String) -> Bytes { Bytes(prefix + suffix) }

    /// The queue's keys with these suffixes, separated by blanks. (Job ids, which may hold blanks, go with `key`.)
    func keys(_ suffixes: String) -> [Bytes] { suffixes.split(separator: " ").map { key(String($0)) } }

    /// The prefix as an argument.
    var prefixArgument: Argument { .text(prefix) }
}

/// A parent as the adding scripts are told of it.
public struct ParentReference: Hashable, Sendable {
    /// The qualified name of the parent's queue.
    public var queue: String
    /// The parent's id.
    public var id: String
    /// What the child's failure does to the parent: `fpof`, `cpof`, `idof` or `rdof`; `nil` for nothing.
    public var policy: String?

    /// A parent.
    public init(_ queue: String, _ id: String, policy: String? = nil) {
        self.queue = queue
        self.id = id
        self.policy = policy
    }

    /// The parent's key.
    public var key: String { "\(queue):\(id)" }

    /// The reference as it is packed.
    var packed: MessagePack {
        var value: MessagePack = ["id": .text(id), "queueKey": .text(queue)]
        if let policy { value[policy] = true }
        return value
    }
}

/// The two states in which a job ends.
public enum FinishedState: String, Hashable, Sendable, CaseIterable {
    /// Done.
    case completed
    /// Given up.
    case failed

    /// The field of the job that holds the result.
    var field: String { self == .completed ? "returnvalue" : "failedReason" }
}

/// The side of the line a job is put back on.
public enum Push: String, Hashable, Sendable, CaseIterable {
    /// To the end of the line.
    case left = "LPUSH"
    /// To the front of the line.
    case right = "RPUSH"
}
