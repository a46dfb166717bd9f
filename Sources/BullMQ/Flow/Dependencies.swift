// Owns: what a job knows of its children (protocol: client, section 7).

/// What became of a job's children, as the job itself keeps book of it.
public enum DependencyKind: String, Sendable, Hashable, CaseIterable {
    /// Completed; the job has their results.
    case processed
    /// Not finished yet, or failed without a ``ChildFailurePolicy``: the job waits for them.
    case unprocessed
    /// Failed under ``ChildFailurePolicy/failParent``.
    case failed
    /// Failed under ``ChildFailurePolicy/ignore`` or ``ChildFailurePolicy/continueParent``.
    case ignored

    /// The end of the key under which the job keeps them. The names are crossed: ignored failures are called `failed` there.
    var keySuffix: String {
        switch self {
        case .processed: ":processed"
        case .unprocessed: ":dependencies"
        case .failed: ":unsuccessful"
        case .ignored: ":failed"
        }
    }
}

/// All children of a job.
public struct Dependencies: Sendable, Hashable {
    /// The results of children that completed, by their full keys.
    public var processed: [String: JSONText]
    /// The full keys of children the job waits for.
    public var unprocessed: Set<String>
    /// The full keys of children whose failure fails the job, the first to fail first.
    public var failed: [String]
    /// Why children failed whose failure does not fail the job, by their full keys.
    public var ignored: [String: String]

    /// Creates the record of a job's children; there are none by default.
    public init(
        processed: [String: JSONText] = [:], unprocessed: Set<String> = [], failed: [String] = [],
        ignored: [String: String] = [:]
    ) {
        self.processed = processed
        self.unprocessed = unprocessed
        self.failed = failed
        self.ignored = ignored
    }
}

/// How many children a job has of each kind.
public struct DependencyCounts: Sendable, Hashable {
    /// Children that completed.
    public var processed: Int
    /// Children the job waits for.
    public var unprocessed: Int
    /// Children whose failure fails the job.
    public var failed: Int
    /// Children whose failure is ignored.
    public var ignored: Int

    /// Creates counts; 0 by default.
    public init(processed: Int = 0, unprocessed: Int = 0, failed: Int = 0, ignored: Int = 0) {
        self.processed = processed
        self.unprocessed = unprocessed
        self.failed = failed
        self.ignored = ignored
    }
}

/// A child as its parent keeps book of it.
public struct ChildRecord: Sendable, Hashable {
    /// What became of the child.
    public enum Outcome: Sendable, Hashable {
        /// It completed with this result.
        case processed(JSONText)
        /// Its parent waits for it.
        case unprocessed
        /// It failed, and its parent fails with it.
        case failed
        /// It failed for this reason, and its parent does not mind.
        case ignored(reason: String)
    }

    /// The child's full key.
    public let key: String
    /// What became of it.
    public let outcome: Outcome
}

/// A place in the children of one ``DependencyKind``, from which the next page is read. Other users may keep its text for as long as they
/// like.
public struct DependencyCursor: RawRepresentable, Sendable, Hashable {
    /// A cursor of Redis, or a position for ``DependencyKind/failed``.
    public let rawValue: String

    /// A cursor that was kept as text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The first page.
    public static let start = DependencyCursor(rawValue: "0")
}

/// Some of a job's children of one ``DependencyKind``.
public struct DependencyPage: Sendable, Hashable {
    /// The children. There may be more than were asked for, or none although more pages follow.
    public var children: [ChildRecord]
    /// Where the next page begins; nil on the last one.
    public var next: DependencyCursor?
}

/// A range of a job's children of one ``DependencyKind``, with their jobs.
public struct DependencyListing: Sendable {
    /// A child and its job.
    public struct Entry: Sendable {
        /// The child in its parent's book.
        public let child: ChildRecord
        /// The child itself; nil if it exists no more.
        public let job: Job?
    }

    /// The children in the range.
    public let entries: [Entry]
    /// How many children of that kind there are in all.
    public let total: Int
}
