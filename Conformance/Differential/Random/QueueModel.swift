// Owns what a generator believes about a queue: which ids it has met, and where each probably is. It follows the replies
// and nothing else, so it is sometimes wrong, which is welcome: calls for a job in another state are part of life.

import Witness

/// A generator's picture of one queue.
struct QueueModel {
    /// Where a job probably is.
    enum Place: CaseIterable {
        case wait, prioritized, delayed, children, active, completed, failed
    }

    /// How a queue's calls are built.
    let calls: QueueCalls
    /// The ids, in the order in which they came to their places.
    private var ids: [Place: [String]] = [:]
    /// The parent's key of each child.
    var parents: [String: String] = [:]
    /// The children's keys by the parent's id.
    var children: [String: [String]] = [:]
    /// The iterations that schedulers created, the newest last.
    var iterations: [String: [String]] = [:]
    /// Whether the scheduler goes by `every`.
    var goesByInterval: [String: Bool] = [:]

    /// The ids added without priority.
    private var plain: Set<String> = []
    /// The ids that have, or may have, had a priority.
    private var ranked: Set<String> = []

    init(_ name: String) { calls = QueueCalls(name) }

    func ids(in place: Place) -> [String] { ids[place] ?? [] }

    /// The ids of several places; of all when none is given.
    func ids(in places: [Place]) -> [String] { places.flatMap { ids[$0] ?? [] } }

    var all: [String] { ids(in: Place.allCases) }

    /// Where a job is believed to be; `nil` when it is not known.
    func place(of id: String) -> Place? { Place.allCases.first { ids[$0]?.contains(id) == true } }

    /// Whether a job surely has no priority.
    func isPlain(_ id: String) -> Bool { plain.contains(id) && !ranked.contains(id) }

    /// Notes that a job was added, or changed, with or without priority.
    mutating func note(_ id: String, hasPriority: Bool) {
        if hasPriority { ranked.insert(id) } else { plain.insert(id) }
    }

    mutating func put(_ id: String, in place: Place?) {
        for other in Place.allCases { ids[other]?.removeAll { $0 == id } }
        if let place { ids[place, default: []].append(id) }
    }

    /// Forgets everything: ids may be given anew, to jobs that nobody told of.
    mutating func forget() {
        ranked.formUnion(plain)
        for id in 0...200 { ranked.insert("\(id)") }
        empty(Place.allCases)
    }

    /// Takes everything out of some places.
    mutating func empty(_ places: [Place]) {
        for place in places { ids[place] = nil }
    }
}
