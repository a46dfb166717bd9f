// The owner of one muxer, which writes to one descriptor.

import CFFmpeg
import Glibc

final class MediaOutput {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let writer: FileWriter
    private let file: PendingFile
    private var isHeaderWritten = false
    private var reservesIndex = false

    /// Prepares a file of a container format.
    ///
    /// - Parameter muxer: The format's name in the libraries, e.g. `mp4`.
    init(_ file: PendingFile, muxer: String) throws {
        LibAV.start()
        self.file = file
        writer = FileWriter(descriptor: file.descriptor)
        var context: UnsafeMutablePointer<AVFormatContext>?
        let code = avformat_alloc_output_context2(&context, nil, muxer, nil)
        guard let context, code >= 0 else {
            throw MediaError(.capabilityMissing, "The installed FFmpeg cannot write \(muxer) files")
        }
        self.context = context
        context.pointee.pb = try writer.context()
        // Neither dates nor the library's version: the same input gives the same bytes.
        context.pointee.flags |= AVFMT_FLAG_BITEXACT
        // Moving the index to the front means reading again what was written.
        context.pointee.opaque = Unmanaged.passUnretained(file).toOpaque()
        context.pointee.io_open = openWrittenFile
        context.pointee.io_close2 = closeWrittenFile
    }

    deinit {
        context.pointee.pb = nil
        avformat_free_context(context)
    }

    /// Whether codecs keep their headers apart from the packets in this container.
    var wantsGlobalHeaders: Bool { (context.pointee.oformat?.pointee.flags ?? 0) & AVFMT_GLOBALHEADER != 0 }

    /// Adds a stream that an encoder makes.
    func addStream(_ encoder: StreamEncoder, tags: [String: String] = [:]) throws -> OutputStream {
        let stream = try LibAV.allocated(avformat_new_stream(context, nil))
        try encoder.describe(to: stream.pointee.codecpar)
        stream.pointee.time_base = encoder.timeBase
        return finish(stream, tags)
    }

    /// Adds a stream whose packets are copied.
    func addStream(copying source: MediaStream, tags: [String: String] = [:]) throws -> OutputStream {
        let stream = try LibAV.allocated(avformat_new_stream(context, nil))
        try LibAV.check(avcodec_parameters_copy(stream.pointee.codecpar, source.parameters), "describe a stream")
        // The tag is the container's word for the codec; another container has its own.
        stream.pointee.codecpar.pointee.codec_tag = copiedTag(source)
        stream.pointee.time_base = source.timeBase
        stream.pointee.avg_frame_rate = source.pointer.pointee.avg_frame_rate
        stream.pointee.r_frame_rate = source.pointer.pointee.r_frame_rate
        stream.pointee.sample_aspect_ratio = source.pointer.pointee.sample_aspect_ratio
        stream.pointee.disposition = source.pointer.pointee.disposition
        for type in [
            AV_PKT_DATA_DISPLAYMATRIX, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
            AV_PKT_DATA_DOVI_CONF, AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D, AV_PKT_DATA_CPB_PROPERTIES,
        ] {
            var size = 0
            guard let data = cffmpeg_stream_side_data(source.pointer, type, &size), size > 0 else { continue }
            let copy = try LibAV.allocated(av_stream_new_side_data(stream, type, size))
            copy.update(from: data, count: size)
        }
        return finish(stream, tags)
    }

    private func copiedTag(_ source: MediaStream) -> UInt32 {
        if source.codec == AV_CODEC_ID_HEVC, isQuickTimeFamily { return cffmpeg_tag(104, 118, 99, 49) }
        guard let tags = context.pointee.oformat?.pointee.codec_tag else { return 0 }
        let wanted = source.parameters.pointee.codec_tag
        // What the container would write anyway need not be changed.
        return av_codec_get_id(tags, wanted) == source.codec ? wanted : 0
    }

    private var isQuickTimeFamily: Bool {
        guard let name = context.pointee.oformat?.pointee.name else { return false }
        return ["mp4", "mov", "ipod"].contains(String(cString: name))
    }

