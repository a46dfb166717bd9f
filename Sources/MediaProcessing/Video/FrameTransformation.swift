// The place where something can be done to each finished frame before it is encoded.

import CFFmpeg

/// A change to every frame of a video, e.g. a watermark.
///
/// Called from one thread, in order of time, with frames in the size and pixel format they are encoded in.
protocol FrameTransformation: AnyObject {
    /// Changes the pixels in place.
    ///
    /// - Parameters:
    ///   - picture: The frame; valid only during the call.
    ///   - time: Seconds from the start of the result.
    func apply(to picture: VideoPicture, time: Double) throws
}

/// The pixels of one YUV frame. The planes belong to the frame and are valid only as long as it.
struct VideoPicture {
    /// Rows of samples of one component.
    struct Plane {
        let start: UnsafeMutablePointer<UInt8>
        /// Bytes from one row to the next.
        let stride: Int
        /// Samples in a row.
        let width: Int
        let height: Int

        /// The samples of a row, one byte each.
        func row(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
            UnsafeMutableBufferPointer(start: start + index * stride, count: width)
        }
    }

    let size: PixelSize
    let luma: Plane
    /// The two planes of colour difference.
    let chroma: (blue: Plane, red: Plane)
    /// How many times the chroma planes are smaller, as a shift.
    let chromaShift: (x: Int, y: Int)
    /// Whether the matrix is BT.709 rather than BT.601.
    let isBT709: Bool

    /// Makes the frame writable and looks at it.
    ///
    /// - Throws: ``MediaError/Code/processingFailed`` unless the frame has 8-bit planes without packing.
    init(_ frame: Frame) throws {
        try LibAV.check(av_frame_make_writable(frame.pointer), "change a frame")
        guard let format = av_pix_fmt_desc_get(frame.pixelFormat), format.pointee.nb_components >= 3,
            cffmpeg_component(format, 0).depth == 8, format.pointee.flags & UInt64(AV_PIX_FMT_FLAG_PLANAR) != 0,
            format.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB) == 0
        else {
            throw MediaError(.processingFailed, "The frames are not in a form that can be changed")
        }
        size = frame.size
        let shift = (x: Int(format.pointee.log2_chroma_w), y: Int(format.pointee.log2_chroma_h))
        chromaShift = shift
        let small = PixelSize(
            width: -(-frame.size.width >> shift.x), height: -(-frame.size.height >> shift.y))
        luma = try Self.plane(frame, 0, frame.size)
        chroma = (try Self.plane(frame, 1, small), try Self.plane(frame, 2, small))
        isBT709 = frame.pointer.pointee.colorspace == AVCOL_SPC_BT709
    }

    private static func plane(_ frame: Frame, _ index: Int32, _ size: PixelSize) throws -> Plane {
        guard let start = cffmpeg_plane(frame.pointer, index) else {
            throw MediaError(.processingFailed, "A frame has no pixels")
        }
        return Plane(
            start: start, stride: Int(cffmpeg_stride(frame.pointer, index)), width: size.width, height: size.height)
    }
}
