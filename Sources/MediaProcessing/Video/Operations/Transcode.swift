// transcoding (media.md §10).

import CFFmpeg
public import FoundationEssentials

/// Another container or other codecs; sound alone; a stretch of time; an animated picture.
public struct Transcode: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "transcoding"

    /// What becomes of the pictures' codec.
    public enum VideoChoice: Sendable, Equatable {
        /// The container's usual codec; copied if the input has it already and nothing else is asked.
        case automatic
        /// Copied as they are.
        case copy
        /// Made anew.
        case codec(VideoCodec)
    }

    /// What becomes of the sound's codec.
    public enum AudioChoice: Sendable, Equatable {
        /// Copied if the container can hold it, else the container's usual codec.
        case automatic
        /// Copied as it is.
        case copy
        /// Left out.
        case none
        /// Made anew.
        case codec(AudioCodec)
    }

    /// The container. Default ``MediaContainer/mp4``.
    public var format: MediaContainer
    /// What becomes of the pictures.
    public var video: VideoChoice
    /// What becomes of the sound.
    public var audio: AudioChoice
    /// Length of the short side; nil keeps the size.
    public var resolution: VideoResolution?
    /// Quality in the codec's own scale.
    public var quality: Double?
    /// Average in bits a second, instead of a quality.
    public var bitRate: Int?
    /// Frames a second; nil keeps the timestamps.
    public var frameRate: Double?
    /// Bits a second of the sound.
    public var audioBitRate: Int?
    /// How hard the encoder tries.
    public var preset: EncodingPreset
    /// Where to begin.
    public var start: MediaMoment?
    /// How many seconds to keep.
    public var duration: Double?
    /// Which of several sounds, counted from 0; nil for the default one.
    public var audioTrack: Int?
    /// Whether text streams are kept where the container can hold them. Default false.
    public var keepsSubtitles: Bool
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = OutputPlacement.keys.union([
        "format", "codec", "audio_codec", "resolution", "crf", "bitrate", "fps", "audio_bitrate", "preset", "start",
        "duration", "audio_track", "subtitles",
    ])

    /// Reads the job's `params`; see media.md §10 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        format = try parameters.choice("format") ?? .mp4
        video = try Self.videoChoice(parameters, format)
        audio = try Self.audioChoice(parameters, format)
        resolution = try parameters.choice("resolution")
        quality = try parameters.number("crf", in: Self.codec(video, format).qualityRange)
        bitRate = try parameters.bitRate("bitrate")
        if quality != nil, bitRate != nil {
            throw parameters.wrong("bitrate", "absent when \"crf\" is given: only one can decide the size")
        }
        frameRate = try parameters.frameRate("fps")
        audioBitRate = try parameters.bitRate("audio_bitrate", in: 8_000...512_000)
        preset = try parameters.choice("preset") ?? .medium
        start = try parameters.moment("start")
        duration = try parameters.number("duration", in: 0.1...VideoLimits.standard.seconds)
        audioTrack = try parameters.integer("audio_track", in: 0...31)
        keepsSubtitles =
            try parameters.text("subtitles", allowed: "\"keep\" or \"drop\"") { ["keep": true, "drop": false][$0] }
            ?? false
        placement = try OutputPlacement(parameters)
        try checkCombination(parameters)
    }

    private static func videoChoice(_ parameters: StrictParameters, _ format: MediaContainer) throws -> VideoChoice {
        let words = VideoCodec.allCases.map(\.rawValue) + ["copy"]
        let choice = try parameters.text("codec", allowed: "one of: \(words.joined(separator: ", "))") { text in
            text == "copy" ? VideoChoice.copy : VideoCodec(rawValue: text).map(VideoChoice.codec)
        }
        guard let choice else { return .automatic }
        if case .codec(let codec) = choice, !format.videoCodecs.contains(codec) {
            let able = format.videoCodecs.map(\.rawValue).joined(separator: ", ")
            throw parameters.wrong(
                "codec",
                able.isEmpty ? "absent for \(format.rawValue)" : "one that \(format.rawValue) can hold: \(able)")
        }
        return choice
    }

    private static func audioChoice(_ parameters: StrictParameters, _ format: MediaContainer) throws -> AudioChoice {
        let words = AudioCodec.allCases.map(\.rawValue) + ["copy", "none"]
        let choice = try parameters.text("audio_codec", allowed: "one of: \(words.joined(separator: ", "))") { text in
            switch text {
            case "copy": AudioChoice.copy
            case "none": AudioChoice.none
            default: AudioCodec(rawValue: text).map(AudioChoice.codec)
            }
        }
        guard let choice else { return .automatic }
        if case .codec(let codec) = choice, !format.audioCodecs.contains(codec) {
            let able = format.audioCodecs.map(\.rawValue).joined(separator: ", ")
            throw parameters.wrong(
                "audio_codec",
                able.isEmpty ? "absent for \(format.rawValue)" : "one that \(format.rawValue) can hold: \(able)")
        }
        return choice
    }

    private static func codec(_ choice: VideoChoice, _ format: MediaContainer) -> VideoCodec {
        if case .codec(let codec) = choice { codec } else { format.videoCodecs.first ?? .h264 }
    }

    private func checkCombination(_ parameters: StrictParameters) throws {
        if video == .copy {
            for key in ["resolution", "crf", "bitrate", "fps"] where parameters.has(key) {
                throw parameters.wrong(key, "absent when \"codec\" is copy")
            }
        }
        if !format.holdsVideo {
            for key in ["resolution", "crf", "bitrate", "fps", "codec", "preset"] where parameters.has(key) {
                throw parameters.wrong(key, "absent for \(format.rawValue), which holds only sound")
            }
            if audio == .none { throw parameters.wrong("audio_codec", "other than none for \(format.rawValue)") }
        }
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let segment = try segment(pipeline)
            if format == .gif {
                return try AnimatedPicture(
                    resolution: resolution, frameRate: frameRate, segment: segment
                ).make(pipeline)
            }
            var plan = TranscodingPlan(container: format)
            plan.segments = [segment]
            plan.audio = try audioTreatment(pipeline.input, isCut: !segment.isWhole)
            var warnings: [String] = []
            var isCopied = false
            if format.holdsVideo, pipeline.input.video != nil {
                let stream = try pipeline.video()
                plan.video = try videoTreatment(stream, isCut: !segment.isWhole)
                if case .copy = plan.video { isCopied = true } else { warnings += pipeline.warnings(for: stream) }
            } else if plan.audio.isEmpty {
                throw MediaError(
                    .unsupportedFormat, "The input has nothing that \(format.rawValue) can hold")
            }
            if keepsSubtitles { plan.subtitles = textStreams(pipeline.input, &warnings) }
            var report = try pipeline.produce(plan)
            report.warnings += warnings
            if isCopied { report.details["copied"] = true }
            return report
        }
    }

    private func segment(_ pipeline: VideoPipeline) throws -> Segment {
        guard start != nil || duration != nil else { return .whole }
        guard let length = pipeline.input.duration else {
            throw MediaError(.corruptInput, "The input does not tell how long it plays, so no part can be cut out")
        }
        let from = start?.seconds(of: length) ?? 0
        return try pipeline.segment(from: .seconds(from), to: duration.map { .seconds(from + $0) })
    }

    private func videoTreatment(_ stream: MediaStream, isCut: Bool) throws -> VideoTreatment {
        let usual = Self.codec(video, format)
        if video == .copy {
            guard format.videoCodecs.contains(where: { $0.id == stream.codec }) else {
                throw MediaError(
                    .invalidParameter,
                    "\(Self.name): \(format.rawValue) cannot hold the input's \(stream.codecName); leave \"codec\" out",
                    parameter: "codec")
            }
            return .copy(stream)
        }
        let size = stream.displaySize
        let geometry =
            resolution.map {
                VideoGeometry(
                    ResizePlan(input: size, request: $0.request(for: size)), of: size, position: .center,
                    background: CSSColor(red: 0, green: 0, blue: 0, alpha: 255))
            } ?? VideoGeometry(keeping: size)
        let isUnchanged = geometry == VideoGeometry(keeping: size) && geometry.crop == nil
        if usual.id == stream.codec, isUnchanged, !isCut, quality == nil, bitRate == nil, frameRate == nil,
            stream.isPlainVideo
        {
            return .copy(stream)
        }
        var recipe = VideoRecipe(geometry: geometry)
        recipe.codec = usual
        recipe.rate = bitRate.map { .average($0) } ?? .quality(quality ?? usual.defaultQuality)
        recipe.preset = preset
        recipe.frameRate = frameRate.map(rational)
        return .encode(stream, recipe)
    }

    private func audioTreatment(_ input: MediaInput, isCut: Bool) throws -> [AudioTreatment] {
        guard audio != .none, let stream = try chosenAudio(input) else { return [] }
        switch audio {
        case .none: return []
        case .copy:
            guard format.audioCodecs.contains(where: { $0.id == stream.codec }) else {
                throw MediaError(
                    .invalidParameter,
                    "\(Self.name): \(format.rawValue) cannot hold the input's \(stream.codecName); leave "
                        + "\"audio_codec\" out", parameter: "audio_codec")
            }
            return [.copy(stream)]
        case .codec(let codec): return [.encode(stream, AudioRecipe(codec: codec, bitRate: audioBitRate))]
        case .automatic:
            let fits = format.audioCodecs.contains { $0.id == stream.codec } && stream.channels <= 2
            if fits, !isCut, audioBitRate == nil { return [.copy(stream)] }
            guard let usual = format.audioCodecs.first else { return [] }
            return [.encode(stream, AudioRecipe(codec: usual, bitRate: audioBitRate))]
        }
    }

    private func chosenAudio(_ input: MediaInput) throws -> MediaStream? {
        guard let audioTrack else { return input.audio }
        let all = input.audioStreams
        guard audioTrack < all.count else {
            throw MediaError(
                .invalidParameter, "\(Self.name): the input has \(all.count) sounds; there is no number \(audioTrack)",
                parameter: "audio_track")
        }
        return all[audioTrack]
    }

    private func textStreams(_ input: MediaInput, _ warnings: inout [String]) -> [MediaStream] {
        let streams = input.streams.filter { $0.kind == .subtitle }
        let kept = streams.filter { stream in
            switch format {
            case .mp4, .mov: stream.codec == AV_CODEC_ID_MOV_TEXT
            case .mkv: [AV_CODEC_ID_SUBRIP, AV_CODEC_ID_ASS, AV_CODEC_ID_WEBVTT].contains(stream.codec)
            case .webm: stream.codec == AV_CODEC_ID_WEBVTT
            default: false
            }
        }
        if kept.count < streams.count {
            warnings.append("\(streams.count - kept.count) subtitles cannot be kept in \(format.rawValue)")
        }
        return kept
    }
}
