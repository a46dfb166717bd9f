// Upper bounds for video and sound, checked before memory or time is spent (media.md §20), and what is accepted at all.

/// What a video or sound file may be at most.
public struct VideoLimits: Sendable, Equatable {
    /// Longest playing time in seconds. Default six hours.
    public var seconds: Double = 6 * 3600
    /// Most streams in one file. Default 32.
    public var streams = 32
    /// Most pixels of one frame. Default 64 megapixels.
    public var pixels = 64_000_000
    /// Highest frame rate. Default 240 a second.
    public var frameRate: Double = 240
    /// Most bytes read to find out what a file holds. Default 10 MB.
    public var probedBytes = 10_000_000
    /// Most threads of one decoder. Default 4.
    public var decodingThreads = 4

    /// The default limits.
    public init() {}

    static let standard = VideoLimits()

    /// Containers that are read. Missing on purpose: everything that names other files or addresses (playlists,
    /// concatenation scripts, session descriptions), image sequences, and devices.
    static let containers = [
        "mov", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "asf", "mp3", "wav", "w64", "flac", "ogg", "aac",
        "aiff", "amr", "gif", "h264", "hevc", "m4v", "ivf",
    ].joined(separator: ",")

    /// Codecs that are read, by the names of the libraries' decoders.
    static let codecs = [
        "h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "libdav1d", "libaom-av1", "av1", "mpeg4", "mpeg2video",
        "mpeg1video", "mpegvideo", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "h263", "h263p", "h263i", "flv", "vc1", "wmv1",
        "wmv2", "wmv3", "mjpeg", "mjpegb", "png", "gif", "prores", "dnxhd", "dvvideo", "theora", "ffv1", "huffyuv",
        "ffvhuff", "rawvideo", "v210", "qtrle", "svq3", "cinepak", "vp6", "vp6f", "aac", "aac_latm", "mp3float", "mp3",
        "mp2", "mp2float", "mp1float", "ac3", "eac3", "dca", "truehd", "flac", "alac", "opus", "libopus", "vorbis",
        "libvorbis", "wmav1", "wmav2", "wmapro", "wmalossless", "amrnb", "amrwb", "speex", "libspeex", "pcm_s16le",
        "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le",
        "pcm_f64be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_dvd", "pcm_bluray", "adpcm_ima_wav",
        "adpcm_ima_qt", "adpcm_ms", "mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "dvbsub", "pgssub",
    ].joined(separator: ",")
}
