// What the model gets to see: pictures upright, in sRGB, at most 1024 pixels long, as JPEG, without any metadata.

import FoundationEssentials
import LanguageModel
import MediaProcessing

/// The pictures of a question.
struct CaptionViews {
    let parts: [ChatMessage.Part]

    static let longestSide = 1024
    private static let quality = 80

    init(
        of file: URL, frames: Int, in folder: URL, progress: @escaping @Sendable (Double) -> Void
    ) async throws {
        let place = OutputDestination(folder: folder, stem: "view")
        switch try MediaKind(of: file) {
        case .picture:
            let report = try await ResizeImage(parameters: Self.parameters).run(
                input: file, output: place, progress: progress)
            parts = [try Self.picture(report.path)]
        case .timed:
            guard let thumbnails = MediaOperationCatalogue.operation(named: "thumbnail") else {
                throw MediaError(.capabilityMissing, "This worker takes no frames from videos")
            }
            var parameters = Self.parameters
            parameters["count"] = .integer(frames)
            let report = try await thumbnails.init(parameters: parameters).run(
                input: file, output: place, progress: progress)
            let times = report.details["times_ms"]?.listValue ?? []
            parts = try ([report.path] + report.furtherFiles.map(\.path)).enumerated().flatMap { index, path in
                let time = index < times.count ? times[index].integerValue : nil
                let label = time.map { "t=\(($0 + 500) / 1000)s" } ?? "frame \(index + 1)"
                return [.text(label), try Self.picture(path)]
            }
        }
    }

    private static let parameters: [String: MediaValue] = [
        "width": .integer(longestSide), "height": .integer(longestSide), "fit": "inside", "format": "jpeg",
        "quality": .integer(quality),
    ]

    private static func picture(_ path: String) throws -> ChatMessage.Part {
        .image(try Data(contentsOf: URL(fileURLWithPath: path)), mediaType: "image/jpeg")
    }
}
