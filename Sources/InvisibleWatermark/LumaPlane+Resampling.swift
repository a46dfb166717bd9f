// Owns changes of size: area averages to go down, straight lines between neighbours to go up.

extension LumaPlane {
    /// A smaller plane in which each sample is the mean of the area it covers.
    func reduced(toWidth newWidth: Int, height newHeight: Int) -> LumaPlane {
        if newWidth == width, newHeight == height { return self }
        let columns = AreaWeights(from: width, to: newWidth)
        let rows = AreaWeights(from: height, to: newHeight)
        let result = [Float](unsafeUninitializedCapacity: newWidth * newHeight) { target, count in
            target.initialize(repeating: 0)
            var sum = [Float](repeating: 0, count: width)
            samples.withUnsafeBufferPointer { source in
                sum.withUnsafeMutableBufferPointer { sum in
                    for y in 0..<newHeight {
                        sum.update(repeating: 0)
                        for tap in rows.taps(y) {
                            let weight = rows.weights[tap]
                            let row = (rows.first[y] + tap - rows.start[y]) * width
                            for x in 0..<width { sum[x] += weight * source[row + x] }
                        }
                        for x in 0..<newWidth {
                            var value: Float = 0
                            let shift = columns.first[x] - columns.start[x]
                            for tap in columns.taps(x) { value += columns.weights[tap] * sum[tap + shift] }
                            target[y * newWidth + x] = value
                        }
                    }
                }
            }
            count = newWidth * newHeight
        }
        return LumaPlane(unchecked: newWidth, newHeight, result)
    }

    /// The same picture with its long side at most `side`, and how many pixels went into one along each axis.
    func reduced(toLongSide side: Int) -> (plane: LumaPlane, factor: Float) {
        guard longSide > side else { return (self, 1) }
        let factor = Float(longSide) / Float(side)
        let newWidth = max(1, Int((Float(width) / factor).rounded()))
        let newHeight = max(1, Int((Float(height) / factor).rounded()))
        return (reduced(toWidth: newWidth, height: newHeight), factor)
    }

    /// A larger plane, linear between the centres of the samples.
    func enlarged(toWidth newWidth: Int, height newHeight: Int) -> LumaPlane {
        if newWidth == width, newHeight == height { return self }
        let columns = LinearPositions(from: width, to: newWidth)
        let rows = LinearPositions(from: height, to: newHeight)
        let result = [Float](unsafeUninitializedCapacity: newWidth * newHeight) { target, count in
            var row = [Float](repeating: 0, count: width + 1)
            samples.withUnsafeBufferPointer { source in
                for y in 0..<newHeight {
                    let upper = rows.index[y] * width
                    let lower = min(rows.index[y] + 1, height - 1) * width
                    let share = rows.share[y]
                    row.withUnsafeMutableBufferPointer { row in
                        for x in 0..<width {
                            row[x] = source[upper + x] + share * (source[lower + x] - source[upper + x])
                        }
                        row[width] = row[width - 1]
                        for x in 0..<newWidth {
                            let left = columns.index[x]
                            target[y * newWidth + x] = row[left] + columns.share[x] * (row[left + 1] - row[left])
                        }
                    }
                }
            }
            count = newWidth * newHeight
        }
        return LumaPlane(unchecked: newWidth, newHeight, result)
    }
}

/// For each of the fewer samples: which of the many it covers, and by how much.
private struct AreaWeights {
    var first: [Int] = []
    var start: [Int] = []
    var weights: [Float] = []

    init(from many: Int, to few: Int) {
        let ratio = Double(many) / Double(few)
        for index in 0..<few {
            let low = Double(index) * ratio
            let high = min(Double(index + 1) * ratio, Double(many))
            let begin = min(Int(low), many - 1)
            let end = min(max(Int(high.rounded(.up)), begin + 1), many)
            first.append(begin)
            start.append(weights.count)
            for sample in begin..<end {
                let covered = min(high, Double(sample + 1)) - max(low, Double(sample))
                weights.append(Float(max(covered, 0) / (high - low)))
            }
        }
        start.append(weights.count)
    }

    func taps(_ index: Int) -> Range<Int> { start[index]..<start[index + 1] }
}

/// For each of the many samples: its left neighbour among the few, and how far it is to the right of it.
private struct LinearPositions {
    var index: [Int] = []
    var share: [Float] = []

    init(from few: Int, to many: Int) {
        let ratio = Double(few) / Double(many)
        for sample in 0..<many {
            let position = min(max((Double(sample) + 0.5) * ratio - 0.5, 0), Double(few - 1))
            let left = min(Int(position), few - 1)
            index.append(left)
            share.append(Float(position - Double(left)))
        }
    }
}
