// Owns a picture of a part of Redis: every key under a prefix, with all it holds.

/// Every key under a prefix, with its content and time to live.
public struct KeySpace: Hashable, Sendable {
    /// What a key holds.
    public enum Content: Hashable, Sendable {
        /// A string.
        case string(Bytes)
        /// A list, from left to right.
        case list([Bytes])
        /// A set.
        case set(Set<Bytes>)
        /// A sorted set: scores as Redis prints them.
        case sortedSet([Bytes: Double])
        /// A hash.
        case hash([Bytes: Bytes])
        /// A stream, from the oldest entry to the newest.
        case stream([StreamEntry])
    }

    /// An entry of a stream.
    public struct StreamEntry: Hashable, Sendable {
        /// The entry's id, `ms-sequence`.
        public let id: String
        /// Names and values, alternating, in the order they were added.
        public let fields: [Bytes]

        /// An entry.
        public init(id: String, fields: [Bytes]) {
            self.id = id
            self.fields = fields
        }

        /// The value of the first field of this name.
        public subscript(name: Bytes) -> Bytes? {
            stride(from: 0, to: fields.count - 1, by: 2).first { fields[$0] == name }.map { fields[$0 + 1] }
        }
    }

    /// One key.
    public struct Key: Hashable, Sendable {
        /// What it holds.
        public var content: Content
        /// Milliseconds until it expires; `nil` when it does not.
        public var timeToLive: Int?

        /// A key that holds `content`.
        public init(content: Content, timeToLive: Int? = nil) {
            self.content = content
            self.timeToLive = timeToLive
        }
    }

    /// The keys by name, without the prefix.
    public var keys: [Bytes: Key]

    /// A picture of these keys.
    public init(keys: [Bytes: Key]) { self.keys = keys }

    /// The key of this name (without the prefix).
    public subscript(name: Bytes) -> Key? { keys[name] }

    /// The names in order.
    public var names: [Bytes] { keys.keys.sorted() }

    /// The hash of this name, as text; `nil` when there is none.
    public func hash(_ name: Bytes) -> [String: String]? {
        guard case .hash(let fields)? = keys[name]?.content else { return nil }
        return Dictionary(fields.map { ($0.key.text, $0.value.text) }) { _, last in last }
    }

    /// The entries of the stream of this name; none when there is none.
    public func stream(_ name: Bytes) -> [StreamEntry] {
        guard case .stream(let entries)? = keys[name]?.content else { return [] }
        return entries
    }
}

extension KeySpace {
    /// What differs from `other`, a line for each difference; empty when nothing does.
    ///
    /// Times to live count as equal when both exist and lie within `timeToLiveTolerance` milliseconds of each other.
    public func differences(
        from other: KeySpace, timeToLiveTolerance: Int = 1000, names: (here: String, there: String) = ("left", "right")
    ) -> [String] {
        Set(keys.keys).union(other.keys.keys).sorted().flatMap { name -> [String] in
            switch (keys[name], other.keys[name]) {
            case (let here?, let there?):
                var lines = here.content.differences(from: there.content, names: names).map { "\(name): \($0)" }
                if !Self.near(here.timeToLive, there.timeToLive, timeToLiveTolerance) {
                    lines.append(
                        "\(name): time to live \(names.here) \(Self.words(here.timeToLive)), "
                            + "\(names.there) \(Self.words(there.timeToLive))")
                }
                return lines
            case (let here?, nil): return ["\(name): only \(names.here): \(here.content)"]
            case (nil, let there?): return ["\(name): only \(names.there): \(there.content)"]
            case (nil, nil): return []
            }
        }
    }

    private static func near(_ left: Int?, _ right: Int?, _ tolerance: Int) -> Bool {
        guard let left, let right else { return left == right }
        return abs(left - right) <= tolerance
    }

    private static func words(_ timeToLive: Int?) -> String { timeToLive.map { "\($0) ms" } ?? "none" }
}

extension KeySpace.Content: CustomStringConvertible {
    /// The content in one line, in a stable order.
    public var description: String {
        switch self {
        case .string(let bytes): "string \(bytes)"
        case .list(let items): "list [\(items.map(\.description).joined(separator: ", "))]"
        case .set(let members): "set [\(members.sorted().map(\.description).joined(separator: ", "))]"
        case .sortedSet(let scores):
            "sorted set [\(scores.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))]"
        case .hash(let fields):
            "hash [\(fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))]"
        case .stream(let entries):
            "stream [\(entries.map { $0.fields.map(\.description).joined(separator: " ") }.joined(separator: ", "))]"
        }
    }

    /// What differs, a line for each field or member; stream ids are times and do not count.
    func differences(from other: Self, names: (here: String, there: String)) -> [String] {
        switch (self, other) {
        case (.hash(let here), .hash(let there)):
            return Self.differences(here, there, names: names, kind: "field")
        case (.sortedSet(let here), .sortedSet(let there)):
            return Self.differences(here, there, names: names, kind: "score of")
        case (.stream(let here), .stream(let there)):
            guard here.map(\.fields) != there.map(\.fields) else { return [] }
            return ["\(names.here) \(self), \(names.there) \(other)"]
        default:
            return self == other ? [] : ["\(names.here) \(self), \(names.there) \(other)"]
        }
    }

    private static func differences<Value: Equatable>(
        _ here: [Bytes: Value], _ there: [Bytes: Value], names: (here: String, there: String), kind: String
    ) -> [String] {
        Set(here.keys).union(there.keys).sorted().compactMap { name in
            guard here[name] != there[name] else { return nil }
            let left = here[name].map { "\($0)" } ?? "absent"
            let right = there[name].map { "\($0)" } ?? "absent"
            return "\(kind) \(name): \(names.here) \(left), \(names.there) \(right)"
        }
    }
}
