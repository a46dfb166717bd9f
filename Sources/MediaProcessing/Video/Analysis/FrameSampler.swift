// Single frames of a video, upright and as plain pixels.

import CFFmpeg

/// A frame as pixels in rows from top to bottom, without padding.
struct SampledFrame {
    /// Seconds from the start of the input.
    var time: Double
    var size: PixelSize
    /// One byte a pixel for grey, three for RGB.
    var pixels: [UInt8]

    /// The pixels of an RGB sample.
    var bitmap: RGBBitmap { RGBBitmap(size: size, pixels: pixels) }
}

/// Decodes frames at chosen moments.
final class FrameSampler {
    enum Form: String {
        case grey = "gray"
        case rgb = "rgb24"

        var bytesPerPixel: Int { self == .grey ? 1 : 3 }
    }

    private let input: MediaInput
    private let stream: MediaStream
    private let decoder: StreamDecoder
    private let geometry: VideoGeometry
    private let form: Form
    private let work: Work
    private let decoded: Frame
    private let filtered: Frame
    private var graph: FilterGraph?
    private var graphInput: (PixelSize, AVPixelFormat)?
    private let start: Double

    /// Prepares sampling.
    ///
    /// - Parameters:
    ///   - geometry: Where pixels of the samples come from.
    ///   - skipping: Frames to leave out undecoded.
    init(
        _ stream: MediaStream, of input: MediaInput, geometry: VideoGeometry, form: Form, work: Work,
        skipping: AVDiscard = AVDISCARD_DEFAULT
    ) throws {
        self.input = input
        self.stream = stream
        self.geometry = geometry
        self.form = form
        self.work = work
        decoder = try StreamDecoder(stream, limits: input.limits, skipping: skipping)
        decoded = try Frame()
        filtered = try Frame()
        start = stream.start ?? input.start
        input.select([stream.index])
    }

    /// Prepares sampling of whole pictures scaled to `size`.
    convenience init(
        _ stream: MediaStream, of input: MediaInput, size: PixelSize, form: Form, work: Work,
        skipping: AVDiscard = AVDISCARD_DEFAULT
    ) throws {
        try self.init(
            stream, of: input, geometry: VideoGeometry(crop: nil, scaled: size), form: form, work: work,
            skipping: skipping)
    }

    /// The frame shown at a moment, or the key frame before it, which is quicker.
    ///
    /// - Returns: nil if there is none.
    func frame(at time: Double, exact: Bool) throws -> SampledFrame? {
        try input.seek(to: start + time, in: stream)
        decoder.flush()
        var shown: Frame?
        try decoder.decodeRest(of: input, work: work, into: decoded) {
            let isLater = moment(of: decoded) > time + 0.0005
            // The frame shown is the last one that began.
            if !isLater || shown == nil { shown = try decoded.reference() }
            return exact && !isLater
        }
        return try shown.map { try sample($0, at: moment(of: $0)) }
    }

    /// All frames from the start, one after the other and none earlier than the one before, until `body` answers false.
    func forEachFrame(_ body: (SampledFrame) throws -> Bool) throws {
        if input.wasRead {
            try input.seek(to: start, in: stream)
            decoder.flush()
        }
        var last = -Double.infinity
        try decoder.decodeRest(of: input, work: work, into: decoded) {
            let moment = moment(of: decoded)
            guard moment >= last else { return true }
            last = moment
            return try body(try sample(decoded, at: moment))
        }
    }

    private func moment(of frame: Frame) -> Double { frame.moment(in: stream).map { $0 - start } ?? 0 }

    private func sample(_ frame: Frame, at time: Double) throws -> SampledFrame {
        let key = (frame.size, frame.pixelFormat)
        if graph == nil || graphInput.map({ $0 != key }) ?? true {
            let chain = VideoChain(stream: stream, recipe: VideoRecipe(geometry: geometry))
            graph = try FilterGraph(
                .video(frame, timeBase: stream.timeBase, pixelAspect: stream.pixelAspect, frameRate: nil),
                steps: chain.samplingSteps(for: frame, pixelFormat: form.rawValue))
            graphInput = key
        }
        guard let graph else { throw MediaError(.processingFailed, "No filters") }
        frame.pointer.pointee.pts = 0
        try graph.push(frame)
        guard try graph.pull(into: filtered) else {
            throw MediaError(.processingFailed, "A frame could not be converted")
        }
        return SampledFrame(time: time, size: filtered.size, pixels: try copyPixels(filtered))
    }

    private func copyPixels(_ frame: Frame) throws -> [UInt8] {
        let row = frame.size.width * form.bytesPerPixel
        let stride = Int(cffmpeg_stride(frame.pointer, 0))
        guard let start = cffmpeg_plane(frame.pointer, 0) else {
            throw MediaError(.processingFailed, "A frame has no pixels")
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(row * frame.size.height)
        for y in 0..<frame.size.height {
            pixels.append(contentsOf: UnsafeBufferPointer(start: start + y * stride, count: row))
        }
        return pixels
    }
}

extension VideoChain {
    /// The steps to plain pixels: upright, scaled, in full range; one frame in, one frame out.
    func samplingSteps(for frame: Frame, pixelFormat: String) -> [FilterStep] {
        var steps = turningSteps
        steps += scalingSteps(for: frame)
        if stream.isHighDynamicRange { steps += Self.toneMapping }
        steps.append(FilterStep("format", [("pix_fmts", pixelFormat)]))
        return steps + paddingSteps
    }
}
