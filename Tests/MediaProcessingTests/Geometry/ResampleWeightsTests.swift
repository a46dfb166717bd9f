// What each place of a scaled line is made of.

import Testing

@testable import MediaProcessing

@Suite struct ResampleWeightsTests {
    static let kernels: [ResizeKernel] = [.lanczos3, .mitchell, .cubic, .linear]
    static let lengths = [(1, 1), (1, 7), (7, 1), (2, 3), (100, 33), (33, 100), (640, 639), (4000, 800), (5, 5)]

    @Test("the weights of each place are together one", arguments: kernels, lengths)
    func sums(kernel: ResizeKernel, lengths: (Int, Int)) {
        let weights = ResampleWeights(from: lengths.0, to: lengths.1, kernel: kernel)
        #expect(weights.starts.count == lengths.1)
        #expect(weights.weights.count == lengths.1 * weights.span)
        for place in 0..<lengths.1 {
            let sum = weights.weights[place * weights.span..<(place + 1) * weights.span].reduce(0, +)
            #expect(abs(sum - 1) < 1e-5)
        }
    }

    @Test("places are made of pixels that exist, in rising order", arguments: kernels, lengths)
    func starts(kernel: ResizeKernel, lengths: (Int, Int)) {
        let weights = ResampleWeights(from: lengths.0, to: lengths.1, kernel: kernel)
        #expect(weights.starts.allSatisfy { $0 >= 0 && $0 + weights.span <= lengths.0 })
        #expect(weights.starts == weights.starts.sorted())
    }

    @Test("a line scales to the mirror image of its mirror image", arguments: kernels, lengths)
    func symmetry(kernel: ResizeKernel, lengths: (Int, Int)) {
        let (source, target) = lengths
        let weights = ResampleWeights(from: source, to: target, kernel: kernel)
        func weight(of pixel: Int, at place: Int) -> Float {
            let index = pixel - weights.starts[place]
            return 0..<weights.span ~= index ? weights.weights[place * weights.span + index] : 0
        }
        for place in Set([0, 1, target / 3, target / 2]) where place < target {
            for pixel in 0..<source {
                let mirrored = weight(of: source - 1 - pixel, at: target - 1 - place)
                #expect(abs(weight(of: pixel, at: place) - mirrored) < 1e-5)
            }
        }
    }

    @Test("scaling to the same size changes nothing", arguments: [ResizeKernel.lanczos3, .cubic, .linear])
    func identity(kernel: ResizeKernel) {
        let weights = ResampleWeights(from: 9, to: 9, kernel: kernel)
        for place in 0..<9 {
            for index in 0..<weights.span {
                let expected: Float = weights.starts[place] + index == place ? 1 : 0
                #expect(abs(weights.weights[place * weights.span + index] - expected) < 1e-6)
            }
        }
    }
}
