// crop_image (media.md §5): a part of a picture.

public import FoundationEssentials

/// Cuts a part out of a picture, of every frame of an animation.
public struct CropImage: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "crop_image"

    /// What is kept, in upright coordinates.
    public var request: CropRequest
    /// Format of the result; nil means that of the input (JPEG for HEIC).
    public var format: ImageFormat?
    /// How the result is encoded.
    public var encoding: ImageEncoding
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = CropRequest.keys.union(ImageEncoding.keys).union(OutputPlacement.keys)
        .union(["format"])

    /// Reads the job's `params`; see media.md §5 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        request = try CropRequest(parameters)
        format = try parameters.text(
            "format", allowed: "one of: \(ImageFormat.outputNames)", parse: ImageFormat.init(outputName:))
        encoding = try ImageEncoding(parameters)
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await ImagePipeline.run(self, input: input, output: output, progress: progress)
    }
}

extension CropImage: ImageTransformation {
    var requestedFormat: ImageFormat? { format }

    func resultSize(of upright: PixelSize) throws -> PixelSize { try request.place(in: upright).size }

    func reshape(_ picture: borrowing Wand, upright: PixelSize, focus: inout FrameFocus) throws {
        let rectangle: PixelRectangle
        switch try request.place(in: picture.size) {
        case .at(let place): rectangle = place
        case .somewhere(let size):
            let measure: SaliencyMap.Measure = request.gravity == .entropy ? .entropy : .attention
            rectangle = try focus.place(of: size, in: picture, by: measure)
        }
        if rectangle.size != picture.size { try picture.crop(rectangle) }
    }
}
