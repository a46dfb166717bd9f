// convert_image (media.md §3): another format, same size.

public import FoundationEssentials

/// Writes a picture in another format: upright, in sRGB, without metadata unless asked.
public struct ConvertImage: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "convert_image"

    /// Format of the result.
    public var format: ImageFormat
    /// How the result is encoded.
    public var encoding: ImageEncoding
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = ImageEncoding.keys.union(OutputPlacement.keys).union(["format"])

    /// Reads the job's `params`; see media.md §3 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        let allowed = "one of: \(ImageFormat.outputNames)"
        guard let format = try parameters.text("format", allowed: allowed, parse: ImageFormat.init(outputName:)) else {
            throw parameters.missing("format", allowed)
        }
        self.format = format
        encoding = try ImageEncoding(parameters)
        placement = try OutputPlacement(parameters)
        _ = try encoding.check(for: format)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await ImagePipeline.run(self, input: input, output: output, progress: progress)
    }
}

extension ConvertImage: ImageTransformation {
    var requestedFormat: ImageFormat? { format }

    func resultSize(of upright: PixelSize) -> PixelSize { upright }
}
