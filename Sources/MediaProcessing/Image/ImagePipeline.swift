// The way every image operation goes: read, check, decode, orient, reshape, sRGB, finish, encode, check again, write.

import FoundationEssentials

enum ImagePipeline {
    static func run(
        _ transformation: some ImageTransformation, input: URL, output: OutputDestination,
        limits: ImageLimits = .standard, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await Work.run(progress: progress) { work in
            try process(transformation, input: input, output: output, limits: limits, work: work)
        }
    }

    /// A picture that is ready to be written.
    struct Encoded {
        var bytes: [UInt8]
        var format: ImageFormat
        var size: PixelSize
        var frames: Int
        var warnings: [String]
    }

    private static func process(
        _ transformation: some ImageTransformation, input: URL, output: OutputDestination, limits: ImageLimits,
        work: Work
    ) throws -> MediaReport {
        let clock = ContinuousClock()
        let start = clock.now
        let source = try ImageSource(reading: input, limits: limits)
        let result = try encode(transformation, source, limits: limits, work: work)
        let file = output.file(withExtension: result.format.fileExtension)
        try AtomicFile.write(result.bytes, to: file)
        try? work.advance(to: 1)
        return MediaReport(
            path: file.path, bytes: result.bytes.count, width: result.size.width, height: result.size.height,
            frames: result.frames, format: result.format.rawValue, duration: clock.now - start,
            warnings: result.warnings)
    }

    /// All of the way but reading and writing.
    static func encode(
        _ transformation: some ImageTransformation, _ source: ImageSource, limits: ImageLimits, work: Work
    ) throws -> Encoded {
        let encoding = transformation.encoding
        let format = transformation.requestedFormat ?? source.format.defaultOutput
        var warnings = try encoding.check(for: format)
        try ImageCapabilities.requireWriting(format)

        let animated =
            source.frames > 1 && source.format.holdsAnimation && format.holdsAnimation
            && encoding.animated != false
        if source.frames > 1, !animated {
            warnings.append("Only the first of \(source.frames) frames is kept")
        }
        let size = try transformation.resultSize(of: source.upright)
        try limits.check(size, frames: animated ? source.frames : 1, what: "The result")
        let transformation = try transformation.prepared(for: source.upright)
        warnings += transformation.warnings
        try work.advance(to: 0.05)

        let picture = try decode(source, animated: animated, transformation, work: work, warnings: &warnings)
        try work.advance(to: 0.35)
        try transform(picture, source, transformation, format: format, limits: limits, work: work, &warnings)
        try work.advance(to: 0.75)
        let bytes = try ImageEncoder(format: format, encoding: encoding).encode(picture)
        try work.advance(to: 0.95)
        let frames = try verify(bytes, format: format, size: size, animated: animated)
        return Encoded(bytes: bytes, format: format, size: size, frames: frames, warnings: warnings)
    }

    /// Pixels, frame by frame as whole pictures.
    private static func decode(
        _ source: ImageSource, animated: Bool, _ transformation: some ImageTransformation, work: Work,
        warnings: inout [String]
    ) throws -> Wand {
        let scale = transformation.decodingScale(of: source.upright)
        let hint =
            scale < 1
            ? PixelSize(
                width: Int((Double(source.stored.width) * scale).rounded(.up)),
                height: Int((Double(source.stored.height) * scale).rounded(.up))) : nil
        let picture = try Wand()
        warnings += try picture.read(
            source.bytes, as: source.format, firstFrameOnly: !animated, sizeHint: hint, work: work)
        guard source.format.holdsAnimation else {
            // A damaged file may decode to something else than its header announced.
            guard hint != nil || picture.size == source.stored, picture.size.pixels > 0 else {
                throw MediaError(
                    .corruptInput,
                    "The \(source.format.rawValue) file decodes to \(picture.size) instead of \(source.stored)")
            }
            return picture
        }
        // Even a single frame may cover only a part of its canvas.
        let whole = try picture.coalesced()
        try work.checkCancelled()
        return whole
    }

    private static func transform(
        _ picture: borrowing Wand, _ source: ImageSource, _ transformation: some ImageTransformation,
        format: ImageFormat, limits: ImageLimits, work: Work, _ warnings: inout [String]
    ) throws {
        let encoding = transformation.encoding
        let background = encoding.background ?? (format.holdsAlpha ? .transparent : .white)
        let count = picture.frameCount
        var notes: Set<String> = []
        var focus = FrameFocus()
        try picture.forEachFrame { index in
            if source.orientation != 1 { try picture.orient(from: source.orientation) }
            try transformation.reshape(picture, upright: source.upright, focus: &focus)
            try work.checkCancelled()
            if let note = try picture.convertToSRGB(profileLimit: limits.profileBytes) { notes.insert(note) }
            let finished = try transformation.finish(
                picture, upright: source.upright, background: format.holdsAlpha ? background : background.opaque)
            notes.formUnion(finished)
            if !format.holdsAlpha, picture.hasAlpha {
                if try picture.isTranslucent {
                    notes.insert("\(format.rawValue) holds no transparency: laid over the background")
                }
                try picture.flatten(on: background)
            }
            try picture.apply(encoding.metadata)
            try work.advance(to: 0.35 + 0.4 * Double(index + 1) / Double(count))
        }
        warnings += notes.sorted()
    }

    /// Reads back what was written (media.md §1.7) and returns the number of frames.
    private static func verify(_ bytes: [UInt8], format: ImageFormat, size: PixelSize, animated: Bool) throws -> Int {
        let check = try Wand()
        guard ImageFormat(signatureOf: bytes) == format else {
            throw MediaError(.processingFailed, "The library wrote something else than \(format.rawValue)")
        }
        try check.ping(bytes, as: format)
        let frames = check.frameCount
        try check.selectFrame(0)
        let found = animated ? check.canvas : check.size
        guard found == size else {
            throw MediaError(.processingFailed, "The result is \(found) pixels instead of \(size)")
        }
        return frames
    }
}
