// thumbnail for video and sound (media.md §11).

import CMagickWand
public import FoundationEssentials

/// Still pictures out of a video: the best frame, a chosen one, several, or a sheet of them.
public struct VideoThumbnail: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "thumbnail"

    /// The frame shown at this moment; nil chooses the best.
    public var time: MediaMoment?
    /// Width of the box in pixels. Default 640, unless only a height is given.
    public var width: Int?
    /// Height of the box in pixels.
    public var height: Int?
    /// How the picture meets the box. Default ``FitRule/inside``.
    public var fit: FitRule
    /// Number of pictures, 1 to 12, spread over the playing time. Default 1.
    public var count: Int
    /// Whether all pictures go on one sheet. Default false.
    public var sprite: Bool
    /// Format of the pictures. Default JPEG.
    public var format: ImageFormat
    /// 1 to 100. Default 80.
    public var quality: Int
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = OutputPlacement.keys.union([
        "time", "mode", "width", "height", "fit", "count", "sprite", "format", "quality",
    ])

    /// Reads the job's `params`; see media.md §11 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        time = try parameters.moment("time")
        _ = try parameters.text("mode", allowed: "\"best\"") { $0 == "best" ? $0 : nil }
        if time != nil, parameters.has("mode") { throw parameters.wrong("mode", "absent when \"time\" is given") }
        width = try parameters.integer("width", in: 16...4096)
        height = try parameters.integer("height", in: 16...4096)
        if width == nil, height == nil { width = 640 }
        fit = try parameters.choice("fit") ?? .inside
        count = try parameters.integer("count", in: 1...12) ?? 1
        if time != nil, count > 1 { throw parameters.wrong("count", "absent or 1 when \"time\" is given") }
        sprite = try parameters.flag("sprite") ?? false
        format =
            try parameters.text("format", allowed: "jpeg, png or webp") { name in
                ImageFormat(outputName: name).flatMap { [.jpeg, .png, .webp].contains($0) ? $0 : nil }
            } ?? .jpeg
        quality = try parameters.integer("quality", in: 1...100) ?? 80
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let (frames, warnings) = try frames(pipeline)
            guard let first = frames.first else {
                throw MediaError(.corruptInput, "No frame of the input can be decoded")
            }
            var report: MediaReport
            if sprite {
                report = try write([Self.sheet(frames)], pipeline)
            } else {
                report = try write(frames, pipeline)
            }
            report.warnings = warnings
            report.details["times_ms"] = .list(frames.map { .integer(Int(($0.time * 1000).rounded())) })
            if sprite {
                report.details["cell"] = [
                    "width": .integer(first.size.width), "height": .integer(first.size.height),
                    "columns": .integer(Self.columns(frames.count)),
                ]
            }
            return report
        }
    }

    // MARK: - Choosing

    private func frames(_ pipeline: VideoPipeline) throws -> ([SampledFrame], [String]) {
        guard let stream = pipeline.input.video else { return (try cover(pipeline), []) }
        _ = try pipeline.video()
        let duration = pipeline.input.duration ?? 0
        let plan = geometry(for: stream.displaySize)
        let times: [Double]
        if let time {
            let moment = time.seconds(of: duration)
            guard duration == 0 || moment <= duration else {
                throw MediaError(
                    .invalidParameter,
                    "\(Self.name): \"time\" is after the end of the input, which plays for \(decimal(duration)) s",
                    parameter: "time")
            }
            times = [moment]
        } else {
            times = try bestMoments(stream, pipeline, duration)
        }
        let sampler = try FrameSampler(stream, of: pipeline.input, geometry: plan, form: .rgb, work: pipeline.work)
        var frames: [SampledFrame] = []
        for (index, moment) in times.enumerated() {
            if let frame = try sampler.frame(at: moment, exact: true) { frames.append(frame) }
            try pipeline.work.advance(to: 0.5 + 0.45 * Double(index + 1) / Double(times.count))
        }
        let warnings = frames.count < count ? ["Only \(frames.count) of \(count) pictures could be made"] : []
        return (frames, warnings)
    }

    private func geometry(for size: PixelSize) -> VideoGeometry {
        let request = ResizeRequest(width: width, height: height, fit: fit)
        let plan = ResizePlan(input: size, request: request)
        return VideoGeometry(
            plan, of: size, position: .center, background: CSSColor(red: 0, green: 0, blue: 0, alpha: 255))
    }

    /// The best-looking moment of each of `count` parts of the playing time.
    private func bestMoments(_ stream: MediaStream, _ pipeline: VideoPipeline, _ duration: Double) throws -> [Double] {
        guard duration > 0 else { return [0] }
        let box = ResizeRequest(width: 320, height: 320, fit: .inside)
        let size = ResizePlan(input: stream.displaySize, request: box).scaled
        let sampler = try FrameSampler(stream, of: pipeline.input, size: size, form: .rgb, work: pipeline.work)
        let perPart = count == 1 ? 15 : max(3, 24 / count)
        let total = perPart * count
        // Short files have few key frames: there exact frames cost little.
        let exact = duration < 30
        var chosen: [Double] = []
        for part in 0..<count {
            var best: (time: Double, score: Double)?
            for index in 0..<perPart {
                let place = (Double(part * perPart + index) + 0.5) / Double(total)
                let moment = duration * (0.05 + 0.9 * place)
                guard let frame = try sampler.frame(at: moment, exact: exact) else { continue }
                let score = PictureScore.value(frame)
                if score > best?.score ?? -1 { best = (max(0, frame.time), score) }
                try pipeline.work.advance(to: 0.5 * Double(part * perPart + index + 1) / Double(total))
            }
            if let best, !chosen.contains(best.time) { chosen.append(best.time) }
        }
        return chosen.isEmpty ? [0] : chosen.sorted()
    }

    /// The picture that a sound file carries.
    private func cover(_ pipeline: VideoPipeline) throws -> [SampledFrame] {
        guard let stream = pipeline.input.streams.first(where: { $0.kind == .cover }) else {
            throw MediaError(.unsupportedFormat, "The input has neither moving pictures nor a cover")
        }
        let sampler = try FrameSampler(
            stream, of: pipeline.input, geometry: geometry(for: stream.displaySize), form: .rgb, work: pipeline.work)
        var frames: [SampledFrame] = []
        try sampler.forEachFrame { frame in
            frames.append(frame)
            return false
        }
        return frames
    }

    // MARK: - Writing

    private func write(_ frames: [SampledFrame], _ pipeline: VideoPipeline) throws -> MediaReport {
        var encoding = ImageEncoding()
        if format != .png { encoding.quality = quality }
        try ImageCapabilities.requireWriting(format)
        var files: [MediaReportFile] = []
        for (index, frame) in frames.enumerated() {
            let wand = try Wand.picture(rgb: frame.pixels, size: frame.size)
            let bytes = try ImageEncoder(format: format, encoding: encoding).encode(wand)
            var place = pipeline.output
            if index > 0 { place.stem += "-\(index + 1)" }
            let file = place.file(withExtension: format.fileExtension)
            try AtomicFile.write(bytes, to: file)
            files.append(
                MediaReportFile(
                    path: file.path, bytes: bytes.count, width: frame.size.width, height: frame.size.height))
        }
        return MediaReport(
            path: files[0].path, bytes: files[0].bytes, width: files[0].width, height: files[0].height,
            format: format.rawValue, duration: pipeline.elapsed, furtherFiles: Array(files.dropFirst()))
    }

    private static func columns(_ count: Int) -> Int { max(1, Int(Double(count).squareRoot().rounded(.up))) }

    /// All frames, which have one size, side by side.
    private static func sheet(_ frames: [SampledFrame]) -> SampledFrame {
        let cell = frames.first?.size ?? PixelSize(width: 1, height: 1)
        let columns = columns(frames.count)
        let rows = (frames.count + columns - 1) / columns
        let size = PixelSize(width: cell.width * columns, height: cell.height * rows)
        var pixels = [UInt8](repeating: 0, count: 3 * size.pixels)
        for (index, frame) in frames.enumerated() where frame.size == cell {
            let left = index % columns * cell.width
            let top = index / columns * cell.height
            for row in 0..<cell.height {
                let target = 3 * ((top + row) * size.width + left)
                let source = 3 * row * cell.width
                pixels.replaceSubrange(
                    target..<target + 3 * cell.width, with: frame.pixels[source..<source + 3 * cell.width])
            }
        }
        return SampledFrame(time: frames.first?.time ?? 0, size: size, pixels: pixels)
    }
}

extension Wand {
    /// A picture of RGB pixels, three bytes each, rows from the top down.
    static func picture(rgb pixels: [UInt8], size: PixelSize) throws -> Wand {
        precondition(pixels.count == 3 * size.pixels, "three bytes a pixel")
        let wand = try Wand()
        try wand.check(
            MagickConstituteImage(wand.pointer, size.width, size.height, "RGB", CharPixel, pixels), "take over a frame")
        return wand
    }
}
