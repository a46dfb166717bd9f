// The owner of one encoder.

import CFFmpeg

/// What an encoder has to be told before it starts.
struct EncoderSettings {
    /// Name of the encoder in the libraries, e.g. `libx264`.
    var name: String
    /// Options by name and value.
    var options: [(name: String, value: String)] = []
    var timeBase: AVRational
    var bitRate: Int?
    var maximumBitRate: Int?
    var bufferBits: Int?
    /// Bits of `AV_CODEC_FLAG_*`.
    var flags: Int32 = 0
    var tag: UInt32?

    // Video
    var size = PixelSize(width: 0, height: 0)
    var pixelFormat = AV_PIX_FMT_YUV420P
    var frameRate: AVRational?
    var keyframeInterval: Int?
    var colors = ColorTags.unspecified

    // Audio
    var sampleRate = 0
    var sampleFormat = AV_SAMPLE_FMT_FLTP
    var channels = 2
}

/// How numbers of a video frame mean colours.
struct ColorTags: Equatable {
    var range: AVColorRange
    var primaries: AVColorPrimaries
    var transfer: AVColorTransferCharacteristic
    var matrix: AVColorSpace

    static let unspecified = ColorTags(
        range: AVCOL_RANGE_UNSPECIFIED, primaries: AVCOL_PRI_UNSPECIFIED, transfer: AVCOL_TRC_UNSPECIFIED,
        matrix: AVCOL_SPC_UNSPECIFIED)
    static let bt709 = ColorTags(
        range: AVCOL_RANGE_MPEG, primaries: AVCOL_PRI_BT709, transfer: AVCOL_TRC_BT709, matrix: AVCOL_SPC_BT709)
}

final class StreamEncoder {
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let settings: EncoderSettings

    init(_ settings: EncoderSettings) throws {
        self.settings = settings
        guard let codec = avcodec_find_encoder_by_name(settings.name) else {
            throw MediaError(.capabilityMissing, "The installed FFmpeg has no encoder \(settings.name)")
        }
        let context = try LibAV.allocated(avcodec_alloc_context3(codec))
        self.context = context
        context.pointee.time_base = settings.timeBase
        context.pointee.flags |= settings.flags
        if let tag = settings.tag { context.pointee.codec_tag = tag }
        if let rate = settings.bitRate { context.pointee.bit_rate = Int64(rate) }
        if let rate = settings.maximumBitRate { context.pointee.rc_max_rate = Int64(rate) }
        if let bits = settings.bufferBits { context.pointee.rc_buffer_size = Int32(clamping: bits) }
        if codec.pointee.type == AVMEDIA_TYPE_VIDEO {
            configureVideo()
        } else {
            configureAudio()
        }
        let options = LibAVOptions(settings.options)
        try options.withDictionary { dictionary in
            try LibAV.check(avcodec_open2(context, codec, &dictionary), "start the encoder \(settings.name)")
            guard av_dict_count(dictionary) == 0 else {
                throw MediaError(.capabilityMissing, "The installed encoder \(settings.name) lacks a setting")
            }
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    private func configureVideo() {
        context.pointee.width = Int32(settings.size.width)
        context.pointee.height = Int32(settings.size.height)
        context.pointee.pix_fmt = settings.pixelFormat
        context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        if let rate = settings.frameRate { context.pointee.framerate = rate }
        if let interval = settings.keyframeInterval { context.pointee.gop_size = Int32(interval) }
        context.pointee.color_range = settings.colors.range
        context.pointee.color_primaries = settings.colors.primaries
        context.pointee.color_trc = settings.colors.transfer
        context.pointee.colorspace = settings.colors.matrix
        context.pointee.thread_count = 0
    }

    private func configureAudio() {
        context.pointee.sample_rate = Int32(settings.sampleRate)
        context.pointee.sample_fmt = settings.sampleFormat
        av_channel_layout_default(&context.pointee.ch_layout, Int32(settings.channels))
    }

    var timeBase: AVRational { context.pointee.time_base }

    /// Samples the encoder wants in each frame; 0 means any number.
    var frameSize: Int32 {
        guard let codec = context.pointee.codec else { return 0 }
        return codec.pointee.capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE != 0 ? 0 : context.pointee.frame_size
    }

    var channelLayout: AVChannelLayout { context.pointee.ch_layout }

    /// Writes what a muxer has to know.
    func describe(to parameters: UnsafeMutablePointer<AVCodecParameters>) throws {
        try LibAV.check(avcodec_parameters_from_context(parameters, context), "describe the result")
    }

    /// Gives the encoder a frame, or nil when there are no more.
    func send(_ frame: Frame?) throws {
        let code = avcodec_send_frame(context, frame?.pointer)
        if code == cffmpeg_error_eof, frame == nil { return }
        try LibAV.check(code, "encode a frame with \(settings.name)")
    }

    /// Fetches the next packet; false if the encoder needs more frames or has no more packets.
    func receive(into packet: Packet) throws -> Bool {
        packet.clear()
        let code = avcodec_receive_packet(context, packet.pointer)
        if code == cffmpeg_error_again || code == cffmpeg_error_eof { return false }
        try LibAV.check(code, "encode with \(settings.name)")
        return true
    }
}
