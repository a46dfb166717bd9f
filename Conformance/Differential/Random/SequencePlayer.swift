// Owns the playing of random sequences: many at a time, each on a pair of databases of its own, one operation of each in
// a round trip. Replies are compared as they come, the key spaces at the end of a sequence.

import Witness

/// A random sequence in which the sides differ.
struct FailedSequence {
    /// Its number.
    let number: Int
    /// Its steps, up to the one that differs.
    let steps: [Step]
    /// What differs.
    let difference: Difference
}

/// Plays random sequences.
final class SequencePlayer {
    /// How many sequences are played at the same time.
    static let lanes = 48

    private let twins: Twins
    private let seed: UInt64
    private let comparison = ReplyComparison()
    /// How many steps were played.
    private(set) var steps = 0
    /// How many sequences ended early at a deliberate difference.
    private(set) var excused = 0

    init(_ twins: Twins, seed: UInt64) {
        self.twins = twins
        self.seed = seed
    }

    private struct Lane {
        let number: Int
        let pair: Twins.Pair
        var generator: SequenceGenerator
        var operations: Int
        var steps: [Step] = []
        var end: End?
    }

    /// Why a sequence is not played on.
    private enum End {
        case differs(Difference)
        case excused
    }

    /// Plays the sequences of these numbers, at most as many as there are lanes.
    ///
    /// - Returns: Those in which the sides differ.
    func play(_ numbers: Range<Int>) throws -> [FailedSequence] {
        var lanes = numbers.enumerated().map { index, number in
            var generator = SequenceGenerator(seed: seed, sequence: number)
            let operations = generator.length()
            return Lane(
                number: number, pair: Twins.Pair(index: Twins.Pair.spare.index + 1 + index), generator: generator,
                operations: operations)
        }
        while lanes.contains(where: { $0.operations > 0 && $0.end == nil }) { try playRound(&lanes) }
        try compareKeySpaces(&lanes)
        for lane in lanes { twins.appendFlush(lane.pair) }
        _ = try twins.replies()
        return lanes.compactMap { lane in
            guard case .differs(let difference) = lane.end else { return nil }
            return FailedSequence(number: lane.number, steps: lane.steps, difference: difference)
        }
    }

    /// One operation of each sequence.
    private func playRound(_ lanes: inout [Lane]) throws {
        var plans: [(lane: Int, steps: [Step])] = []
        for index in lanes.indices where lanes[index].operations > 0 && lanes[index].end == nil {
            lanes[index].operations -= 1
            let next = lanes[index].generator.next()
            plans.append((index, next))
            for side in Side.allCases {
                for step in next { try twins.append(step, side, lanes[index].pair) }
            }
        }
        let replies = try twins.replies()
        var position = 0
        for plan in plans {
            for (offset, step) in plan.steps.enumerated() where lanes[plan.lane].end == nil {
                let ours = replies[position + offset]
                judge(step, ours, replies[position + plan.steps.count + offset], &lanes[plan.lane])
                lanes[plan.lane].generator.observe(step, ours)
            }
            position += 2 * plan.steps.count
        }
    }

    private func judge(_ step: Step, _ ours: WitnessReply, _ reference: WitnessReply, _ lane: inout Lane) {
        steps += 1
        lane.steps.append(step)
        guard let difference = comparison.difference(step, ours, reference, after: lane.steps) else { return }
        if Deviation.excusing(step, ours, reference, after: lane.steps) != nil {
            excused += 1
            lane.end = .excused
        } else {
            lane.end = .differs(difference)
        }
    }

    private func compareKeySpaces(_ lanes: inout [Lane]) throws {
        let played = lanes.indices.filter { lanes[$0].end == nil }
        for index in played {
            for side in Side.allCases { twins.appendDump("digest", side, lanes[index].pair) }
        }
        let digests = try twins.replies()
        for (position, index) in played.enumerated() {
            let (ours, reference) = (digests[2 * position], digests[2 * position + 1])
            guard try !comparison.keySpaces.areEqual(digests: ours, reference) else { continue }
            let lines = try comparison.keySpaces.differences(twins, lanes[index].pair)
            guard !lines.isEmpty else { continue }
            lanes[index].end = .differs(
                Difference(occasion: "key spaces at the end", lines: lines, steps: lanes[index].steps))
        }
    }
}
