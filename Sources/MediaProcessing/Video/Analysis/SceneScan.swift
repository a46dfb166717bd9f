// One pass over the pictures at thumbnail size: scene changes, motion, brightness, sharpness.

import CFFmpeg
import Glibc

/// What is known about one frame.
struct FrameMeasure {
    var time: Double
    /// Mean brightness, 0 to 255.
    var brightness: Double
    /// Mean difference from the frame before, 0 to 100.
    var motion: Double
    /// How much this looks like the first frame of a scene, 0 to 100.
    var sceneScore: Double
    /// Variance of the Laplacian.
    var sharpness: Double
}

struct SceneScan {
    private(set) var frames: [FrameMeasure] = []

    /// Score from which a frame begins a scene; on the same scale as FFmpeg's `scdet`.
    static let sceneThreshold = 10.0

    private static let longSide = 160

    /// Reads all frames, or only key frames for a very long file.
    init(_ stream: MediaStream, in pipeline: VideoPipeline, progress: (Double) throws -> Void) throws {
        let duration = pipeline.input.duration ?? 0
        let skipping = duration > 1200 ? AVDISCARD_NONKEY : duration > 120 ? AVDISCARD_NONREF : AVDISCARD_DEFAULT
        let box = ResizeRequest(width: Self.longSide, height: Self.longSide, fit: .inside)
        let size = ResizePlan(input: stream.displaySize, request: box).scaled
        let sampler = try FrameSampler(
            stream, of: pipeline.input, size: size, form: .grey, work: pipeline.work, skipping: skipping)
        var before: [UInt8]?
        var motionBefore = 0.0
        var measures: [FrameMeasure] = []
        try sampler.forEachFrame { frame in
            let motion = before.map { Self.difference($0, frame.pixels) } ?? 0
            let score = before == nil ? 0 : min(motion, abs(motion - motionBefore))
            measures.append(
                FrameMeasure(
                    time: frame.time, brightness: Self.mean(frame.pixels), motion: motion, sceneScore: score,
                    sharpness: PictureScore.laplacianVariance(frame.pixels, frame.size)))
            motionBefore = motion
            before = frame.pixels
            try progress(duration > 0 ? min(1, frame.time / duration) : 0)
            return true
        }
        frames = measures
    }

    private static func difference(_ one: [UInt8], _ other: [UInt8]) -> Double {
        guard one.count == other.count, !one.isEmpty else { return 100 }
        var sum = 0
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                for index in one.indices { sum += abs(Int(one[index]) - Int(other[index])) }
            }
        }
        return Double(sum) * 100 / Double(one.count) / 255
    }

    private static func mean(_ pixels: [UInt8]) -> Double {
        guard !pixels.isEmpty else { return 0 }
        return Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
    }

    /// Where scenes begin, in seconds, the start of the file first.
    var sceneStarts: [Double] {
        guard let first = frames.first else { return [] }
        return [first.time] + frames.dropFirst().filter { $0.sceneScore >= Self.sceneThreshold }.map(\.time)
    }

    /// Stretches whose frames all fulfil a condition for at least so many seconds.
    func stretches(longerThan least: Double, end: Double, where matches: (FrameMeasure) -> Bool) -> [Segment] {
        var result: [Segment] = []
        var start: Double?
        for frame in frames {
            if matches(frame) {
                start = start ?? frame.time
            } else if let from = start {
                if frame.time - from >= least { result.append(Segment(start: from, end: frame.time)) }
                start = nil
            }
        }
        if let start, end - start >= least { result.append(Segment(start: start, end: end)) }
        return result
    }
}

/// How good a single picture looks.
enum PictureScore {
    /// Variance of the Laplacian of grey pixels: high for sharp pictures.
    static func laplacianVariance(_ pixels: [UInt8], _ size: PixelSize) -> Double {
        guard size.width > 2, size.height > 2 else { return 0 }
        var sum = 0
        var squares = 0
        pixels.withUnsafeBufferPointer { pixels in
            for y in 1..<size.height - 1 {
                for x in 1..<size.width - 1 {
                    let index = y * size.width + x
                    let around =
                        Int(pixels[index - 1]) + Int(pixels[index + 1]) + Int(pixels[index - size.width])
                        + Int(pixels[index + size.width])
                    let value = 4 * Int(pixels[index]) - around
                    sum += value
                    squares += value * value
                }
            }
        }
        let count = Double((size.width - 2) * (size.height - 2))
        let mean = Double(sum) / count
        return Double(squares) / count - mean * mean
    }

    /// Sharpness, exposure and colour of an RGB picture in one number; 0 for black or empty ones.
    static func value(_ frame: SampledFrame) -> Double {
        let count = frame.size.pixels
        var grey = [UInt8](repeating: 0, count: count)
        var clipped = 0
        var opponents = (redGreen: 0.0, yellowBlue: 0.0, redGreenSquares: 0.0, yellowBlueSquares: 0.0)
        var total = 0
        for index in 0..<count {
            let (r, g, b) = (
                Int(frame.pixels[3 * index]), Int(frame.pixels[3 * index + 1]), Int(frame.pixels[3 * index + 2])
            )
            let luma = (54 * r + 183 * g + 19 * b) >> 8
            grey[index] = UInt8(luma)
            total += luma
            if luma < 8 || luma > 247 { clipped += 1 }
            let redGreen = Double(r - g)
            let yellowBlue = Double(r + g) / 2 - Double(b)
            opponents.redGreen += redGreen
            opponents.yellowBlue += yellowBlue
            opponents.redGreenSquares += redGreen * redGreen
            opponents.yellowBlueSquares += yellowBlue * yellowBlue
        }
        let pixels = Double(max(1, count))
        let mean = Double(total) / pixels
        let spread = grey.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / pixels
        guard mean > 12, spread > 20 else { return 0 }
        let sharpness = laplacianVariance(grey, frame.size).squareRoot()
        let exposure = min(1, mean / 60, (255 - mean) / 40) * (Double(clipped) / pixels > 0.4 ? 0.3 : 1)
        let deviation =
            (opponents.redGreenSquares / pixels - (opponents.redGreen / pixels) * (opponents.redGreen / pixels)
            + opponents.yellowBlueSquares / pixels - (opponents.yellowBlue / pixels) * (opponents.yellowBlue / pixels))
            .squareRoot()
        return sharpness * max(0.05, exposure) * (0.5 + min(1, deviation / 60)) * min(1, spread.squareRoot() / 30)
    }
}
