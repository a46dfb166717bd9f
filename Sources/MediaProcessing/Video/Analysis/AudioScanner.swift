// Reads the sound of a file once for what its filters find in it.

import CFFmpeg
import Glibc

/// Decodes an audio stream through steps, without writing anything.
struct AudioScanner {
    let input: MediaInput
    let stream: MediaStream
    let work: Work

    /// Sends stretches of the sound through `steps`; frames that come out go to `body` with their time in seconds from
    /// the start of what was scanned.
    func scan(
        _ segments: [Segment], steps: [FilterStep], progress: (Double) throws -> Void = { _ in },
        _ body: (Frame, Double) throws -> Void
    ) throws {
        let decoder = try StreamDecoder(stream, limits: input.limits)
        let (decoded, filtered) = (try Frame(), try Frame())
        input.select([stream.index])
        let start = stream.start ?? input.start
        var graph: FilterGraph?
        var samples: Int64 = 0
        func drain(_ graph: FilterGraph) throws {
            while try graph.pull(into: filtered) {
                try body(filtered, seconds(filtered.pointer.pointee.pts, graph.timeBase))
            }
        }
        for segment in segments {
            if segment.start > 0 || input.wasRead {
                try input.seek(to: start + segment.start, in: stream)
                decoder.flush()
            }
            try decoder.decodeRest(of: input, work: work, into: decoded) {
                let moment = decoded.moment(in: stream).map { $0 - start } ?? segment.start
                guard moment >= segment.start - 0.05 else { return true }
                guard moment < segment.end ?? .infinity else { return false }
                decoded.pointer.pointee.pts = samples
                samples += Int64(decoded.pointer.pointee.nb_samples)
                let current =
                    try graph
                    ?? FilterGraph(
                        .audio(decoded, timeBase: AVRational(num: 1, den: decoded.pointer.pointee.sample_rate)),
                        steps: steps)
                graph = current
                try current.push(decoded)
                try drain(current)
                try progress(moment)
                return true
            }
        }
        guard let graph else { return }
        try graph.push(nil)
        try drain(graph)
    }

    /// Loudness over each tenth of a second: the root of the mean square, 0 to 1.
    func energy() throws -> [Double] {
        var values: [Double] = []
        let steps = [
            FilterStep(
                "aresample",
                [("out_sample_rate", "8000"), ("out_sample_fmt", "flt"), ("out_channel_layout", "mono")]),
            FilterStep("asetnsamples", [("n", "800")]),
        ]
        try scan([.whole], steps: steps) { frame, _ in
            guard let data = cffmpeg_plane(frame.pointer, 0) else { return }
            let count = Int(frame.pointer.pointee.nb_samples)
            let mean = UnsafeRawPointer(data).withMemoryRebound(to: Float.self, capacity: count) { samples in
                (0..<count).reduce(0.0) { $0 + Double(samples[$1] * samples[$1]) } / Double(max(1, count))
            }
            values.append(mean.squareRoot())
        }
        return values
    }
}

/// Loudness by EBU R128.
struct Loudness: Equatable {
    /// Integrated, in LUFS; nil for silence.
    var integrated: Double?
    /// Range in LU.
    var range: Double?
    /// True peak in dBTP.
    var truePeak: Double?

    static func measure(_ scanner: AudioScanner, _ segments: [Segment] = [.whole]) throws -> Loudness {
        var meter = LoudnessMeter()
        try scanner.scan(segments, steps: LoudnessMeter.steps) { frame, _ in meter.read(frame) }
        return meter.loudness
    }
}

/// Reads what the loudness filter notes on the frames.
struct LoudnessMeter {
    static let steps = [FilterStep("ebur128", [("metadata", "1"), ("peak", "true")])]

    private var integrated: Double?
    private var range: Double?
    private var peak: Double?

    mutating func read(_ frame: Frame) {
        let notes = frame.pointer.pointee.metadata
        if let value = number(notes, "lavfi.r128.I") { integrated = value }
        if let value = number(notes, "lavfi.r128.LRA") { range = value }
        for channel in 0..<8 {
            guard let value = number(notes, "lavfi.r128.true_peaks_ch\(channel)") else { break }
            peak = max(peak ?? 0, value)
        }
    }

    var loudness: Loudness {
        // The filter starts at -70, its gate: what stays there is silence.
        let audible = integrated.flatMap { $0 > -70 ? $0 : nil }
        return Loudness(
            integrated: audible, range: audible == nil ? nil : range,
            truePeak: peak.flatMap { $0 > 0 ? 20 * log10($0) : nil })
    }
}

/// A note of a filter on a frame, as a number.
func number(_ notes: OpaquePointer?, _ name: String) -> Double? {
    av_dict_get(notes, name, nil, 0).flatMap { Double(String(cString: $0.pointee.value)) }
}
