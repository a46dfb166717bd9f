// The containers that are written, and which codecs each can hold (media.md §10).

import CFFmpeg

/// A container format of a result.
public enum MediaContainer: String, Sendable, CaseIterable {
    /// MPEG-4, with the index at the front.
    case mp4
    /// QuickTime.
    case mov
    /// WebM.
    case webm
    /// Matroska.
    case mkv
    /// MPEG layer 3 sound.
    case mp3
    /// MPEG-4 sound.
    case m4a
    /// Uncompressed sound.
    case wav
    /// Ogg sound.
    case ogg
    /// An animated picture without sound.
    case gif

    var muxer: String {
        switch self {
        case .mkv: "matroska"
        case .m4a: "ipod"
        default: rawValue
        }
    }

    var fileExtension: String { rawValue }

    /// Video codecs the container can hold, the usual one first; empty for sound.
    var videoCodecs: [VideoCodec] {
        switch self {
        case .mp4, .mov: [.h264, .hevc, .av1, .vp9]
        case .mkv: [.h264, .hevc, .vp9, .av1]
        case .webm: [.vp9, .av1]
        case .gif, .mp3, .m4a, .wav, .ogg: []
        }
    }

    /// Audio codecs the container can hold, the usual one first.
    var audioCodecs: [AudioCodec] {
        switch self {
        case .mp4, .mov: [.aac, .mp3, .opus]
        case .mkv: [.aac, .opus, .mp3, .vorbis, .flac, .pcm]
        case .webm: [.opus, .vorbis]
        case .mp3: [.mp3]
        case .m4a: [.aac]
        case .wav: [.pcm]
        case .ogg: [.opus, .vorbis, .flac]
        case .gif: []
        }
    }

    /// Whether the container holds moving pictures.
    var holdsVideo: Bool { !videoCodecs.isEmpty || self == .gif }

    /// Whether players wait for an index, which therefore belongs to the front.
    var hasIndexInFront: Bool { [.mp4, .mov, .m4a].contains(self) }

    /// The container that a stream copy of an input goes to.
    init?(copying input: MediaInput) {
        let names = Set(input.containerNames)
        if names.contains("mp4") {
            self = .mp4
        } else if names.contains("matroska") {
            self = Self.fitsWebM(input) ? .webm : .mkv
        } else if let name = names.compactMap({ MediaContainer(rawValue: String($0)) }).first {
            self = name
        } else {
            return nil
        }
    }

    /// WebM is Matroska with a choice of codecs, and the reader does not tell them apart.
    private static func fitsWebM(_ input: MediaInput) -> Bool {
        let codecs = [
            AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS,
            AV_CODEC_ID_WEBVTT,
        ]
        return input.video != nil && input.streams.allSatisfy { codecs.contains($0.codec) }
    }
}

/// A video codec of a result.
public enum VideoCodec: String, Sendable, CaseIterable {
    /// H.264, which everything plays. The default.
    case h264
    /// H.265.
    case hevc
    /// VP9.
    case vp9
    /// AV1.
    case av1

    var id: AVCodecID {
        switch self {
        case .h264: AV_CODEC_ID_H264
        case .hevc: AV_CODEC_ID_HEVC
        case .vp9: AV_CODEC_ID_VP9
        case .av1: AV_CODEC_ID_AV1
        }
    }

    var encoder: String {
        switch self {
        case .h264: "libx264"
        case .hevc: "libx265"
        case .vp9: "libvpx-vp9"
        case .av1: "libsvtav1"
        }
    }

    /// What `crf` may be.
    var qualityRange: ClosedRange<Double> {
        switch self {
        case .h264, .hevc: 0...51
        case .vp9, .av1: 0...63
        }
    }

    /// What `crf` is if nobody says.
    var defaultQuality: Double {
        switch self {
        case .h264: 23
        case .hevc: 28
        case .vp9: 32
        case .av1: 34
        }
    }
}

/// An audio codec of a result.
public enum AudioCodec: String, Sendable, CaseIterable {
    /// AAC-LC. The default.
    case aac
    /// Opus.
    case opus
    /// MPEG layer 3.
    case mp3
    /// Vorbis.
    case vorbis
    /// Lossless.
    case flac
    /// Uncompressed, 16 bits.
    case pcm

    var id: AVCodecID {
        switch self {
        case .aac: AV_CODEC_ID_AAC
        case .opus: AV_CODEC_ID_OPUS
        case .mp3: AV_CODEC_ID_MP3
        case .vorbis: AV_CODEC_ID_VORBIS
        case .flac: AV_CODEC_ID_FLAC
        case .pcm: AV_CODEC_ID_PCM_S16LE
        }
    }

    var encoder: String {
        switch self {
        case .aac: "aac"
        case .opus: "libopus"
        case .mp3: "libmp3lame"
        case .vorbis: "libvorbis"
        case .flac: "flac"
        case .pcm: "pcm_s16le"
        }
    }

    var sampleFormat: AVSampleFormat {
        switch self {
        case .aac, .mp3, .vorbis: AV_SAMPLE_FMT_FLTP
        case .opus: AV_SAMPLE_FMT_FLT
        case .flac, .pcm: AV_SAMPLE_FMT_S16
        }
    }

    /// Bits a second for stereo if nobody says; nil for lossless ones.
    var defaultBitRate: Int? {
        switch self {
        case .aac: 128_000
        case .opus: 96_000
        case .mp3: 192_000
        case .vorbis: 128_000
        case .flac, .pcm: nil
        }
    }

    /// The rate to encode at, near that of the source.
    func sampleRate(for source: Int) -> Int {
        switch self {
        case .opus: 48_000
        case .mp3, .aac: [44_100, 48_000].contains(source) ? source : 48_000
        case .vorbis, .flac, .pcm: (8000...192_000).contains(source) ? source : 48_000
        }
    }
}
