// The owner of one opened input: a demuxer that reads from one descriptor and can open nothing else.

import CFFmpeg
import FoundationEssentials

final class MediaInput {
    private let reader: FileReader
    private let context: UnsafeMutablePointer<AVFormatContext>
    let limits: VideoLimits
    /// What the file holds, in the file's order.
    let streams: [MediaStream]

    /// Opens a file and finds out what it holds.
    ///
    /// - Throws: ``MediaError/Code/unsupportedFormat``, ``MediaError/Code/corruptInput``,
    ///   ``MediaError/Code/tooLarge`` or ``MediaError/Code/unreadableInput``.
    init(_ file: URL, limits: VideoLimits = .standard, work: Work? = nil) throws {
        LibAV.start()
        reader = try FileReader(file, work: work)
        self.limits = limits
        guard reader.size > 0 else { throw MediaError(.corruptInput, "The input is empty") }
        context = try Self.open(reader, limits)
        var opened: UnsafeMutablePointer<AVFormatContext>? = context
        do {
            let streams = try Self.inspect(context, limits)
            try Self.check(streams, duration: Self.duration(of: context, streams), limits)
            self.streams = streams
        } catch {
            // Not everything is initialised yet, so deinit will not run.
            avformat_close_input(&opened)
            throw error
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }

    private static func open(
        _ reader: FileReader, _ limits: VideoLimits
    ) throws -> UnsafeMutablePointer<AVFormatContext> {
        var context = avformat_alloc_context()
        guard let allocated = context else { throw MediaError(.processingFailed, "Out of memory") }
        do {
            allocated.pointee.pb = try reader.context()
        } catch {
            avformat_free_context(allocated)
            throw error
        }
        // No demuxer opens a second file or address, whatever the data ask for.
        allocated.pointee.io_open = { _, _, _, _, _ in cffmpeg_error_permission }
        let options = LibAVOptions([
            ("format_whitelist", VideoLimits.containers), ("codec_whitelist", VideoLimits.codecs),
            ("protocol_whitelist", "none"), ("probesize", "\(limits.probedBytes)"), ("analyzeduration", "10000000"),
            ("max_streams", "\(limits.streams)"), ("enable_drefs", "0"), ("use_absolute_path", "0"),
        ])
        // On failure the library frees the context.
        let code = options.withDictionary { avformat_open_input(&context, nil, nil, &$0) }
        guard code >= 0, let context else { throw openingFailure(code) }
        return context
    }

    private static func openingFailure(_ code: Int32) -> MediaError {
        switch code {
        case cffmpeg_error_out_of_memory, cffmpeg_error_exit: LibAV.failure(code, "open the input")
        case cffmpeg_error_invalid_argument:
            MediaError(.unsupportedFormat, "The input is in a format that is not accepted")
        case cffmpeg_error_invalid_data:
            MediaError(.corruptInput, "The input is no video or sound of an accepted kind, or it is damaged")
        case cffmpeg_error_permission:
            MediaError(.unsupportedFormat, "The input refers to other files, which is not accepted")
        default: MediaError(.corruptInput, "The input cannot be opened as video or sound: \(LibAV.text(code))")
        }
    }

    private static func inspect(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ limits: VideoLimits
    ) throws -> [MediaStream] {
        let count = Int(context.pointee.nb_streams)
        guard count <= limits.streams else {
            throw MediaError(.tooLarge, "The input has \(count) streams; at most \(limits.streams) are accepted")
        }
        try checkDeclaredSizes(context, limits)
        try LibAV.check(avformat_find_stream_info(context, nil), "find out what the input holds")
        let found = Int(context.pointee.nb_streams)
        guard let list = context.pointee.streams, found > 0 else {
            throw MediaError(.corruptInput, "The input holds no streams")
        }
        guard found <= limits.streams else {
            throw MediaError(.tooLarge, "The input has \(found) streams; at most \(limits.streams) are accepted")
        }
        return (0..<found).compactMap { index in list[index].map { MediaStream($0) } }
    }

    /// Before any frame is decoded to look at it.
    private static func checkDeclaredSizes(
        _ context: UnsafeMutablePointer<AVFormatContext>, _ limits: VideoLimits
    ) throws {
        for index in 0..<Int(context.pointee.nb_streams) {
            guard let parameters = context.pointee.streams?[index]?.pointee.codecpar.pointee else { continue }
            let (pixels, overflow) = Int(parameters.width).multipliedReportingOverflow(by: Int(parameters.height))
            guard !overflow, pixels <= limits.pixels else {
                throw MediaError(
                    .tooLarge,
                    "The input has frames of \(parameters.width)x\(parameters.height); at most \(limits.pixels) pixels "
                        + "are accepted")
            }
        }
    }

    private static func check(_ streams: [MediaStream], duration: Double?, _ limits: VideoLimits) throws {
        for stream in streams where stream.kind == .video {
            let size = PixelSize(width: stream.width, height: stream.height)
            guard size.pixels <= limits.pixels else {
                throw MediaError(
                    .tooLarge, "The input has frames of \(size); at most \(limits.pixels) pixels are accepted")
            }
            if let rate = stream.frameRate, rate > limits.frameRate, rate < 1000 {
                throw MediaError(
                    .tooLarge,
                    "The input has \(Int(rate)) frames a second; at most \(Int(limits.frameRate)) are accepted")
            }
        }
        if let duration, duration > limits.seconds {
            throw MediaError(
                .tooLarge,
                "The input plays for \(Int(duration)) seconds; at most \(Int(limits.seconds)) are accepted")
        }
    }

    // MARK: - What is known about the file

    /// Length of the file in bytes.
    var bytes: Int { Int(reader.size) }

    /// The names of the container format, e.g. `mov,mp4,m4a,3gp,3g2,mj2`.
    var containerNames: [Substring] {
        guard let names = context.pointee.iformat?.pointee.name else { return [] }
        return String(cString: names).split(separator: ",")
    }

    /// Playing time in seconds, if the file says it or it can be estimated from it.
    var duration: Double? { Self.duration(of: context, streams) }

    private static func duration(
        of context: UnsafeMutablePointer<AVFormatContext>, _ streams: [MediaStream]
    ) -> Double? {
        let container = context.pointee.duration
        if container != cffmpeg_no_pts, container > 0 { return Double(container) / Double(AV_TIME_BASE) }
        return streams.compactMap(\.duration).max()
    }

    /// The moment at which the file starts, in its own timestamps.
    var start: Double {
        let start = context.pointee.start_time
        return start == cffmpeg_no_pts ? 0 : Double(start) / Double(AV_TIME_BASE)
    }

    /// Bits a second of the whole file.
    var bitRate: Int { Int(context.pointee.bit_rate) }

    /// Number of chapters.
    var chapterCount: Int { Int(context.pointee.nb_chapters) }

    /// The file's own tags.
    var tags: [String: String] { readTags(context.pointee.metadata) }

    /// The tags of chapters and programmes.
    var partTags: [[String: String]] {
        let chapters = (0..<Int(context.pointee.nb_chapters)).map {
            readTags(context.pointee.chapters?[$0]?.pointee.metadata)
        }
        let programmes = (0..<Int(context.pointee.nb_programs)).map {
            readTags(context.pointee.programs?[$0]?.pointee.metadata)
        }
        return chapters + programmes
    }

    /// The picture stream people watch, if any: not a cover.
    var video: MediaStream? {
        if let best = best(AVMEDIA_TYPE_VIDEO), best.kind == .video { return best }
        return streams.first { $0.kind == .video }
    }

    /// The sound people hear by default.
    var audio: MediaStream? { best(AVMEDIA_TYPE_AUDIO) }

    /// All sound streams.
    var audioStreams: [MediaStream] { streams.filter { $0.kind == .audio } }

    private func best(_ type: AVMediaType) -> MediaStream? {
        let index = av_find_best_stream(context, type, -1, -1, nil, 0)
        return index >= 0 ? streams.first { $0.index == Int(index) } : nil
    }

    // MARK: - Reading

    /// Leaves out all streams but these when reading.
    func select(_ indices: Set<Int>) {
        for index in 0..<Int(context.pointee.nb_streams) {
            context.pointee.streams?[index]?.pointee.discard =
                indices.contains(index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
    }

    /// Whether packets have been read, so that the next reader has to go back first.
    private(set) var wasRead = false

    /// Whether reading ended where the data made no sense any more, before the end of the file.
    private(set) var isBroken = false

    static let brokenWarning = "The input is damaged: what follows the damage could not be read"

    /// Reads the next packet; false at the end of the file, or where the container is damaged beyond reading on.
    func read(into packet: Packet) throws -> Bool {
        wasRead = true
        packet.clear()
        let code = av_read_frame(context, packet.pointer)
        if code == cffmpeg_error_invalid_data { isBroken = true }
        if code == cffmpeg_error_eof || code == cffmpeg_error_invalid_data { return false }
        try LibAV.check(code, "read the input")
        return true
    }

    /// Goes to the last key frame at or before a moment, given in the file's own timestamps.
    func seek(to moment: Double, in stream: MediaStream) throws {
        let timeBase = stream.timeBase
        let target = Int64((moment / timeBase.value).rounded(.down))
        if av_seek_frame(context, Int32(stream.index), target, AVSEEK_FLAG_BACKWARD) < 0 {
            // Before the first key frame, or without an index: from the beginning.
            let start = stream.startTime ?? 0
            if av_seek_frame(context, Int32(stream.index), start, AVSEEK_FLAG_BACKWARD) < 0 {
                try LibAV.check(av_seek_frame(context, -1, 0, AVSEEK_FLAG_BYTE), "go to \(moment) seconds")
            }
        }
    }
}

/// A dictionary of the libraries as a Swift one.
func readTags(_ dictionary: OpaquePointer?) -> [String: String] {
    var tags: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
        tags[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
        entry = next
    }
    return tags
}
