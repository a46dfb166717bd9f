// thumbnail of a picture (media.md §11): a small version of it.

public import FoundationEssentials

/// A small version of a picture, by the name and with the parameters that video has too.
public struct PictureThumbnail: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "thumbnail"

    private let resize: ResizeImage
    private let idle: [String]

    /// Where the job wants the result.
    public var placement: OutputPlacement { resize.placement }

    /// Reads the job's `params`: those of `resize_image`, with the defaults of thumbnails (640 pixels wide, JPEG). Those
    /// that choose a moment of a video have no effect, which a warning says.
    public init(from decoder: any Decoder) throws {
        guard var parameters = try? [String: MediaValue](from: decoder) else {
            throw MediaError(.invalidParameter, "\(Self.name): params must be an object")
        }
        parameters = parameters.filter { $0.value != .null }
        idle = ["count", "mode", "sprite", "time"].filter { parameters.removeValue(forKey: $0) != nil }
        if parameters["width"] == nil, parameters["height"] == nil { parameters["width"] = 640 }
        if parameters["fit"] == nil { parameters["fit"] = "inside" }
        if parameters["format"] == nil { parameters["format"] = "jpeg" }
        do {
            resize = try ResizeImage(parameters: parameters)
        } catch var error as MediaError {
            error.message = error.message.replacing(prefix: "\(ResizeImage.name):", with: "\(Self.name):")
            throw error
        }
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        var report = try await resize.run(input: input, output: output, progress: progress)
        report.warnings += idle.map { "\"\($0)\" has no effect on a picture" }
        return report
    }
}

extension String {
    fileprivate func replacing(prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}
