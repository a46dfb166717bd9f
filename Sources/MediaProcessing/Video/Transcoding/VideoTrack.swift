// The way of the pictures: decoder, steps, encoder.

import CFFmpeg

/// Turns packets of one video stream into encoded packets of the result.
final class VideoTrack {
    private let stream: MediaStream
    private let recipe: VideoRecipe
    private let decoder: StreamDecoder
    private let encoder: StreamEncoder
    private let packetTime: AVRational
    private let write: (Packet, AVRational) throws -> Void

    private let decoded: Frame
    private let filtered: Frame
    private let packet: Packet
    private var graph: FilterGraph?
    private var graphInput: (PixelSize, AVPixelFormat)?

    /// The stretch being worked on, in the input's own time, and where it begins in the result.
    private var range: (start: Double, end: Double) = (0, .infinity)
    private var offset = 0.0
    private var lastStamp: Int64?
    private var lastMoment: Double?
    /// Whether no more frames of the stretch will come.
    private(set) var isPastEnd = false
    /// Frames given to the encoder.
    private(set) var frames = 0

    init(
        _ stream: MediaStream, _ recipe: VideoRecipe, limits: VideoLimits, globalHeader: Bool,
        write: @escaping (Packet, AVRational) throws -> Void
    ) throws {
        self.stream = stream
        self.recipe = recipe
        self.write = write
        // An encoder of small frames leaves the room for a decoder of 4K ones on all processors.
        decoder = try StreamDecoder(
            stream, limits: limits,
            savesMemory: recipe.geometry.canvas.pixels > VideoEncoding.largeFrame
                || stream.width * stream.height > VideoEncoding.ultraHighDefinition)
        let timeBase = Self.timeBase(stream, recipe)
        encoder = try StreamEncoder(
            VideoEncoding.settings(for: recipe, stream: stream, timeBase: timeBase, globalHeader: globalHeader))
        let rate = recipe.frameRate ?? VideoEncoding.rateOfFrames(stream)
        packetTime = rate.inverse
        decoded = try Frame()
        filtered = try Frame()
        packet = try Packet()
    }

    var codec: StreamEncoder { encoder }

    /// Units of timestamps: frames where all last equally long, else those of the input.
    private static func timeBase(_ stream: MediaStream, _ recipe: VideoRecipe) -> AVRational {
        if let rate = recipe.frameRate { return rate.inverse }
        if let rate = stream.constantFrameRate { return rate.inverse }
        // Encoders keep times in 32 bits here and there; finer than a microsecond is nobody's wish.
        return stream.timeBase.den > 1_000_000 ? AVRational(num: 1, den: 90_000) : stream.timeBase
    }

    /// Begins a stretch of the input.
    func begin(_ range: (start: Double, end: Double), offset: Double, afterJump: Bool) {
        if afterJump { decoder.flush() }
        self.range = range
        self.offset = offset
        graph = nil
        isPastEnd = false
        lastMoment = nil
    }

    /// Takes a packet, or nil when there are no more in this stretch.
    func take(_ packet: Packet?) throws {
        guard !isPastEnd || packet == nil else { return }
        try decoder.send(packet)
        while try decoder.receive(into: decoded) { try take(decoded) }
    }

    private func take(_ frame: Frame) throws {
        let moment = moment(of: frame)
        lastMoment = moment
        // A frame that begins within half a millisecond of the start counts as at the start.
        guard moment >= range.start - 0.0005 else { return }
        guard moment < range.end - 0.0005 else {
            isPastEnd = true
            return
        }
        decoder.note(frame)
        if graph != nil, graphInput.map({ $0 != (frame.size, frame.pixelFormat) }) ?? false { try drainGraph() }
        let graph = try graph ?? makeGraph(for: frame)
        frame.pointer.pointee.pts = Int64((moment / stream.timeBase.value).rounded())
        frame.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        try graph.push(frame)
        try drain(graph)
    }

    private func moment(of frame: Frame) -> Double {
        frame.moment(in: stream) ?? lastMoment.map { $0 + packetTime.value } ?? range.start
    }

    private func makeGraph(for frame: Frame) throws -> FilterGraph {
        var chain = VideoChain(stream: stream, recipe: recipe)
        if recipe.fade > 0 {
            chain.fadeIn = range.start
            chain.fadeOut = range.end.isFinite ? range.end : nil
        }
        let graph = try FilterGraph(
            .video(
                frame, timeBase: stream.timeBase, pixelAspect: stream.pixelAspect,
                frameRate: VideoEncoding.rateOfFrames(stream)),
            steps: chain.steps(for: frame))
        self.graph = graph
        graphInput = (frame.size, frame.pixelFormat)
        return graph
    }

    private func drain(_ graph: FilterGraph) throws {
        while try graph.pull(into: filtered) { try encode(filtered, timeBase: graph.timeBase) }
    }

    private func drainGraph() throws {
        guard let graph else { return }
        try graph.push(nil)
        try drain(graph)
        self.graph = nil
    }

    private func encode(_ frame: Frame, timeBase: AVRational) throws {
        let stamp = frame.pointer.pointee.pts
        let time = max(0, seconds(stamp, timeBase) - range.start + offset)
        var target = Int64((time / encoder.timeBase.value).rounded())
        // Two frames closer than a unit of time: the later one keeps its place.
        if let lastStamp, target <= lastStamp {
            guard recipe.frameRate == nil else { return }
            target = lastStamp + 1
        }
        lastStamp = target
        frame.pointer.pointee.pts = target
        frame.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        frame.pointer.pointee.interlaced_frame = 0
        if !recipe.transformations.isEmpty {
            let picture = try VideoPicture(frame)
            for transformation in recipe.transformations {
                try transformation.apply(to: picture, time: Double(target) * encoder.timeBase.value)
            }
        }
        frames += 1
        try encoder.send(frame)
        try fetch()
    }

    private func fetch() throws {
        while try encoder.receive(into: packet) {
            // The last packet's duration is the only one that nothing follows from.
            if packet.pointer.pointee.duration == 0 {
                packet.pointer.pointee.duration = max(
                    1, Int64((packetTime.value / encoder.timeBase.value).rounded()))
            }
            try write(packet, encoder.timeBase)
        }
    }

    /// Ends a stretch: everything that is still in the decoder and the steps goes to the encoder.
    func finishSegment() throws {
        if !isPastEnd { try take(nil as Packet?) }
        try drainGraph()
    }

    /// Ends the track.
    func finish() throws {
        try encoder.send(nil)
        try fetch()
    }

    /// A sentence about damage, if there was some.
    func checkHealth() throws -> String? { try decoder.checkHealth() }
}
