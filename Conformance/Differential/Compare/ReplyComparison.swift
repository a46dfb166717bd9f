// Owns when the replies of two scripts count as equal: fields of a hash in any order, remaining times within a tolerance,
// two errors whatever their words, everything else exactly.

import Witness

/// Compares replies of the same call.
struct ReplyComparison: Sendable {
    /// What a script answers, where equality is more than equality of bytes.
    private indirect enum Shape: Sendable {
        case exact
        /// The fields of a hash, alternating with their values.
        case fields
        /// Milliseconds that remain.
        case remaining
        /// A list whose elements have these shapes; elements beyond are exact.
        case tuple([Shape])
        /// A list of elements of one shape.
        case list(Shape)
    }

    private static let fetched = Shape.tuple([.fields, .exact, .remaining, .exact])

    private static let shapes: [String: Shape] = [
        "moveToActive": fetched,
        "moveToFinished": fetched,
        "moveToDelayed": fetched,
        "moveJobFromActiveToWait": .remaining,
        "getRateLimitTtl": .remaining,
        "getJobs": .list(.list(.tuple([.exact, .fields]))),
        "getJobScheduler": .tuple([.fields]),
        "paginate": .tuple([.exact, .exact, .exact, .exact, .list(.fields)]),
    ]

    /// How stored JSON and times are compared.
    var keySpaces = KeySpaceComparison()

    /// What differs between the replies to a step; `nil` when they are equal.
    func difference(
        _ step: Step, _ ours: WitnessReply, _ reference: WitnessReply, after steps: [Step]
    ) -> Difference? {
        let script = if case .call(let call) = step { call.script } else { "" }
        if areEqual(ours, reference, script: script) { return nil }
        return Difference(
            occasion: "\(step)", lines: ["reply ours \(ours)", "reply reference \(reference)"], steps: steps)
    }

    /// Whether the replies to a call of `script` are equal.
    func areEqual(_ ours: WitnessReply, _ reference: WitnessReply, script: String) -> Bool {
        if ours == reference { return true }
        if case (.error, .error) = (ours, reference) { return true }
        let command = String(script.prefix { $0 != "-" })
        return areEqual(ours, reference, Self.shapes[command] ?? .exact)
    }

    private func areEqual(_ ours: WitnessReply, _ reference: WitnessReply, _ shape: Shape) -> Bool {
        if ours == reference { return true }
        switch (shape, ours, reference) {
        case (.remaining, .integer(let left), .integer(let right)):
            return left > 0 && right > 0 && abs(left - right) <= keySpaces.timeToLiveTolerance
        case (.fields, .array(let left), .array(let right)):
            guard left.count == right.count, var here = Self.hash(left), let there = Self.hash(right) else {
                return false
            }
            keySpaces.align(&here, with: there)
            return here == there
        case (.tuple(let shapes), .array(let left), .array(let right)):
            return left.count == right.count
                && left.indices.allSatisfy { index in
                    areEqual(left[index], right[index], index < shapes.count ? shapes[index] : .exact)
                }
        case (.list(let shape), .array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1, shape) }
        default:
            return false
        }
    }

    private static func hash(_ flat: [WitnessReply]) -> [Bytes: Bytes]? {
        guard flat.count % 2 == 0 else { return nil }
        var fields: [Bytes: Bytes] = [:]
        for index in stride(from: 0, to: flat.count, by: 2) {
            guard case (.string(let name), .string(let value)) = (flat[index], flat[index + 1]) else { return nil }
            fields[name] = value
        }
        return fields
    }
}
