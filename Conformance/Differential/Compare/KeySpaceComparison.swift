// Owns when two key spaces count as equal: stored JSON by its meaning, times to live within a tolerance, stream ids not at
// all, everything else exactly. It knows nothing of scripts, so whatever wrote the two can be compared.

public import Witness

/// Compares whole key spaces.
public struct KeySpaceComparison: Sendable {
    /// How far two times to live may lie apart, in milliseconds.
    public var timeToLiveTolerance: Int
    /// The fields of hashes that hold JSON which a script encoded, in any order of keys.
    public var jsonFields: Set<Bytes>

    /// A comparison.
    ///
    /// - Parameters:
    ///   - timeToLiveTolerance: Default: 1500 ms.
    ///   - jsonFields: Default: the options and the parent of a job, and of the next job of a deduplication id.
    public init(timeToLiveTolerance: Int = 1500, jsonFields: Set<Bytes> = ["opts", "parent", "pd"]) {
        self.timeToLiveTolerance = timeToLiveTolerance
        self.jsonFields = jsonFields
    }

    /// What differs, a line for each difference; empty when nothing does.
    public func differences(ours: KeySpace, reference: KeySpace) -> [String] {
        var aligned = ours
        for (name, key) in ours.keys {
            guard case .hash(var fields) = key.content, case .hash(let others)? = reference[name]?.content else {
                continue
            }
            align(&fields, with: others)
            aligned.keys[name]?.content = .hash(fields)
        }
        return aligned.differences(
            from: reference, timeToLiveTolerance: timeToLiveTolerance, names: ("ours", "reference"))
    }

    /// What differs between the two sides of a pair, a line for each difference.
    func differences(_ twins: Twins, _ pair: Twins.Pair) throws -> [String] {
        for side in Side.allCases { twins.appendDump("content", side, pair) }
        let contents = try twins.replies().map(DumpScript.keySpace)
        return differences(ours: contents[0], reference: contents[1])
    }

    /// Whether two digests, as the dump script takes them, are of equal key spaces. `false` may also mean that JSON differs
    /// in form only.
    func areEqual(digests ours: WitnessReply, _ reference: WitnessReply) throws -> Bool {
        let (left, right) = (try ours.elements, try reference.elements)
        return try left[0] == right[0] && isNear(left[1].elements, right[1].elements)
    }

    /// Whether two lists of times to live, names and milliseconds alternating, are of the same keys and near enough.
    private func isNear(_ ours: [WitnessReply], _ reference: [WitnessReply]) -> Bool {
        ours.count == reference.count
            && zip(ours, reference).allSatisfy { pair in
                if case (.integer(let left), .integer(let right)) = pair {
                    return abs(left - right) <= timeToLiveTolerance
                }
                return pair.0 == pair.1
            }
    }

    /// Takes over the other's text of each field that means the same.
    func align(_ fields: inout [Bytes: Bytes], with others: [Bytes: Bytes]) {
        for field in jsonFields {
            guard let ours = fields[field], let theirs = others[field], ours != theirs else { continue }
            if let left = try? JSONWitness.read(ours).value, let right = try? JSONWitness.read(theirs).value,
                left == right
            {
                fields[field] = theirs
            }
        }
    }
}
