// The parameters that several video operations share: how their texts are read, and their defaults.

import CFFmpeg
import FoundationEssentials

extension StrictParameters {
    /// Bits a second: a number, or a text such as `"2500k"` or `"2.5M"`.
    func bitRate(_ key: String, in range: ClosedRange<Int> = 8_000...200_000_000) throws -> Int? {
        let allowed =
            "bits a second from \(range.lowerBound) to \(range.upperBound), as a number or as \"2500k\" or \"2.5M\""
        guard has(key) else { return nil }
        if let number = try? integer(key, in: range) { return number }
        return try text(key, allowed: allowed) { text in
            let factor: Double
            switch text.last {
            case "k", "K": factor = 1000
            case "m", "M": factor = 1_000_000
            default: return nil
            }
            guard let number = Double(text.dropLast()), number.isFinite, number > 0, number < 1e9 else { return nil }
            let bits = Int((number * factor).rounded())
            return range.contains(bits) ? bits : nil
        }
    }

    /// A moment: seconds, `"hh:mm:ss"` or `"10%"`.
    func moment(_ key: String) throws -> MediaMoment? {
        guard has(key) else { return nil }
        let range = 0...VideoLimits.standard.seconds
        if let number = try? number(key, in: range) { return .seconds(number) }
        return try text(key, allowed: "seconds, \"hh:mm:ss\" or \"10%\"", parse: MediaMoment.init)
    }

    /// Frames a second.
    func frameRate(_ key: String) throws -> Double? { try number(key, in: 1...120) }
}

/// A moment in a file that need not be known yet.
public enum MediaMoment: Sendable, Equatable {
    /// Seconds from the start.
    case seconds(Double)
    /// A fraction of the playing time, 0 to 1.
    case fraction(Double)

    /// Reads `"90"`, `"1:30"`, `"0:01:30.5"` or `"10%"`.
    init?(_ text: String) {
        if text.last == "%" {
            guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
            self = .fraction(percent / 100)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var seconds = 0.0
        for (index, part) in parts.enumerated() {
            guard part.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let number = Double(part),
                index == 0 || number < 60
            else { return nil }
            seconds = seconds * 60 + number
        }
        self = .seconds(seconds)
    }

    /// Seconds from the start of a file that plays for `duration`.
    func seconds(of duration: Double) -> Double {
        switch self {
        case .seconds(let seconds): seconds
        case .fraction(let fraction): fraction * duration
        }
    }
}

/// Usual names of picture heights; the number counts the short side, upright or lying.
public enum VideoResolution: String, Sendable, CaseIterable {
    /// 3840x2160 or 2160x3840.
    case uhd = "2160p"
    /// 2560x1440.
    case qhd = "1440p"
    /// 1920x1080.
    case fullHD = "1080p"
    /// 1280x720.
    case hd = "720p"
    /// 854x480.
    case sd = "480p"
    /// 640x360.
    case low = "360p"
    /// 426x240.
    case lowest = "240p"

    /// Length of the short side in pixels.
    var shortSide: Int { Int(rawValue.dropLast()) ?? 0 }

    /// The request that brings a picture's short side to this.
    func request(for size: PixelSize, withoutEnlargement: Bool = true) -> ResizeRequest {
        size.width >= size.height
            ? ResizeRequest(width: nil, height: shortSide, withoutEnlargement: withoutEnlargement)
            : ResizeRequest(width: shortSide, height: nil, withoutEnlargement: withoutEnlargement)
    }
}

/// Parameters of encoding that most operations take.
struct EncodingParameters: Sendable {
    var codec: VideoCodec
    var quality: Double?
    var preset: EncodingPreset
    var frameRate: Double?
    var audioBitRate: Int?

    static let keys: Set<String> = ["codec", "crf", "preset", "fps", "audio_bitrate"]

    init(_ parameters: StrictParameters) throws {
        codec = try parameters.choice("codec") ?? .h264
        quality = try parameters.number("crf", in: codec.qualityRange)
        preset = try parameters.choice("preset") ?? .medium
        frameRate = try parameters.frameRate("fps")
        audioBitRate = try parameters.bitRate("audio_bitrate", in: 8_000...512_000)
    }

    /// A recipe for pictures; `geometry` is filled in.
    func recipe(_ stream: MediaStream, _ geometry: VideoGeometry) -> VideoRecipe {
        var recipe = VideoRecipe(geometry: geometry)
        recipe.codec = codec
        recipe.rate = .quality(quality ?? codec.defaultQuality)
        recipe.preset = preset
        recipe.frameRate = frameRate.map(rational)
        return recipe
    }

    /// Sound copied where the container can hold it, else made anew.
    func audio(
        of input: MediaInput, in container: MediaContainer, codec: AudioCodec? = nil, isCut: Bool = false
    ) -> [AudioTreatment] {
        guard let stream = input.audio, let usual = codec ?? container.audioCodecs.first else { return [] }
        let fits = container.audioCodecs.contains { $0.id == stream.codec } && stream.channels <= 2
        let isWanted = codec.map { $0.id == stream.codec } ?? true
        if fits, isWanted, !isCut, audioBitRate == nil { return [.copy(stream)] }
        return [.encode(stream, AudioRecipe(codec: usual, bitRate: audioBitRate))]
    }
}

/// A frame rate as a fraction, with broadcast rates exact.
func rational(_ rate: Double) -> AVRational {
    for whole in [24, 30, 60, 120] where abs(rate - Double(whole) / 1.001) < 0.004 {
        return AVRational(num: Int32(whole * 1000), den: 1001)
    }
    return AVRational(num: Int32((rate * 1000).rounded()), den: 1000)
}
