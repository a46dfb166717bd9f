// Finds the picture between black bars (media.md §8).

import CFFmpeg

enum BarDetector {
    /// Brightness up to which a row or column counts as black, of 255.
    private static let threshold = 24.0
    private static let samples = 20

    /// The part of the upright picture that is no bar, with even sides.
    static func pictureArea(of stream: MediaStream, in pipeline: VideoPipeline) throws -> PixelRectangle {
        let size = stream.displaySize
        let sampler = try FrameSampler(stream, of: pipeline.input, size: size, form: .grey, work: pipeline.work)
        let duration = pipeline.input.duration ?? 1
        var areas: [PixelRectangle] = []
        var lastTime = -1.0
        for index in 0..<samples {
            let time = duration * (Double(index) + 0.5) / Double(samples)
            guard let frame = try sampler.frame(at: time, exact: duration < 60), frame.time != lastTime else {
                continue
            }
            lastTime = frame.time
            if let area = area(of: frame) { areas.append(area) }
        }
        return majority(areas, size)
            ?? PixelRectangle(x: 0, y: 0, width: size.evenDown.width, height: size.evenDown.height)
    }

    /// Where a frame is not black; nil for frames that say nothing, being dark all over.
    private static func area(of frame: SampledFrame) -> PixelRectangle? {
        let (width, height) = (frame.size.width, frame.size.height)
        var rows = [Int](repeating: 0, count: height)
        var columns = [Int](repeating: 0, count: width)
        frame.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<height {
                for x in 0..<width {
                    let value = Int(pixels[y * width + x])
                    rows[y] += value
                    columns[x] += value
                }
            }
        }
        let total = rows.reduce(0, +)
        guard Double(total) / Double(width * height) > threshold / 2 else { return nil }
        let isPictureRow = { (y: Int) in Double(rows[y]) / Double(width) > threshold }
        guard let top = (0..<height).first(where: isPictureRow), let bottom = (0..<height).last(where: isPictureRow)
        else { return nil }
        // Bars above and below would make bright columns look darker than they are.
        let inner = Double(bottom - top + 1)
        let isPictureColumn = { (x: Int) in Double(columns[x]) / inner > threshold }
        guard let left = (0..<width).first(where: isPictureColumn), let right = (0..<width).last(where: isPictureColumn)
        else { return nil }
        return PixelRectangle(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// The smallest area that most frames agree to stay inside, frame edges that are merely dark being outvoted.
    private static func majority(_ areas: [PixelRectangle], _ size: PixelSize) -> PixelRectangle? {
        guard !areas.isEmpty else { return nil }
        func common(_ values: [Int]) -> Int {
            let counts = Dictionary(values.map { ($0 & ~1, 1) }, uniquingKeysWith: +)
            return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 0
        }
        let left = common(areas.map(\.x)) + (areas.allSatisfy { $0.x % 2 == 1 } ? 2 : 0)
        let top = common(areas.map(\.y)) + (areas.allSatisfy { $0.y % 2 == 1 } ? 2 : 0)
        let right = common(areas.map { $0.x + $0.width })
        let bottom = common(areas.map { $0.y + $0.height })
        let width = min(right, size.width) - left
        let height = min(bottom, size.height) - top
        guard width >= 16, height >= 16 else { return nil }
        let even = PixelSize(width: width, height: height).evenDown
        return PixelRectangle(x: left, y: top, width: even.width, height: even.height)
    }
}
