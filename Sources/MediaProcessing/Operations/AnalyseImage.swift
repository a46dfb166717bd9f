// analysis of pictures (media.md §16): what a file is, without changing it.

import CMagickWand
import Crypto
public import FoundationEssentials

/// Tells what a picture file holds: format, size, colours, hashes, and what EXIF may be told to anybody.
///
/// The result is a JSON file; the same object is in ``MediaReport/details``.
public struct AnalyseImage: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "analysis"

    /// How many dominant colours are looked for, 1 to 16. Default 5.
    public var colors: Int
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = OutputPlacement.keys.union(["colors", "deep"])

    /// Reads the job's `params`; see media.md §16 for the keys. `deep` is for video and changes nothing here: pictures
    /// are always decoded.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        colors = try parameters.integer("colors", in: 1...16) ?? 5
        _ = try parameters.flag("deep")
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await Work.run(progress: progress) { work in try analyse(input, output, work) }
    }

    private func analyse(_ input: URL, _ output: OutputDestination, _ work: Work) throws -> MediaReport {
        let clock = ContinuousClock()
        let start = clock.now
        let source = try ImageSource(reading: input, limits: .standard)
        try work.advance(to: 0.1)
        var warnings: [String] = []
        let thumbnail = try Self.thumbnail(of: source, work: work, warnings: &warnings)
        try work.advance(to: 0.8)
        let found = details(of: source, thumbnail, warnings)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = output.file(withExtension: "json")
        let bytes = try encoder.encode(found)
        try AtomicFile.write(bytes, to: file)
        try? work.advance(to: 1)
        return MediaReport(
            path: file.path, bytes: bytes.count, width: source.upright.width, height: source.upright.height,
            frames: source.frames, format: "json", duration: clock.now - start, warnings: warnings, details: found)
    }

    private func details(
        of source: ImageSource, _ thumbnail: RGBBitmap, _ warnings: [String]
    ) -> [String: MediaValue] {
        let exif = source.exif
        let small = thumbnail.averaged(to: thumbnail.size.inside(BlurHash.thumbnailSide))
        return [
            "container": .text(source.format.rawValue),
            "size": .integer(source.bytes.count),
            "image": [
                "format": .text(source.format.rawValue), "width": .integer(source.upright.width),
                "height": .integer(source.upright.height), "orientation": .integer(source.orientation),
                "alpha": .boolean(source.hasAlpha), "animated": .boolean(source.isAnimated),
                "frames": .integer(source.frames), "bit_depth": .integer(source.depth),
                "icc": source.profiles["icc"].map { .text(ICCProfile.description($0) ?? "unnamed") } ?? .null,
            ],
            "exif": .object((exif?.publicFacts ?? [:]).merging(["gps": .boolean(exif?.hasLocation ?? false)]) { $1 }),
            "hashes": [
                "sha256": .text(SHA256.hash(data: source.bytes).hexadecimal),
                "phash": .text(PictureHash.perceptual(of: thumbnail).description),
                "dhash": .text(PictureHash.difference(of: thumbnail).description),
            ],
            "blurhash": .text(BlurHash.encode(small)),
            "dominant_colors": .list(
                thumbnail.dominantColors(count: colors).map { entry in
                    [
                        "color": .text(entry.color.description),
                        "share": .number((entry.share * 10_000).rounded() / 10_000),
                    ]
                }),
            "warnings": .list(warnings.map(MediaValue.text)),
        ]
    }

    /// Longest side of the picture that all measuring is done on.
    private static let thumbnailSide = 256

    /// The upright first frame in sRGB over white, small.
    private static func thumbnail(
        of source: ImageSource, work: Work, warnings: inout [String]
    ) throws -> RGBBitmap {
        let picture = try Wand()
        let share = Double(2 * thumbnailSide) / Double(max(source.stored.width, source.stored.height))
        let hint = share < 1 ? source.stored.scaled(by: share) : nil
        warnings += try picture.read(
            source.bytes, as: source.format, firstFrameOnly: true, sizeHint: hint, work: work)
        let whole =
            source.format.holdsAnimation
            ? try picture.coalesced() : try Wand(owning: CloneMagickWand(picture.pointer))
        try whole.selectFrame(0)
        let size = whole.size.inside(thumbnailSide)
        if size != whole.size { try whole.resize(to: size, kernel: .linear) }
        if let note = try whole.convertToSRGB(profileLimit: ImageLimits.standard.profileBytes) { warnings.append(note) }
        if whole.hasAlpha { try whole.flatten(on: .white) }
        if source.orientation != 1 { try whole.orient(from: source.orientation) }
        return RGBBitmap(size: whole.size, pixels: try whole.pixels("RGB"))
    }
}

extension ImageSource {
    /// Whether the frames play; pages of a TIFF do not.
    var isAnimated: Bool { frames > 1 && format.holdsAnimation }

    /// The file's EXIF.
    var exif: ExifBlock? { profiles["exif"].map { ExifBlock($0) } }
}

extension PixelSize {
    /// The largest size of the same proportions with no side longer than `side`; never larger than this one.
    func inside(_ side: Int) -> PixelSize { scaled(by: min(1, Double(side) / Double(max(width, height)))) }

    /// This size multiplied, at least one pixel each way.
    func scaled(by factor: Double) -> PixelSize {
        PixelSize(
            width: max(1, Int((Double(width) * factor).rounded())),
            height: max(1, Int((Double(height) * factor).rounded())))
    }
}
