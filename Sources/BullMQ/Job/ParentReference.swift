/// The job that waits for another one.
public struct ParentReference: Sendable, Hashable {
    /// The parent's id.
    public var id: String
    /// The qualified name of the parent's queue: prefix and name joined by a colon, such as `bull:orders`.
    public var queue: String

    /// Creates a reference.
    ///
    /// - Parameters:
    ///   - id: the parent's id.
    ///   - queue: the qualified name, see ``Queue/qualifiedName``.
    public init(id: String, queue: String) {
        self.id = id
        self.queue = queue
    }

    var key: String { "\(queue):\(id)" }
}

/// What the final failure of a child does to its parent (protocol: client, section 15.5).
public enum ChildFailurePolicy: String, Sendable, Hashable, CaseIterable {
    /// The parent fails too; BullMQ's `failParentOnFailure`.
    case failParent = "fpof"
    /// The parent continues at once; BullMQ's `continueParentOnFailure`.
    case continueParent = "cpof"
    /// The failure is recorded and no longer waited for; BullMQ's `ignoreDependencyOnFailure`.
    case ignore = "idof"
    /// The child is forgotten; BullMQ's `removeDependencyOnFailure`.
    case removeDependency = "rdof"
}
