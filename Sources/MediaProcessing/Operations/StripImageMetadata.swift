// strip_metadata on pictures (media.md §15): its parameters, and when pixels have to be touched after all.

public import FoundationEssentials

/// Removes everything from a picture file that is not the picture.
///
/// JPEG, PNG, WebP and GIF are copied part by part without decoding, so that pixels stay as they are to the last bit. A
/// picture that is stored sideways is turned first and therefore encoded anew, unless ``orientation`` says that its tag
/// is to stay. TIFF, HEIC and AVIF are always encoded anew.
public struct StripImageMetadata: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "strip_metadata"

    /// What is done about a picture that is stored sideways.
    public enum Orientation: String, Sendable, CaseIterable {
        /// Its pixels are turned; JPEG is encoded anew at quality 95. The default.
        case apply
        /// Its pixels stay, and so does the orientation, as the only thing in its EXIF.
        case tag
    }

    /// A name that may survive.
    public enum Credit: String, Sendable, CaseIterable {
        /// Who made the picture.
        case artist
        /// Whom it belongs to.
        case copyright
    }

    /// What is done about a picture that is stored sideways. Default ``Orientation/apply``.
    public var orientation: Orientation
    /// What is done with a colour profile. Default ``ProfilePolicy/keep``.
    public var profile: ProfilePolicy
    /// The names that survive. Default none.
    public var keep: Set<Credit>
    /// Whether signed content credentials (C2PA) go, too. Default false: removing them is a decision of its own.
    public var removesCredentials: Bool
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = OutputPlacement.keys.union(["orientation", "icc", "keep", "c2pa"])

    /// Reads the job's `params`; see media.md §15 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        orientation = try parameters.choice("orientation") ?? .apply
        profile = try parameters.choice("icc") ?? .keep
        keep = Set(try parameters.choices("keep") ?? [])
        removesCredentials = try parameters.choice("c2pa", of: CredentialPolicy.self) == .remove
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await Work.run(progress: progress) { work in
            try strip(input, output, limits: .standard, work: work)
        }
    }

    private enum CredentialPolicy: String, CaseIterable { case keep, remove }

    private var removal: MetadataRemoval {
        MetadataRemoval(
            profile: profile, keepsArtist: keep.contains(.artist), keepsCopyright: keep.contains(.copyright),
            removesCredentials: removesCredentials, keepsOrientation: orientation == .tag)
    }
}

extension StripImageMetadata {
    private func strip(
        _ input: URL, _ output: OutputDestination, limits: ImageLimits, work: Work
    ) throws -> MediaReport {
        let clock = ContinuousClock()
        let start = clock.now
        let source = try ImageSource(reading: input, limits: limits)
        try work.advance(to: 0.1)
        var result =
            source.format.canBeRewritten
            ? try rewrite(source, limits: limits, work: work) : try encodeAnew(source, limits: limits, work: work)
        try work.advance(to: 0.9)
        let file = output.file(withExtension: result.format.fileExtension)
        try AtomicFile.write(result.bytes, to: file)
        try? work.advance(to: 1)
        result.details["removed"] = .list(result.removed.map(MediaValue.text))
        return MediaReport(
            path: file.path, bytes: result.bytes.count, width: result.size.width, height: result.size.height,
            frames: result.frames, format: result.format.rawValue, duration: clock.now - start,
            warnings: result.warnings, details: result.details)
    }

    /// A picture without metadata, and what to tell about it.
    private struct Outcome {
        var bytes: [UInt8]
        var format: ImageFormat
        var size: PixelSize
        var frames: Int
        var removed: [String]
        var warnings: [String] = []
        var details: [String: MediaValue] = [:]
    }

    /// Part by part; only what must be turned or converted is decoded.
    private func rewrite(_ source: ImageSource, limits: ImageLimits, work: Work) throws -> Outcome {
        let stripped = try source.format.stripped(source.bytes, removal)
        let turns = source.orientation != 1 && orientation == .apply
        let found = stripped.profile.isEmpty ? source.profiles["icc"] : stripped.profile
        let isSRGB = found.map(ICCProfile.describesSRGB) ?? true
        var outcome: Outcome
        if turns || (profile == .convert && !isSRGB) {
            outcome = try encodeAnew(source, limits: limits, work: work)
            // Once more, for the names that are to stay.
            if let residue = removal.residue(of: stripped.credit, orientation: 1) {
                outcome.bytes = try outcome.format.inserting(residue, into: outcome.bytes)
            }
            outcome.removed = stripped.removed
            outcome.warnings.append(
                turns
                    ? "The picture was turned upright and therefore encoded anew"
                    : "The picture was converted to sRGB and therefore encoded anew")
        } else {
            outcome = Outcome(
                bytes: stripped.bytes, format: source.format,
                size: orientation == .tag ? source.upright : source.stored, frames: source.frames,
                removed: stripped.removed)
            try verify(outcome.bytes, source)
            if stripped.keptCredentials {
                outcome.warnings.append(
                    "The content credentials were kept, but no longer match the file; set \"c2pa\" to remove to drop them"
                )
            }
            if profile == .drop, !isSRGB {
                outcome.warnings.append("Colours look different without their profile; set \"icc\" to keep or convert")
            }
            outcome.details["lossless"] = true
        }
        outcome.details["removed_bytes"] = .integer(stripped.removedBytes)
        return outcome
    }

    /// By way of pixels, as faithfully as the format allows.
    private func encodeAnew(_ source: ImageSource, limits: ImageLimits, work: Work) throws -> Outcome {
        let copy = FaithfulCopy(of: source)
        let encoded = try ImagePipeline.encode(copy, source, limits: limits, work: work)
        var warnings = encoded.warnings
        if encoded.format != source.format {
            warnings.append(
                "\(source.format.rawValue) cannot be written here: the result is \(encoded.format.rawValue)")
        }
        if !keep.isEmpty, !source.format.canBeRewritten {
            warnings.append("Names were not kept: that is possible for jpeg, png and webp only")
        }
        return Outcome(
            bytes: encoded.bytes, format: encoded.format, size: encoded.size, frames: encoded.frames,
            removed: source.metadataKinds, warnings: warnings, details: ["lossless": .boolean(copy.isLossless)])
    }

    private func verify(_ bytes: [UInt8], _ source: ImageSource) throws {
        let check = try Wand()
        try check.ping(bytes, as: source.format)
        let frames = check.frameCount
        try check.selectFrame(0)
        let size = source.format.holdsAnimation ? check.canvas : check.size
        guard frames == source.frames, size == source.stored else {
            throw MediaError(.processingFailed, "Without its metadata the file would no longer be the same picture")
        }
    }
}

/// Another copy of a picture in its own format, with the least possible loss.
private struct FaithfulCopy: ImageTransformation {
    let requestedFormat: ImageFormat?
    let encoding: ImageEncoding
    let isLossless: Bool

    init(of source: ImageSource) {
        let format = source.format.defaultOutput
        requestedFormat = format
        var encoding = ImageEncoding()
        isLossless =
            switch format {
            case .png, .gif, .tiff: true
            case .webp: source.isLosslessWebP
            case .jpeg, .avif, .heic: false
            }
        if format == .webp { encoding.lossless = isLossless }
        if !isLossless { encoding.quality = 95 }
        if format == .jpeg { encoding.chromaSubsampling = .full }
        if format.holds16Bits, source.depth > 8 { encoding.bitDepth = 16 }
        self.encoding = encoding
    }

    func resultSize(of upright: PixelSize) -> PixelSize { upright }
}
