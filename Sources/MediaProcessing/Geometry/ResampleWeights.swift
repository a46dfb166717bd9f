// What each place of a scaled line is made of. Pure arithmetic; knows no image library.

import Glibc

/// The weights of a kernel along one side of a picture; `nearest` has none.
struct ResampleWeights: Sendable {
    /// How many neighbours of the source each place of the result is made of; some may weigh nothing.
    let span: Int
    /// The first of these neighbours for each place of the result, in rising order.
    let starts: [Int]
    /// `span` weights for each place of the result; those of one place are together 1.
    let weights: [Float]

    init(from source: Int, to target: Int, kernel: ResizeKernel) {
        precondition(kernel != .nearest, "nothing is mixed")
        let step = Double(source) / Double(target)
        // Scaling down, the kernel grows with the places that fall together.
        let scale = max(1, step)
        let reach = kernel.reach * scale
        // At its very ends the kernel weighs nothing, so that no more pixels lie inside than it is long.
        let span = min(source, Int((2 * reach).rounded(.up)))
        var starts: [Int] = []
        var weights: [Float] = []
        starts.reserveCapacity(target)
        weights.reserveCapacity(target * span)
        for place in 0..<target {
            let centre = (Double(place) + 0.5) * step
            let start = max(0, min(source - span, Int((centre - reach + 0.5).rounded(.down))))
            let raw = (start..<start + span).map { kernel.weight(at: (Double($0) + 0.5 - centre) / scale) }
            let total = raw.reduce(0, +)
            starts.append(start)
            weights += raw.map { Float($0 / total) }
        }
        self.span = span
        self.starts = starts
        self.weights = weights
    }
}

extension ResizeKernel {
    /// How far the kernel reaches to each side, in pixels of the coarser of the two pictures.
    var reach: Double {
        switch self {
        case .lanczos3: 3
        case .mitchell, .cubic: 2
        case .linear: 1
        case .nearest: 0
        }
    }

    /// The weight of what is this far away.
    func weight(at distance: Double) -> Double {
        let distance = abs(distance)
        guard distance < reach else { return 0 }
        switch self {
        case .lanczos3: return Self.sinc(distance) * Self.sinc(distance / 3)
        case .mitchell: return Self.cubic(distance, b: 1 / 3, c: 1 / 3)
        case .cubic: return Self.cubic(distance, b: 0, c: 0.5)
        case .linear: return 1 - distance
        case .nearest: return 0
        }
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }

    /// The family of cubic kernels of Mitchell and Netravali.
    private static func cubic(_ x: Double, b: Double, c: Double) -> Double {
        let (cube, square, linear, constant) =
            x < 1
            ? (12 - 9 * b - 6 * c, -18 + 12 * b + 6 * c, 0, 6 - 2 * b)
            : (-b - 6 * c, 6 * b + 30 * c, -12 * b - 48 * c, 8 * b + 24 * c)
        return (((cube * x + square) * x + linear) * x + constant) / 6
    }
}
