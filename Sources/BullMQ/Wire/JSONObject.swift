// Owns: `JSONObject`, the ordered members of a JSON object. The rule it keeps: a key occurs once, compared by its bytes; its
// position is where it was first set, its value what was set last (as in JavaScript).

/// The members of a JSON object, in order.
///
/// Looking a key up takes constant time (a scan of up to 16 members, an index above), replacing and appending too; removing
/// takes time in proportion to the number of members.
///
/// ```swift
/// var object: JSONObject = ["b": 1, "a": 2]
/// object["b"] = "changed"              // stays the first member
/// object["c"] = nil                    // removes a member
/// for (key, value) in object { ... }
/// ```
public struct JSONObject: Sendable {
    /// One name with its value.
    public typealias Member = (key: String, value: JSONValue)

    private var members: [Member] = []
    /// Where each key is, kept only for objects with more than ``scanLimit`` members.
    private var positions: [ByteKey: Int]?

    private static let scanLimit = 16

    /// An empty object.
    public init() {}

    /// An object of these members; of a repeated key the first position and the last value count.
    ///
    /// - Parameter members: Names with their values.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        reserveCapacity(members.underestimatedCount)
        for (key, value) in members { set(key, to: value) }
    }

    /// The value of a member. Assigning `nil` removes the member, assigning ``JSONValue/null`` sets it to `null`.
    ///
    /// - Parameter key: The member's name, compared by code point.
    public subscript(key: String) -> JSONValue? {
        get {
            position(of: key).map { members[$0].value }
        }
        set {
            if let newValue {
                set(key, to: newValue)
            } else if let position = position(of: key) {
                remove(at: position)
            }
        }
    }

    /// The names, in order.
    public var keys: some RandomAccessCollection<String> { members.lazy.map(\.key) }

    /// The values, in order.
    public var values: some RandomAccessCollection<JSONValue> { members.lazy.map(\.value) }

    /// Makes room for this many members.
    ///
    /// - Parameter capacity: The number of members expected in all.
    public mutating func reserveCapacity(_ capacity: Int) {
        members.reserveCapacity(capacity)
    }

    /// Sets a member: in place if the key exists, at the end otherwise.
    mutating func set(_ key: String, to value: JSONValue) {
        if let position = position(of: key) {
            members[position].value = value
            return
        }
        // Few objects have one member; growing by one and two would be most of the cost of a small one.
        if members.isEmpty { members.reserveCapacity(4) }
        members.append((key, value))
        if positions != nil {
            positions?[ByteKey(key)] = members.count - 1
        } else if members.count > Self.scanLimit {
            indexMembers()
        }
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[ByteKey(key)] }
        for position in members.indices where members[position].key.hasSameBytes(as: key) { return position }
        return nil
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        positions = nil
        if members.count > Self.scanLimit { indexMembers() }
    }

    private mutating func indexMembers() {
        var positions: [ByteKey: Int] = [:]
        positions.reserveCapacity(members.count * 2)
        for (position, member) in members.enumerated() { positions[ByteKey(member.key)] = position }
        self.positions = positions
    }
}

extension JSONObject: RandomAccessCollection {
    /// The position of the first member: 0.
    public var startIndex: Int { 0 }

    /// The position after the last member.
    public var endIndex: Int { members.count }

    /// The member at a position.
    ///
    /// - Parameter position: From 0 to ``endIndex``, exclusive.
    public subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Hashable {
    /// Whether both objects have the same members, in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    /// Feeds the members to a hasher, without regard to their order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for (key, value) in members {
            var member = Hasher()
            key.hashBytes(into: &member)
            member.combine(value)
            combined ^= member.finalize()
        }
        hasher.combine(count)
        hasher.combine(combined)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object of these members; of a repeated key the first position and the last value count.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: CustomStringConvertible {
    /// The JSON text.
    public var description: String { JSONValue.object(self).serialized() }
}
