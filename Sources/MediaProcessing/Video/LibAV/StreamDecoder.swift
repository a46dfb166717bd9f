// The owner of one decoder.

import CFFmpeg

final class StreamDecoder {
    private let context: UnsafeMutablePointer<AVCodecContext>
    let stream: MediaStream
    /// Packets given to the decoder, and those it could make nothing of.
    private(set) var packets = 0
    private(set) var damagedPackets = 0
    /// Frames that came out, and those of which parts were missing and made up.
    private(set) var frames = 0
    private(set) var damagedFrames = 0

    /// Opens a decoder.
    ///
    /// - Parameters:
    ///   - skipping: Which frames to leave out, for a quick look.
    ///   - singleThread: Whether to decode on one thread, which gives a single frame soonest.
    ///   - savesMemory: Whether to decode large frames on two threads at most, since each holds frames of its own.
    init(
        _ stream: MediaStream, limits: VideoLimits, skipping: AVDiscard = AVDISCARD_DEFAULT, singleThread: Bool = false,
        savesMemory: Bool = true
    ) throws {
        self.stream = stream
        guard let codec = Self.find(stream.codec) else {
            throw MediaError(.unsupportedFormat, "No decoder is installed for \(stream.codecName)")
        }
        let context = try LibAV.allocated(avcodec_alloc_context3(codec))
        self.context = context
        try LibAV.check(avcodec_parameters_to_context(context, stream.parameters), "prepare decoding")
        context.pointee.pkt_timebase = stream.timeBase
        context.pointee.max_pixels = Int64(limits.pixels)
        context.pointee.skip_frame = skipping
        context.pointee.framerate = stream.pointer.pointee.avg_frame_rate
        let isLarge = stream.width * stream.height > VideoEncoding.largeFrame
        let available = min(limits.decodingThreads, Int(av_cpu_count()) + 1)
        let threads = singleThread ? 1 : isLarge && savesMemory ? min(2, available) : available
        let options = LibAVOptions([
            ("codec_whitelist", VideoLimits.codecs), ("threads", "\(threads)"),
        ])
        let code = options.withDictionary { avcodec_open2(context, codec, &$0) }
        guard code >= 0 else {
            // On this path deinit runs, since every property is set.
            throw code == cffmpeg_error_invalid_argument
                ? MediaError(.unsupportedFormat, "\(stream.codecName) is not accepted or its description is damaged")
                : LibAV.failure(code, "decode \(stream.codecName)")
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// AV1 has a decoder in the library that only works with hardware.
    private static func find(_ codec: AVCodecID) -> UnsafePointer<AVCodec>? {
        if codec == AV_CODEC_ID_AV1, let software = avcodec_find_decoder_by_name("libdav1d") { return software }
        return avcodec_find_decoder(codec)
    }

    /// Gives the decoder a packet, or nil when there are no more.
    ///
    /// Damaged packets are counted and left out, as players do; ``checkHealth()`` judges.
    func send(_ packet: Packet?) throws {
        if packet != nil { packets += 1 }
        let code = avcodec_send_packet(context, packet?.pointer)
        switch code {
        case 0..., cffmpeg_error_eof: return
        case cffmpeg_error_out_of_memory, cffmpeg_error_exit: throw LibAV.failure(code, "decode")
        default: damagedPackets += 1
        }
    }

    /// Fetches the next frame; false if the decoder needs more packets or has no more frames.
    func receive(into frame: Frame) throws -> Bool {
        frame.clear()
        while true {
            let code = avcodec_receive_frame(context, frame.pointer)
            switch code {
            case 0...:
                frames += 1
                return true
            case cffmpeg_error_again, cffmpeg_error_eof: return false
            case cffmpeg_error_out_of_memory, cffmpeg_error_exit: throw LibAV.failure(code, "decode")
            default:
                damagedPackets += 1
                // Threaded decoders report an error for a packet and then go on.
                if damagedPackets > packets + 64 { return false }
            }
        }
    }

    /// Forgets everything, after a jump or to go on after the end.
    func flush() { avcodec_flush_buffers(context) }

    /// Decodes what the input still holds of the stream, until `body` wants no more frames.
    ///
    /// - Parameter frame: Holds one frame after the other.
    func decodeRest(
        of input: MediaInput, work: Work, into frame: Frame, _ body: () throws -> Bool
    ) throws {
        let packet = try Packet()
        var isAtEnd = false
        while !isAtEnd {
            try work.checkCancelled()
            isAtEnd = try !input.read(into: packet)
            if !isAtEnd, Int(packet.pointer.pointee.stream_index) != stream.index { continue }
            try send(isAtEnd ? nil : packet)
            while try receive(into: frame) {
                guard try body() else { return }
            }
        }
    }

    /// Takes down whether a frame that is used is as it was encoded.
    func note(_ frame: Frame) {
        let flags = frame.pointer.pointee
        if flags.decode_error_flags != 0 || flags.flags & AV_FRAME_FLAG_CORRUPT != 0 { damagedFrames += 1 }
    }

    /// Refuses an input of which most is damaged, and describes smaller damage.
    func checkHealth() throws -> String? {
        guard packets > 0 else { return nil }
        if frames == 0 || 3 * damagedPackets > 2 * packets {
            throw MediaError(
                .corruptInput,
                "\(damagedPackets) of \(packets) packets of the \(stream.codecName) stream cannot be decoded")
        }
        if damagedPackets > 0 { return "\(damagedPackets) damaged packets of \(stream.codecName) were left out" }
        return damagedFrames > 0 ? "\(damagedFrames) frames of \(stream.codecName) are damaged" : nil
    }
}
