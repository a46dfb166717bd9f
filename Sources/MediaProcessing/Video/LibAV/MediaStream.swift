// What is known about one stream of an input before it is decoded.

import CFFmpeg

/// A view of one stream; valid as long as its ``MediaInput``.
struct MediaStream {
    enum Kind {
        case video, audio, subtitle, cover, data
    }

    let pointer: UnsafeMutablePointer<AVStream>

    init(_ pointer: UnsafeMutablePointer<AVStream>) { self.pointer = pointer }

    var parameters: UnsafeMutablePointer<AVCodecParameters> { pointer.pointee.codecpar }
    var index: Int { Int(pointer.pointee.index) }
    var timeBase: AVRational { pointer.pointee.time_base }
    var codec: AVCodecID { parameters.pointee.codec_id }

    var kind: Kind {
        switch parameters.pointee.codec_type {
        case AVMEDIA_TYPE_VIDEO: pointer.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 ? .cover : .video
        case AVMEDIA_TYPE_AUDIO: .audio
        case AVMEDIA_TYPE_SUBTITLE: .subtitle
        default: .data
        }
    }

    /// The codec's short name, e.g. `h264`.
    var codecName: String { String(cString: avcodec_get_name(codec)) }

    /// The profile's name, e.g. `High`.
    var profile: String? {
        avcodec_profile_name(codec, parameters.pointee.profile).map { String(cString: $0) }
    }

    /// First timestamp in units of `timeBase`.
    var startTime: Int64? {
        pointer.pointee.start_time == cffmpeg_no_pts ? nil : pointer.pointee.start_time
    }

    /// First timestamp in seconds.
    var start: Double? { startTime.map { seconds($0, timeBase) } }

    /// Playing time in seconds.
    var duration: Double? {
        let duration = pointer.pointee.duration
        return duration == cffmpeg_no_pts || duration <= 0 ? nil : seconds(duration, timeBase)
    }

    var bitRate: Int { Int(parameters.pointee.bit_rate) }
    var frameCount: Int { Int(pointer.pointee.nb_frames) }
    var tags: [String: String] { readTags(pointer.pointee.metadata) }

    // MARK: - Video

    var width: Int { Int(parameters.pointee.width) }
    var height: Int { Int(parameters.pointee.height) }

    /// Frames a second on average.
    var frameRate: Double? {
        let average = pointer.pointee.avg_frame_rate
        if average.isPositive { return average.value }
        let lowest = pointer.pointee.r_frame_rate
        return lowest.isPositive ? lowest.value : nil
    }

    /// The frame rate if all frames last equally long.
    var constantFrameRate: AVRational? {
        let average = pointer.pointee.avg_frame_rate
        let lowest = pointer.pointee.r_frame_rate
        guard average.isPositive, lowest.isPositive, abs(average.value - lowest.value) < 0.005 * lowest.value else {
            return nil
        }
        return lowest
    }

    /// Width of a pixel divided by its height, as stored; 1 for square ones.
    var pixelAspect: AVRational {
        let inStream = pointer.pointee.sample_aspect_ratio
        if inStream.isPositive { return inStream }
        let inCodec = parameters.pointee.sample_aspect_ratio
        return inCodec.isPositive ? inCodec : AVRational(num: 1, den: 1)
    }

    var pixelFormat: AVPixelFormat { AVPixelFormat(parameters.pointee.format) }

    var isInterlaced: Bool {
        switch parameters.pointee.field_order {
        case AV_FIELD_TT, AV_FIELD_BB, AV_FIELD_TB, AV_FIELD_BT: true
        default: false
        }
    }

    /// Whether the picture is in a high dynamic range (PQ or HLG).
    var isHighDynamicRange: Bool {
        [AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67].contains(parameters.pointee.color_trc)
    }

    /// How players turn the picture.
    var orientation: DisplayOrientation {
        var size = 0
        let data = cffmpeg_stream_side_data(pointer, AV_PKT_DATA_DISPLAYMATRIX, &size)
        guard let data, size >= 9 * MemoryLayout<Int32>.size else { return .upright }
        return UnsafeRawPointer(data).withMemoryRebound(to: Int32.self, capacity: 9) { DisplayOrientation(matrix: $0) }
    }

    /// Size of the upright picture in square pixels.
    var displaySize: PixelSize { displaySize(of: PixelSize(width: width, height: height)) }

    /// Size that frames of a stored size have upright and in square pixels.
    func displaySize(of stored: PixelSize) -> PixelSize {
        let aspect = pixelAspect.value
        let stretched = max(1, Int((Double(stored.width) * aspect).rounded()))
        let square = PixelSize(width: stretched, height: stored.height)
        return orientation.isTurned ? square.turned : square
    }

    // MARK: - Audio

    var sampleRate: Int { Int(parameters.pointee.sample_rate) }
    var channels: Int { Int(parameters.pointee.ch_layout.nb_channels) }

    /// E.g. `stereo` or `5.1`.
    var channelLayout: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress,
                av_channel_layout_describe(&parameters.pointee.ch_layout, start, buffer.count) > 0
            else { return "\(channels) channels" }
            return String(cString: start)
        }
    }
}

/// How a stored picture has to be turned to be upright.
struct DisplayOrientation: Equatable {
    /// Turns by 90 degrees clockwise, 0 to 3.
    var quarterTurns: Int
    /// Whether the stored picture is mirrored left to right before it is turned.
    var isMirrored: Bool

    static let upright = DisplayOrientation(quarterTurns: 0, isMirrored: false)

    /// Whether width and height change places.
    var isTurned: Bool { quarterTurns % 2 == 1 }

    init(quarterTurns: Int, isMirrored: Bool) {
        self.quarterTurns = quarterTurns
        self.isMirrored = isMirrored
    }

    /// Reads a container's display matrix: x' = a·x + c·y, y' = b·x + d·y with y pointing down.
    init(matrix: UnsafePointer<Int32>) {
        let (a, b, c, d) = (Double(matrix[0]), Double(matrix[1]), Double(matrix[3]), Double(matrix[4]))
        isMirrored = a * d - b * c < 0
        // Where the stored picture's right side points after mirroring is undone, nearest quarter.
        let (x, y) = isMirrored ? (-a, -b) : (a, b)
        if abs(x) >= abs(y) {
            quarterTurns = x < 0 ? 2 : 0
        } else {
            quarterTurns = y > 0 ? 1 : 3
        }
    }
}
