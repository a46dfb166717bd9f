// Owns the list of what two clients may leave in Redis differently, each with its reason. Everything else must be equal.

/// A difference between the key spaces of two clients that means nothing to any reader.
public enum AllowedDifference: String, CaseIterable, Sendable {
    case clocks
    case randomIDs
    case stackTraces
    case zeroOptions
    case version
    case housekeeping
    case marker
    case priorityCounter
    case offsets
    case previousMillis
    case flowOrder
    case drained

    /// What may differ, and why.
    public var reason: String {
        switch self {
        case .clocks:
            "the sides play one after the other: a time near the beginning counts in minutes from there, a delay up to a slot "
                + "as that slot"
        case .randomIDs: "jobs of flows get random ids: each is replaced by the name of the job that the events tell"
        case .stackTraces: "a runtime's own words: only how many there are must be equal"
        case .zeroOptions: "the package spells out that there is no delay (protocol: client, section 5)"
        case .version: "the package does not say in `meta` which client wrote last"
        case .housekeeping:
            "the lock of the stalled check is there when a worker has lately looked, and tells nothing else"
        case .marker: "after a worker has run: whether it took the marker before it closed is chance"
        case .priorityCounter:
            "after a worker has run and no prioritized job is left: whether a last fetch set the counter back before it closed is "
                + "chance"
        case .offsets: "an interval without offset takes the moment of its creation as offset"
        case .previousMillis:
            "the package leaves the time of the previous run in jobs of intervals too, where nobody reads it"
        case .drained:
            "the package finishes a job without asking for the next one, and then the script tells `drained` even if a delayed job "
                + "is left (protocol: scripts-move, section 4.2)"
        case .flowOrder:
            "the package adds a flow depth first, the library level by level: events of different jobs may change places"
        }
    }

    /// Whether it shows only by chance, so that no scenario can prove it.
    public var dependsOnChance: Bool { [.housekeeping, .marker, .priorityCounter].contains(self) }
}
