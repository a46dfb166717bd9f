// download (media.md §18): the input itself is the result, under the name and with the extension it should have.

public import FoundationEssentials
public import MediaProcessing

/// Keeps the fetched file as it is: what was arriving has been checked on the way.
public struct Download: ContextualOperation {
    /// The name by which jobs ask for it.
    public static let name = "download"

    /// What the file must be; nil accepts every known kind.
    public var kind: Kind?
    /// The SHA-256 the file must have, in lower-case hexadecimal; nil accepts any.
    public var digest: String?
    /// Where the job wants the result.
    public var placement: OutputPlacement
    private var origin = InputOrigin()

    /// Kinds that a job can insist on.
    public enum Kind: String, Sendable, CaseIterable {
        /// A picture.
        case image
        /// A file with moving pictures.
        case video
        /// A file of sound only.
        case audio
    }

    /// Reads the job's `params`: `kind`, `sha256`, `filename`, `folder`.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(
            from: decoder, operation: Self.name, known: OutputPlacement.keys.union(["kind", "sha256"]))
        kind = try parameters.choice("kind")
        digest = try parameters.text("sha256", allowed: "64 hexadecimal digits") { text in
            text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? text.lowercased() : nil
        }
        placement = try OutputPlacement(parameters)
    }

    /// Takes what is known of the file's origin.
    public mutating func enter(_ context: OperationContext) { origin = context.origin }

    /// Does the work; see `MediaOperation`.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        let start = ContinuousClock.now
        return try await BlockingWork.run { checkCancelled in
            let type = try InspectedFile.type(of: input)
            try check(type)
            let target = output.file(withExtension: type.fileExtension)
            let copy = try ResultFile.place(input, at: target, expecting: digest) { fraction in
                try checkCancelled()
                progress(fraction)
            }
            var warnings: [String] = []
            if case .sameFamily = TypeAgreement(of: type, declared: origin.declaredType) {
                warnings.append(
                    "The server declared \(origin.declaredType ?? ""), but the file is \(type.mimeType)")
            }
            let size = try InspectedFile.pictureSize(of: input, type: type)
            var details: [String: MediaValue] = [
                "mime_type": .text(type.mimeType), "sha256": .text(copy.sha256),
                "redirects": .integer(origin.redirects), "resumed": .integer(origin.resumptions),
            ]
            if let name = origin.name { details["filename"] = .text(InspectedFile.name(name, for: type)) }
            if let declared = origin.declaredType { details["declared_type"] = .text(declared) }
            return MediaReport(
                path: target.path, bytes: copy.bytes, width: size?.width ?? 0, height: size?.height ?? 0,
                frames: type.isPicture ? 1 : 0, format: type.name, duration: ContinuousClock.now - start,
                warnings: warnings, details: details)
        }
    }

    private func check(_ type: MediaType) throws {
        guard let kind else { return }
        let matches =
            switch kind {
            case .image: type.isPicture
            case .video: type.mimeType.hasPrefix("video/")
            case .audio: type.mimeType.hasPrefix("audio/")
            }
        guard matches else {
            throw MediaJobError(.notMedia, "The file is \(type.mimeType), but the job asks for \(kind.rawValue)")
        }
    }
}
