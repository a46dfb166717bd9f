/// Decides which calls travel alone, which wait for the next group, and when that goes out. A pure state machine.
///
/// The rule: the server always has something to do, and nobody waits while it has nothing. With steady traffic two groups of
/// equal size take turns, one at the server, one whose answers are being looked at here. They must not travel at the same time:
/// the server reads everything that has arrived, and answers when it has done all of it.
struct Gathering<Member> {
    /// Larger groups gain nothing, and keep other clients waiting.
    static var largestGroup: Int { 100 }
    /// So few at a time gain more by travelling at once than by travelling together.
    private static var fewest: Int { 4 }

    /// More would be kept from the bound on bytes that wait for the connection.
    private static var mostWaiting: Int { 10_000 }

    /// Members of calls that were sent and not answered.
    private(set) var underWay = 0
    private(set) var waiting: [Member] = []
    /// How many were under way or waiting lately: about so many are likely to come again.
    private var crowd = 0

    /// Whether a call that arrives now travels alone; it is under way then.
    mutating func goesAlone() -> Bool {
        guard waiting.isEmpty, crowd <= Self.fewest, underWay < Self.fewest else { return false }
        underWay += 1
        return true
    }

    /// Adds a member to those who wait; false if there are too many.
    mutating func wait(_ member: Member) -> Bool {
        guard waiting.count < Self.mostWaiting else { return false }
        waiting.append(member)
        return true
    }

    /// Calls were answered, or failed.
    mutating func ended(_ count: Int) {
        // Those who were just answered have not come again yet: they are forgotten little by little.
        crowd = max(underWay + waiting.count, crowd - (crowd + 3) / 4)
        underWay -= count
    }

    /// Whether those who wait are half of all, so that they go out at once.
    var isHalf: Bool {
        waiting.count >= max(1, min(max(underWay, (crowd + 1) / 2), Self.largestGroup))
    }

    /// Whether those who wait go out at the end of the event loop's turn: until then they may get company.
    var isWorthSending: Bool {
        !waiting.isEmpty && waiting.count >= min(underWay, Self.largestGroup)
    }

    /// The next group to send; nil if it is better to wait for an answer.
    mutating func next() -> [Member]? {
        guard isWorthSending else { return nil }
        let size = min(waiting.count, Self.largestGroup)
        underWay += size
        guard size < waiting.count else {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting.removeFirst(size) }
        return Array(waiting[..<size])
    }

    /// Those who wait, wherever `isIncluded`: they will not be part of a group.
    mutating func release(where isIncluded: (Member) -> Bool) -> [Member] {
        let released = waiting.filter(isIncluded)
        waiting.removeAll(where: isIncluded)
        return released
    }
}
