// A video as an animated GIF: one palette for the whole clip, found first (media.md §10).

import CFFmpeg

/// At most 15 frames a second, 480 pixels and one minute.
struct AnimatedPicture {
    private static let longestSide = 480
    private static let highestRate = 15.0
    private static let longest = 60.0

    let resolution: VideoResolution?
    let frameRate: Double?
    let segment: Segment

    func make(_ pipeline: VideoPipeline) throws -> MediaReport {
        let stream = try pipeline.video()
        var warnings = pipeline.warnings(for: stream)
        var segment = segment
        let length = (segment.end ?? pipeline.input.duration ?? Self.longest) - segment.start
        if length > Self.longest {
            segment.end = segment.start + Self.longest
            warnings.append("Only the first \(Int(Self.longest)) of \(Int(length)) seconds are kept")
        }
        if let frameRate, frameRate > Self.highestRate {
            warnings.append("The frame rate was reduced to \(Int(Self.highestRate)) a second")
        }
        let size = size(of: stream)
        let rate = min(frameRate ?? min(stream.frameRate ?? Self.highestRate, Self.highestRate), Self.highestRate)
        var recipe = VideoRecipe(geometry: VideoGeometry(crop: nil, scaled: size))
        recipe.frameRate = rational(rate)

        let file = try PendingFile(target: pipeline.output.file(withExtension: "gif"))
        let outcome = try GIFWriter(pipeline, stream, recipe, segment).write(to: file)
        var plan = TranscodingPlan(container: .gif)
        plan.video = .encode(stream, recipe)
        var report = try pipeline.finish(file, plan, outcome)
        report.warnings += warnings
        return report
    }

    private func size(of stream: MediaStream) -> PixelSize {
        let size = stream.displaySize
        let asked =
            resolution.map { ResizePlan(input: size, request: $0.request(for: size)).scaled } ?? size
        let box = ResizeRequest(width: Self.longestSide, height: Self.longestSide, fit: .inside)
        return ResizePlan(input: asked, request: box).scaled.evenDown
    }
}

/// The two readings of the input: one for the palette, one for the frames.
private struct GIFWriter {
    private let pipeline: VideoPipeline
    private let stream: MediaStream
    private let recipe: VideoRecipe
    private let range: (start: Double, end: Double)

    init(_ pipeline: VideoPipeline, _ stream: MediaStream, _ recipe: VideoRecipe, _ segment: Segment) {
        self.pipeline = pipeline
        self.stream = stream
        self.recipe = recipe
        let start = stream.start ?? pipeline.input.start
        range = (start + segment.start, segment.end.map { start + $0 } ?? .infinity)
    }

    func write(to file: PendingFile) throws -> TranscodingOutcome {
        let palette = try findPalette()
        let output = try MediaOutput(file, muxer: MediaContainer.gif.muxer)
        let rate = recipe.frameRate ?? AVRational(num: 10, den: 1)
        var settings = EncoderSettings(name: "gif", timeBase: AVRational(num: 1, den: 100))
        settings.size = recipe.geometry.scaled
        settings.pixelFormat = AV_PIX_FMT_PAL8
        settings.frameRate = rate
        let encoder = try StreamEncoder(settings)
        let target = try output.addStream(encoder)
        try output.writeHeader()
        let packet = try Packet()
        var outcome = TranscodingOutcome()
        var last = Int64(-1)
        func send(_ frame: Frame?) throws {
            try encoder.send(frame)
            while try encoder.receive(into: packet) {
                packet.pointer.pointee.duration = max(1, Int64((100 / rate.value).rounded()))
                try output.write(packet, to: target, timeBase: encoder.timeBase)
            }
        }
        try run(.palette(palette), share: 0.5...1) { frame, timeBase in
            let time = seconds(frame.pointer.pointee.pts, timeBase) - range.start
            last = max(last + 1, Int64((time * 100).rounded()))
            frame.pointer.pointee.pts = last
            outcome.frames += 1
            try send(frame)
        }
        guard outcome.frames > 0 else {
            throw MediaError(.corruptInput, "There are no pictures in the part that was asked for")
        }
        try send(nil)
        try output.writeTrailer()
        return outcome
    }

    private func findPalette() throws -> Frame {
        var palette: Frame?
        try run(.statistics, share: 0...0.5) { frame, _ in palette = try frame.reference() }
        guard let palette else {
            throw MediaError(.corruptInput, "There are no pictures in the part that was asked for")
        }
        return palette
    }

    private enum Reading {
        case statistics
        case palette(Frame)
    }

    /// Sends the stretch's frames through the steps of a reading.
    private func run(
        _ reading: Reading, share: ClosedRange<Double>, _ body: (Frame, AVRational) throws -> Void
    ) throws {
        let decoder = try StreamDecoder(stream, limits: pipeline.input.limits)
        let (decoded, filtered) = (try Frame(), try Frame())
        pipeline.input.select([stream.index])
        try pipeline.input.seek(to: range.start, in: stream)
        var graph: FilterGraph?
        try decoder.decodeRest(of: pipeline.input, work: pipeline.work, into: decoded) {
            let moment = decoded.moment(in: stream) ?? range.start
            guard moment >= range.start - 0.0005 else { return true }
            guard moment < range.end - 0.0005 else { return false }
            decoded.pointer.pointee.pts = Int64((moment / stream.timeBase.value).rounded())
            let current = try graph ?? makeGraph(for: decoded, reading)
            graph = current
            try current.push(decoded)
            while try current.pull(into: filtered) { try body(filtered, current.timeBase) }
            let end = min(range.end, range.start + (pipeline.input.duration ?? 1))
            let part = min(1, max(0, (moment - range.start) / max(0.1, end - range.start)))
            try pipeline.work.advance(to: share.lowerBound + (share.upperBound - share.lowerBound) * 0.99 * part)
            return true
        }
        guard let graph else { return }
        try graph.push(nil)
        while try graph.pull(into: filtered) { try body(filtered, graph.timeBase) }
    }

    private func makeGraph(for frame: Frame, _ reading: Reading) throws -> FilterGraph {
        let chain = VideoChain(stream: stream, recipe: recipe)
        var steps = chain.steps(for: frame)
        let format = FilterFormat.video(
            frame, timeBase: stream.timeBase, pixelAspect: stream.pixelAspect,
            frameRate: VideoEncoding.rateOfFrames(stream))
        switch reading {
        case .statistics:
            steps.append(FilterStep("palettegen", [("reserve_transparent", "0"), ("stats_mode", "diff")]))
            return try FilterGraph(format, steps: steps)
        case .palette(let palette):
            steps.append(
                FilterStep("paletteuse", [("dither", "bayer"), ("bayer_scale", "4"), ("diff_mode", "rectangle")]))
            let graph = try FilterGraph(
                format, steps: steps,
                side: .video(
                    palette, timeBase: AVRational(num: 1, den: 1), pixelAspect: AVRational(num: 1, den: 1),
                    frameRate: nil))
            let copy = try palette.reference()
            copy.pointer.pointee.pts = 0
            try graph.push(copy, into: 1)
            try graph.push(nil, into: 1)
            return graph
        }
    }
}
