// The way of the sound: decoder, steps, queue, encoder.

import CFFmpeg

/// Turns packets of one audio stream into encoded packets of the result.
///
/// The result has no gaps: where the input has some, or begins later than the pictures, there is silence.
final class AudioTrack {
    private let stream: MediaStream
    private let recipe: AudioRecipe
    private let decoder: StreamDecoder
    private let encoder: StreamEncoder
    private let sampleRate: Int
    private let channels: Int
    private let queue: SampleQueue
    private let write: (Packet, AVRational) throws -> Void

    private let decoded: Frame
    private let filtered: Frame
    private let packet: Packet
    private var graph: FilterGraph?
    private var range: (start: Double, end: Double) = (0, .infinity)
    private var graphRate: (Int32, Int32, Int32)?
    /// Samples of this stretch that have come so far, and in the whole result.
    private var segmentSamples = 0
    private var sentSamples: Int64 = 0
    private var expectedSamples: Int?
    private var lastEnd: Double?
    private(set) var isPastEnd = false

    init(
        _ stream: MediaStream, _ recipe: AudioRecipe, limits: VideoLimits, globalHeader: Bool,
        write: @escaping (Packet, AVRational) throws -> Void
    ) throws {
        self.stream = stream
        self.recipe = recipe
        self.write = write
        decoder = try StreamDecoder(stream, limits: limits)
        sampleRate = recipe.codec.sampleRate(for: stream.sampleRate)
        channels = max(1, min(recipe.channels, stream.channels))
        var settings = EncoderSettings(
            name: recipe.codec.encoder, timeBase: AVRational(num: 1, den: Int32(sampleRate)))
        settings.sampleRate = sampleRate
        settings.channels = channels
        settings.sampleFormat = recipe.codec.sampleFormat
        settings.flags = AV_CODEC_FLAG_BITEXACT | (globalHeader ? AV_CODEC_FLAG_GLOBAL_HEADER : 0)
        if let rate = recipe.codec.defaultBitRate {
            settings.bitRate = recipe.bitRate ?? (channels == 1 ? rate / 2 : rate)
        }
        encoder = try StreamEncoder(settings)
        queue = try SampleQueue(
            format: recipe.codec.sampleFormat, layout: encoder.channelLayout, sampleRate: Int32(sampleRate))
        decoded = try Frame()
        filtered = try Frame()
        packet = try Packet()
    }

    var codec: StreamEncoder { encoder }

    /// Begins a stretch of the input; `exactLength` cuts or fills it to a length in seconds.
    func begin(_ range: (start: Double, end: Double), exactLength: Double?, afterJump: Bool) {
        if afterJump { decoder.flush() }
        self.range = range
        expectedSamples = exactLength.map { Int(($0 * Double(sampleRate)).rounded()) }
        segmentSamples = 0
        graph = nil
        lastEnd = nil
        isPastEnd = false
    }

    /// Takes a packet, or nil when there are no more in this stretch.
    func take(_ packet: Packet?) throws {
        guard !isPastEnd || packet == nil else { return }
        try decoder.send(packet)
        while try decoder.receive(into: decoded) { try take(decoded) }
    }

    private func take(_ frame: Frame) throws {
        let rate = Double(frame.pointer.pointee.sample_rate)
        guard rate > 0 else { return }
        let moment = frame.moment(in: stream) ?? lastEnd ?? range.start
        let end = moment + Double(frame.pointer.pointee.nb_samples) / rate
        lastEnd = end
        guard end > range.start else { return }
        guard moment < range.end else {
            isPastEnd = true
            return
        }
        let key = (
            frame.pointer.pointee.sample_rate, frame.pointer.pointee.format,
            frame.pointer.pointee.ch_layout.nb_channels
        )
        if graph != nil, graphRate.map({ $0 != key }) ?? false { try drainGraph() }
        frame.pointer.pointee.pts = Int64((moment * rate).rounded())
        let graph = try graph ?? makeGraph(for: frame)
        graphRate = key
        try graph.push(frame)
        try drain(graph)
    }

