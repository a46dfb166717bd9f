/// When an added job counts as a duplicate and is dropped (protocol: scripts-add, sections 2.9 to 2.13).
public struct Deduplication: Sendable, Hashable {
    /// What makes jobs duplicates of each other.
    public var id: String
    /// How long the id stays taken after a job was accepted; nil means until that job finishes.
    public var ttl: Duration?
    /// Each dropped job starts `ttl` anew.
    public var extend: Bool
    /// A newer job replaces an older one that is still delayed.
    public var replace: Bool
    /// While the owner is active, the newest job is kept and added when the owner finishes.
    public var keepLastIfActive: Bool

    /// Creates any combination; prefer the named modes.
    public init(
        id: String, ttl: Duration? = nil, extend: Bool = false, replace: Bool = false, keepLastIfActive: Bool = false
    ) {
        self.id = id
        self.ttl = ttl
        self.extend = extend
        self.replace = replace
        self.keepLastIfActive = keepLastIfActive
    }

    /// Drop jobs until the first one has finished.
    public static func simple(id: String) -> Deduplication { Deduplication(id: id) }

    /// Drop jobs for `ttl` after the first one was added.
    public static func throttle(id: String, ttl: Duration) -> Deduplication { Deduplication(id: id, ttl: ttl) }

    /// Keep only the newest job; give the job a delay equal to `ttl`.
    public static func debounce(id: String, ttl: Duration) -> Deduplication {
        Deduplication(id: id, ttl: ttl, extend: true, replace: true)
    }

    /// Drop jobs while the owner waits; keep the newest one added while it runs.
    public static func keepLast(id: String) -> Deduplication { Deduplication(id: id, keepLastIfActive: true) }
}
