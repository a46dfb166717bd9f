// Owns playing a fixed list of steps, for shrinking and for replaying.

import Witness

/// Plays given steps.
final class Trial {
    private let twins: Twins
    private let pair: Twins.Pair
    private let comparison = ReplyComparison()
    /// How many replies of the last play were errors.
    private(set) var errors = 0

    init(_ twins: Twins, _ pair: Twins.Pair) {
        self.twins = twins
        self.pair = pair
    }

    /// Plays the steps at once.
    ///
    /// - Returns: What differs; `nil` when nothing does, or only on purpose.
    func play(_ steps: [Step]) throws -> Difference? {
        twins.appendFlush(pair)
        for side in Side.allCases {
            for step in steps { try twins.append(step, side, pair) }
        }
        for side in Side.allCases { twins.appendDump("digest", side, pair) }
        let replies = try twins.replies().dropFirst(2)
        errors = replies.count { if case .error = $0 { true } else { false } }
        let (first, count) = (replies.startIndex, steps.count)
        for (index, step) in steps.enumerated() {
            let (ours, reference) = (replies[first + index], replies[first + count + index])
            let past = Array(steps.prefix(index + 1))
            guard let difference = comparison.difference(step, ours, reference, after: past) else { continue }
            return Deviation.excusing(step, ours, reference, after: past) == nil ? difference : nil
        }
        let (ours, reference) = (replies[first + 2 * count], replies[first + 2 * count + 1])
        if try comparison.keySpaces.areEqual(digests: ours, reference) { return nil }
        let lines = try comparison.keySpaces.differences(twins, pair)
        return lines.isEmpty ? nil : Difference(occasion: "key spaces at the end", lines: lines, steps: steps)
    }

    /// Plays the steps one by one and finds the first after which something differs.
    func locate(_ steps: [Step]) throws -> Difference? {
        for count in 1...max(steps.count, 1) {
            if var difference = try play(Array(steps.prefix(count))) {
                if count <= steps.count, difference.occasion == "key spaces at the end" {
                    difference.occasion = "key spaces after \(steps[count - 1])"
                }
                return difference
            }
        }
        return nil
    }
}