    private func makeGraph(for frame: Frame) throws -> FilterGraph {
        var steps: [FilterStep] = []
        var trim: [(name: String, value: String)] = [("start", decimal(max(0, range.start)))]
        if range.start < 0 { trim = [] }
        if range.end.isFinite { trim.append(("end", decimal(range.end))) }
        if !trim.isEmpty { steps.append(FilterStep("atrim", trim)) }
        // What is missing at the beginning or in between becomes silence; what is too early is cut.
        let done = Double(segmentSamples) / Double(sampleRate)
        let first = Int64(((range.start + done) * Double(sampleRate)).rounded())
        steps.append(
            FilterStep(
                "aresample",
                [
                    ("async", "1"), ("min_hard_comp", "0.1"), ("first_pts", "\(first)"), ("rematrix_maxval", "1.0"),
                    ("out_sample_rate", "\(sampleRate)"), ("out_sample_fmt", Self.name(AV_SAMPLE_FMT_FLTP)),
                    ("out_channel_layout", channels == 1 ? "mono" : "stereo"),
                ]))
        if let gain = recipe.gain {
            steps.append(FilterStep("volume", [("volume", "\(decimal(gain))dB")]))
            // A true peak of -1.5 dB leaves little between the samples; half a decibel is kept for it.
            steps.append(FilterStep("alimiter", [("limit", "0.794"), ("level", "0"), ("latency", "1")]))
        }
        if recipe.fade > 0 {
            steps.append(Self.fade("in", at: range.start, recipe.fade))
            if range.end.isFinite { steps.append(Self.fade("out", at: range.end - recipe.fade, recipe.fade)) }
        }
        steps.append(
            FilterStep(
                "aformat",
                [
                    ("sample_fmts", Self.name(recipe.codec.sampleFormat)), ("sample_rates", "\(sampleRate)"),
                    ("channel_layouts", channels == 1 ? "mono" : "stereo"),
                ]))
        let graph = try FilterGraph(
            .audio(frame, timeBase: AVRational(num: 1, den: frame.pointer.pointee.sample_rate)), steps: steps)
        self.graph = graph
        return graph
    }

    private static func fade(_ direction: String, at moment: Double, _ length: Double) -> FilterStep {
        FilterStep(
            "afade", [("type", direction), ("start_time", decimal(max(0, moment))), ("duration", decimal(length))])
    }

    private static func name(_ format: AVSampleFormat) -> String {
        av_get_sample_fmt_name(format).map { String(cString: $0) } ?? ""
    }

    private func drain(_ graph: FilterGraph) throws {
        while try graph.pull(into: filtered) {
            if let expectedSamples {
                let room = expectedSamples - segmentSamples
                guard room > 0 else { continue }
                if Int(filtered.pointer.pointee.nb_samples) > room { filtered.pointer.pointee.nb_samples = Int32(room) }
            }
            segmentSamples += Int(filtered.pointer.pointee.nb_samples)
            try queue.append(filtered)
        }
        try encodeQueued(all: false)
    }

    private func drainGraph() throws {
        guard let graph else { return }
        try graph.push(nil)
        try drain(graph)
        self.graph = nil
    }

    private func encodeQueued(all: Bool) throws {
        let wanted = encoder.frameSize > 0 ? encoder.frameSize : 4096
        while queue.count >= wanted || (all && queue.count > 0) {
            let frame = try queue.take(min(wanted, queue.count))
            frame.pointer.pointee.pts = sentSamples
            sentSamples += Int64(frame.pointer.pointee.nb_samples)
            try encoder.send(frame)
            try fetch()
        }
    }

    private func fetch() throws {
        while try encoder.receive(into: packet) { try write(packet, encoder.timeBase) }
    }

    /// Ends a stretch.
    func finishSegment() throws {
        if !isPastEnd { try take(nil as Packet?) }
        try drainGraph()
        if let expectedSamples, segmentSamples < expectedSamples {
            try appendSilence(expectedSamples - segmentSamples)
        }
    }

    private func appendSilence(_ samples: Int) throws {
        let frame = try Frame()
        var layout = encoder.channelLayout
        frame.pointer.pointee.format = recipe.codec.sampleFormat.rawValue
        frame.pointer.pointee.sample_rate = Int32(sampleRate)
        frame.pointer.pointee.nb_samples = Int32(clamping: samples)
        try LibAV.check(av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &layout), "describe channels")
        try LibAV.check(av_frame_get_buffer(frame.pointer, 0), "make silence")
        av_samples_set_silence(
            frame.pointer.pointee.extended_data, 0, Int32(clamping: samples), Int32(channels),
            recipe.codec.sampleFormat)
        segmentSamples += samples
        try queue.append(frame)
    }

    /// Ends the track.
    func finish() throws {
        try encodeQueued(all: true)
        try encoder.send(nil)
        try fetch()
    }

    /// A sentence about damage, if there was some.
    func checkHealth() throws -> String? { try decoder.checkHealth() }
}
