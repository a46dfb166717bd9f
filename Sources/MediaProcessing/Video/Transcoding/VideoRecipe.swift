// What to do with the pictures and the sound of an input, as values.

import CFFmpeg

/// How hard the encoder tries.
public enum EncodingPreset: String, Sendable, CaseIterable {
    /// For drafts.
    case veryfast
    /// In between.
    case fast
    /// The default.
    case medium
    /// For delivery.
    case slow

    /// The counterpart in VP9's scale.
    var vp9Speed: Int {
        switch self {
        case .veryfast: 5
        case .fast: 4
        case .medium: 2
        case .slow: 1
        }
    }

    /// The counterpart in SVT-AV1's scale.
    var av1Preset: Int {
        switch self {
        case .veryfast: 11
        case .fast: 10
        case .medium: 8
        case .slow: 6
        }
    }
}

/// How many bits the pictures get.
enum RateMode: Equatable {
    /// Constant quality, optionally with a ceiling in bits a second.
    case quality(Double, maximum: Int? = nil)
    /// An average in bits a second, optionally with a ceiling and a buffer in bits.
    case average(Int, maximum: Int? = nil, buffer: Int? = nil)
}

/// Where pixels come from and go to; everything counts upright, square pixels.
struct VideoGeometry: Equatable {
    /// The part that is kept; nil for all.
    var crop: PixelRectangle?
    /// Size that part is scaled to: even.
    var scaled: PixelSize
    /// Size of the result: even, not smaller than `scaled`.
    var canvas: PixelSize
    /// Where the scaled picture is on the canvas.
    var offset = PixelPoint(x: 0, y: 0)
    /// Colour around it, as 0xRRGGBB.
    var background: UInt32 = 0

    struct PixelPoint: Equatable {
        var x: Int
        var y: Int
    }

    /// Size unchanged but for odd sides, which lose a pixel.
    init(keeping size: PixelSize) {
        scaled = size.evenDown
        canvas = scaled
        if scaled != size { crop = PixelRectangle(x: 0, y: 0, width: scaled.width, height: scaled.height) }
    }

    init(crop: PixelRectangle?, scaled: PixelSize, canvas: PixelSize? = nil) {
        self.crop = crop
        self.scaled = scaled
        self.canvas = canvas ?? scaled
    }
}

extension PixelSize {
    /// The next smaller size with even sides, at least 2.
    var evenDown: PixelSize { PixelSize(width: max(2, width & ~1), height: max(2, height & ~1)) }
}

/// A stretch of the input in seconds from its start.
struct Segment: Equatable, Sendable {
    var start: Double
    /// nil for the end of the input.
    var end: Double?

    static let whole = Segment(start: 0, end: nil)
    var isWhole: Bool { start == 0 && end == nil }
}

/// How pictures are made.
struct VideoRecipe {
    var codec: VideoCodec = .h264
    var rate: RateMode = .quality(23)
    var preset: EncodingPreset = .medium
    var geometry: VideoGeometry
    /// Frames a second; nil keeps the timestamps as they are.
    var frameRate: AVRational?
    /// Longest distance of key frames in seconds.
    var keyframeSeconds = 4.0
    /// Seconds of fade from and to black at the ends of each segment.
    var fade = 0.0
    /// Standard deviation of a blur in pixels; 0 for none.
    var blur = 0.0
    /// Applied to each finished frame, in order.
    var transformations: [any FrameTransformation] = []
    /// For two passes: which one this is and where the first one's findings are.
    var pass: EncodingPass?
}

/// One of two passes of an encoder over the same frames.
enum EncodingPass: Equatable {
    case first(log: String)
    case second(log: String)
}

/// How sound is made.
struct AudioRecipe {
    var codec: AudioCodec = .aac
    /// Bits a second; nil for the codec's default.
    var bitRate: Int?
    /// Most channels; more are mixed down.
    var channels = 2
    /// Change of loudness in dB, with a limiter behind it; nil for none.
    var gain: Double?
    /// Seconds of fade at the ends of each segment.
    var fade = 0.0
}

/// What becomes of the pictures.
enum VideoTreatment {
    case drop
    case copy(MediaStream)
    case encode(MediaStream, VideoRecipe)
}

/// What becomes of one sound stream.
enum AudioTreatment {
    case drop
    case copy(MediaStream)
    case encode(MediaStream, AudioRecipe)
}
