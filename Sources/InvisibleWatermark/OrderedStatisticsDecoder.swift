// Owns soft-decision decoding. What a correlation measures is not a bit but a number whose size tells how sure it is; using
// the sizes needs about half the signal energy that counting wrong bits needs.
//
// Ordered statistics decoding of order 2: the most reliable independent positions are taken as the message, re-encoded, and
// every choice of up to two flips among them is tried; the word that agrees best with the measurements wins.

/// Finds the likeliest code word of a linear code of length 127.
struct OrderedStatisticsDecoder: Sendable {
    private let basis: [UInt128]

    init(code: BCHCode) {
        basis = (0..<code.messageLength).map { code.encode(1 << UInt128($0)) }
    }

    /// The code word that agrees best with `soft` (negative: the bit is 1).
    func decode(_ soft: [Float]) -> UInt128 {
        let length = BCHCode.length
        let order = (0..<length).sorted { abs(soft[$0]) > abs(soft[$1]) }
        let rows = reducedBasis(order)
        let count = rows.count

        var word: UInt128 = 0
        for row in rows where soft[row.pivot] < 0 { word ^= row.word }
        // How much each position speaks for the word as it stands; a flip of row i turns the positions where it has ones.
        let agreement = (0..<length).map { word >> UInt128($0) & 1 == 1 ? -soft[$0] : soft[$0] }
        var gains = [Float](repeating: 0, count: count)
        var support: [[Int]] = []
        for (index, row) in rows.enumerated() {
            let ones = (0..<length).filter { row.word >> UInt128($0) & 1 == 1 }
            support.append(ones)
            gains[index] = -ones.reduce(0) { $0 + agreement[$1] }
        }
        var best: (gain: Float, flips: UInt128) = (0, 0)
        for first in 0..<count {
            if gains[first] > best.gain { best = (gains[first], rows[first].word) }
            // Where both rows have a one, two flips cancel: twice that agreement comes back.
            var own = [Float](repeating: 0, count: length)
            for position in support[first] { own[position] = agreement[position] }
            for second in 0..<first {
                var shared: Float = 0
                for position in support[second] { shared += own[position] }
                let gain = gains[first] + gains[second] + 2 * shared
                if gain > best.gain { best = (gain, rows[first].word ^ rows[second].word) }
            }
        }
        return word ^ best.flips
    }

    /// The same code with one row for each of the most reliable independent positions, which alone has a one there.
    private func reducedBasis(_ order: [Int]) -> [(pivot: Int, word: UInt128)] {
        var rest = basis
        var reduced: [(pivot: Int, word: UInt128)] = []
        for position in order where !rest.isEmpty {
            let bit: UInt128 = 1 << UInt128(position)
            guard let index = rest.firstIndex(where: { $0 & bit != 0 }) else { continue }
            let pivotRow = rest.remove(at: index)
            for row in rest.indices where rest[row] & bit != 0 { rest[row] ^= pivotRow }
            for row in reduced.indices where reduced[row].word & bit != 0 { reduced[row].word ^= pivotRow }
            reduced.append((position, pivotRow))
        }
        return reduced
    }
}