    private func finish(_ stream: UnsafeMutablePointer<AVStream>, _ tags: [String: String]) -> OutputStream {
        for (name, value) in tags { av_dict_set(&stream.pointee.metadata, name, value, 0) }
        return OutputStream(pointer: stream)
    }

    /// Sets the file's own tags.
    func setTags(_ tags: [String: String]) {
        for (name, value) in tags { av_dict_set(&context.pointee.metadata, name, value, 0) }
    }

    /// Writes the beginning of the file; all streams are known by then.
    ///
    /// - Parameter index: Where the index goes in containers that have it in one piece.
    func writeHeader(index: IndexPlacement = .asUsual) throws {
        var options: [(name: String, value: String)] = []
        switch index {
        case .asUsual: break
        case .moved:
            options = [("movflags", "+faststart")]
            writer.isFinal = false
        case .reserved(let bytes):
            options = [("moov_size", "\(bytes)")]
            reservesIndex = true
        }
        try LibAVOptions(options).withDictionary { dictionary in
            try check(avformat_write_header(context, &dictionary), "begin the result")
        }
        isHeaderWritten = true
    }

    /// Writes a packet, whose times are in units of `timeBase`; packets are put in order of time between streams.
    func write(_ packet: Packet, to stream: OutputStream, timeBase: AVRational) throws {
        av_packet_rescale_ts(packet.pointer, timeBase, stream.pointer.pointee.time_base)
        packet.pointer.pointee.stream_index = stream.pointer.pointee.index
        packet.pointer.pointee.pos = -1
        try check(av_interleaved_write_frame(context, packet.pointer), "write the result")
    }

    /// Writes the end of the file.
    ///
    /// - Throws: ``IndexRoomExceeded`` if the room that was reserved is too small.
    func writeTrailer() throws {
        writer.isFinal = true
        let code = av_write_trailer(context)
        // The muxer's only word for it.
        if reservesIndex, code == cffmpeg_error_invalid_argument, writer.failure == nil { throw IndexRoomExceeded() }
        try check(code, "finish the result")
        avio_flush(context.pointee.pb)
        if let number = writer.failure { throw Self.writingFailure(number) }
    }

    private func check(_ code: Int32, _ step: String) throws {
        guard code < 0 else { return }
        if let number = writer.failure { throw Self.writingFailure(number) }
        if code == cffmpeg_error_invalid_argument {
            throw MediaError(.processingFailed, "Could not \(step): the streams do not fit the container")
        }
        throw LibAV.failure(code, step)
    }

    private static func writingFailure(_ number: Int32) -> MediaError {
        MediaError(.unwritableOutput, "The result cannot be written: \(String(cString: strerror(number)))")
    }
}

/// Where the index of a file goes.
enum IndexPlacement: Equatable {
    /// As the container has it.
    case asUsual
    /// To the front when everything is written, which writes everything again.
    case moved
    /// To the front, where so many bytes are kept free for it.
    case reserved(bytes: Int)
}

/// One stream of an output.
struct OutputStream {
    let pointer: UnsafeMutablePointer<AVStream>
}

private func openWrittenFile(
    _ context: UnsafeMutablePointer<AVFormatContext>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
    _: UnsafePointer<CChar>?, _ flags: Int32, _: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    guard flags & AVIO_FLAG_WRITE == 0, let owner = context?.pointee.opaque, let result else {
        return cffmpeg_error_permission
    }
    let file = Unmanaged<PendingFile>.fromOpaque(owner).takeUnretainedValue()
    guard let reader = try? FileReader(file), let opened = try? reader.context() else {
        return cffmpeg_error_io
    }
    // Released by closeWrittenFile; until then the context keeps its reader alive.
    _ = Unmanaged.passRetained(reader)
    result.pointee = opened
    return 0
}

private func closeWrittenFile(
    _: UnsafeMutablePointer<AVFormatContext>?, _ opened: UnsafeMutablePointer<AVIOContext>?
) -> Int32 {
    guard let owner = opened?.pointee.opaque else { return 0 }
    Unmanaged<FileReader>.fromOpaque(owner).release()
    return 0
}
