// Owns: the offset from UTC of one time zone at any instant. Knows nothing of files; instants are whole seconds since
// 1970.

/// The offsets of one time zone, past and future.
struct TimeZoneRules: Sendable, Hashable {
    /// A moment at which clocks are set forward or back.
    struct Change: Sendable, Hashable {
        let instant: Int
        /// Seconds east of UTC before and after.
        let before, after: Int
    }

    /// Before the first change.
    private let initialOffset: Int
    /// Those that are written down, in order.
    private let changes: [Change]
    /// What holds from the last of them on.
    private let future: POSIXTimeZone?

    init(initialOffset: Int, changes: [Change] = [], future: POSIXTimeZone? = nil) {
        self.initialOffset = initialOffset
        self.changes = changes
        self.future = future
    }

    /// A zone whose clocks are never set.
    init(fixedOffset offset: Int) { self.init(initialOffset: offset) }

    init(_ rules: POSIXTimeZone) { self.init(initialOffset: rules.standardOffset, future: rules) }

    static let utc = TimeZoneRules(fixedOffset: 0)

    /// Seconds east of UTC at an instant.
    func offset(at instant: Int) -> Int {
        if let future, changes.last.map({ $0.instant <= instant }) ?? true {
            return future.change(atOrBefore: instant)?.after ?? future.standardOffset
        }
        return change(atOrBefore: instant)?.after ?? initialOffset
    }

    /// The first change after an instant.
    func change(after instant: Int) -> Change? {
        let index = changes.partitionIndex { $0.instant > instant }
        if index < changes.endIndex { return changes[index] }
        return future?.change(after: max(instant, changes.last?.instant ?? .min))
    }

    /// The change that made the offset what it is at an instant.
    func change(atOrBefore instant: Int) -> Change? {
        if let last = changes.last, last.instant <= instant, let future {
            // What lies before the last written change is not the business of the rules for the future.
            let change = future.change(atOrBefore: instant)
            return change.map { $0.instant > last.instant ? $0 : last } ?? last
        }
        if changes.isEmpty { return future?.change(atOrBefore: instant) }
        let index = changes.partitionIndex { $0.instant > instant }
        return index > 0 ? changes[index - 1] : nil
    }
}

extension Array {
    /// The first position of an element that is as wanted, in an array where those that are come last.
    fileprivate func partitionIndex(_ isWanted: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isWanted(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
