// The owner of one MagickWand. Owns: its life time, and reading and writing of bytes. What it does to pixels is in
// Wand+Pixels.

import CMagickWand

/// A list of images in ImageMagick, owned by one value and used from one thread at a time.
///
/// Operations act on the current frame; ``forEachFrame(_:)`` walks all of them.
struct Wand: ~Copyable {
    let pointer: OpaquePointer

    /// Takes over a wand that the library made.
    init(owning pointer: OpaquePointer?) throws {
        guard let pointer else { throw MediaError(.processingFailed, "ImageMagick is out of memory") }
        self.pointer = pointer
    }

    /// An empty wand.
    init() throws {
        try MagickRuntime.start()
        try self.init(owning: NewMagickWand())
    }

    deinit { DestroyMagickWand(pointer) }

    /// Decodes an encoded picture with the coder of `format` and no other.
    ///
    /// - Parameters:
    ///   - firstFrameOnly: Whether to leave frames after the first alone.
    ///   - sizeHint: For JPEG: decode to no less than this, which is much faster than the full size.
    ///   - work: Asked regularly whether to go on; must outlive the wand.
    /// - Returns: Warnings of the decoder.
    @discardableResult
    func read(
        _ bytes: [UInt8], as format: ImageFormat, firstFrameOnly: Bool, sizeHint: PixelSize? = nil, work: Work? = nil
    ) throws -> [String] {
        if let work {
            MagickSetProgressMonitor(pointer, continueUnlessCancelled, Unmanaged.passUnretained(work).toOpaque())
        }
        // The prefix forces the coder; the name after it is never opened, since the bytes are here.
        MagickSetFilename(pointer, "\(format.coder):picture\(firstFrameOnly ? "[0]" : "")")
        if format == .jpeg, let sizeHint {
            MagickSetOption(pointer, "jpeg:size", "\(sizeHint)")
        }
        let success = MagickReadImageBlob(pointer, bytes, bytes.count)
        try work?.checkCancelled()
        return try readingOutcome(success, format)
    }

    /// Reads only the header: sizes, frame count, orientation. No pixels are decoded.
    func ping(_ bytes: [UInt8], as format: ImageFormat) throws {
        MagickSetFilename(pointer, "\(format.coder):picture")
        _ = try readingOutcome(MagickPingImageBlob(pointer, bytes, bytes.count), format)
    }

    private func readingOutcome(_ success: MagickBooleanType, _ format: ImageFormat) throws -> [String] {
        var messages = [MagickMessage(of: pointer)]
        guard success == MagickTrue, frameCount > 0 else { throw messages[0].readError(format) }
        try forEachFrame { _ in messages += MagickMessage.all(ofFrameIn: pointer) }
        // The library goes on after errors in the picture data, with grey for what is missing.
        for message in messages where message.severity >= 400 { throw message.readError(format) }
        for message in messages where message.meansTruncation {
            throw MediaError(.corruptInput, "The \(format.rawValue) file ends early or is damaged (\(message.text))")
        }
        return Set(messages.filter { $0.concernsPixels && !$0.text.isEmpty }.map(\.text)).sorted()
    }

    /// Encodes all frames, or the current one if the format holds only one.
    func encoded(as format: ImageFormat) throws -> [UInt8] {
        try forEachFrame { _ in try check(MagickSetImageFormat(pointer, format.coder), "choose \(format.rawValue)") }
        MagickSetFilename(pointer, "")
        try check(MagickSetFormat(pointer, format.coder), "choose \(format.rawValue)")
        MagickSetIteratorIndex(pointer, 0)
        var count = 0
        let blob = frameCount > 1 ? MagickGetImagesBlob(pointer, &count) : MagickGetImageBlob(pointer, &count)
        let message = MagickMessage(of: pointer)
        guard let blob else { throw message.stepError("write \(format.rawValue)") }
        defer { MagickRelinquishMemory(blob) }
        guard message.severity < 400, count > 0 else { throw message.stepError("write \(format.rawValue)") }
        return Array(UnsafeBufferPointer(start: blob, count: count))
    }

    var frameCount: Int { MagickGetNumberImages(pointer) }

    /// Makes each frame the current one in turn.
    func forEachFrame(_ body: (Int) throws -> Void) throws {
        for index in 0..<frameCount {
            MagickSetIteratorIndex(pointer, index)
            try body(index)
        }
    }

    /// Turns the library's verdict into an error that says which step failed.
    func check(_ verdict: MagickBooleanType, _ step: String) throws {
        guard verdict == MagickTrue else { throw MagickMessage(of: pointer).stepError(step) }
    }
}

extension ImageFormat {
    /// ImageMagick's name of the coder.
    var coder: String { rawValue.uppercased() }
}

/// Called by the library now and then, on any of its threads: false makes it give up.
private func continueUnlessCancelled(
    _: UnsafePointer<CChar>?, _: MagickOffsetType, _: MagickSizeType, work: UnsafeMutableRawPointer?
) -> MagickBooleanType {
    guard let work else { return MagickTrue }
    return Unmanaged<Work>.fromOpaque(work).takeUnretainedValue().shouldStop ? MagickFalse : MagickTrue
}
