// upload (media.md §19): an uploaded file is taken for what its bytes are, checked, measured and, if asked, made usable.

public import FoundationEssentials
public import MediaProcessing

/// Checks and normalises a file that somebody uploaded.
///
/// The result is the file itself under the right extension, or its conversion. Refused are files that are not media, that
/// are declared as something else, that are cut off or encrypted, or that are an archive, document or page as well.
public struct ProcessUpload: ContextualOperation {
    /// The name by which jobs ask for it.
    public static let name = "upload"

    /// The type that the uploader declared, if any; that of the transport otherwise.
    public var declaredType: String?
    /// Whether HEIC becomes JPEG. Default false.
    public var convertsHEIC: Bool
    /// Whether QuickTime becomes MP4, without encoding anew. Default false.
    public var convertsMOV: Bool
    /// Width of a thumbnail to make, 16 to 4096; nil for none.
    public var thumbnailWidth: Int?
    /// Where the job wants the result.
    public var placement: OutputPlacement
    private var origin = InputOrigin()
    private var folder: URL?
    private var scanner: VirusScanner?

    private static let keys = OutputPlacement.keys.union([
        "declared_type", "heic_to_jpeg", "mov_to_mp4", "thumbnail", "thumbnail_width",
    ])

    /// Reads the job's `params`: `declared_type`, `heic_to_jpeg`, `mov_to_mp4`, `thumbnail`, `thumbnail_width`,
    /// `filename`, `folder`.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        declaredType = try parameters.text("declared_type", allowed: "a MIME type such as image/jpeg") { text in
            text.utf8.count <= 100 && text.split(separator: "/").count == 2 ? text : nil
        }
        convertsHEIC = try parameters.flag("heic_to_jpeg") ?? false
        convertsMOV = try parameters.flag("mov_to_mp4") ?? false
        let width = try parameters.integer("thumbnail_width", in: 16...4096)
        let wanted = try parameters.flag("thumbnail")
        if wanted == false, width != nil {
            throw parameters.wrong("thumbnail", "true when \"thumbnail_width\" is given")
        }
        thumbnailWidth = width ?? (wanted == true ? 640 : nil)
        placement = try OutputPlacement(parameters)
    }

    /// Takes what is known of the file's origin, a folder for what is made on the way, and the virus scanner.
    public mutating func enter(_ context: OperationContext) {
        origin = context.origin
        folder = context.folder
        scanner = context.virusScanner
    }

    /// Does the work; see `MediaOperation`.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        let start = ContinuousClock.now
        let declared = declaredType ?? origin.declaredType
        let inspection = try await BlockingWork.run { checkCancelled in
            try Inspection(of: input, declared: declared, checkCancelled: checkCancelled)
        }
        try await scanner?.check(input)
        progress(0.1)
        // Everything is read through once: what does not decode is found here.
        let analysis = try await run("analysis", [:], on: input) { progress(0.1 + 0.3 * $0) }
        var report = try await place(input, inspection, at: output) { progress(0.4 + 0.4 * $0) }
        if report.width == 0, let analysis { (report.width, report.height) = (analysis.width, analysis.height) }
        if report.playingTime == nil { report.playingTime = analysis?.playingTime }
        report.frames = max(report.frames, analysis?.frames ?? 0)
        report.warnings = inspection.warnings + report.warnings
        report.details.merge(inspection.details(name: origin.name)) { _, new in new }
        if let analysis { report.details["analysis"] = .object(analysis.details) }
        if let thumbnailWidth {
            let isSound = inspection.type.mimeType.hasPrefix("audio/") || report.height == 0
            if isSound {
                report.warnings.append("There is no picture to make a thumbnail of")
            } else {
                report.furtherFiles.append(
                    try await thumbnail(of: input, width: thumbnailWidth, beside: output) { progress(0.8 + 0.2 * $0) })
            }
        }
        report.duration = ContinuousClock.now - start
        progress(1)
        return report
    }

    /// What the first look at the file says.
    private struct Inspection: Sendable {
        let type: MediaType
        let declared: String?
        var repaired: [MediaValue] = []
        let warnings: [String]

        init(of file: URL, declared: String?, checkCancelled: () throws -> Void) throws {
            type = try InspectedFile.type(of: file)
            self.declared = declared
            switch TypeAgreement(of: type, declared: declared) {
            case .same: break
            case .sameFamily: repaired.append("mime_type")
            case .none:
                throw MediaJobError(
                    .notMedia, "The file is declared as \((declared ?? "").prefix(60)), but is \(type.mimeType)")
            }
            let scan = try FileScan(
                of: file, type: type, size: try InspectedFile.size(of: file), checkCancelled: checkCancelled)
            if let objection = scan.objection { throw objection }
            warnings = scan.warnings
        }

        func details(name: String?) -> [String: MediaValue] {
            var repaired = repaired
            var details: [String: MediaValue] = ["input_type": .text(type.mimeType)]
            if let declared { details["declared_type"] = .text(declared) }
            if let name, InspectedFile.name(name, for: type) != name { repaired.append("filename") }
            details["repaired"] = .list(repaired)
            return details
        }
    }

    private func place(
        _ input: URL, _ inspection: Inspection, at output: OutputDestination,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        var report: MediaReport?
        if convertsHEIC, inspection.type.name == "heic" {
            report = try await ConvertImage(parameters: ["format": "jpeg", "quality": 90]).run(
                input: input, output: output, progress: progress)
        } else if convertsMOV, inspection.type.name == "mov" {
            report = try await run(
                "transcoding", ["format": "mp4", "codec": "copy", "audio_codec": "copy"], on: input, output: output,
                progress: progress)
        }
        if var report {
            let result = URL(fileURLWithPath: report.path)
            let digests = try await BlockingWork.run { checkCancelled in
                try [input, result].map { try ResultFile.digest(of: $0, checkCancelled: checkCancelled).sha256 }
            }
            let type = try InspectedFile.type(of: result)
            report.details["converted"] = true
            report.details["input_sha256"] = .text(digests[0])
            report.details["sha256"] = .text(digests[1])
            describe(&report, as: type)
            return report
        }
        return try await BlockingWork.run { checkCancelled in
            let target = output.file(withExtension: inspection.type.fileExtension)
            let copy = try ResultFile.place(input, at: target) { fraction in
                try checkCancelled()
                progress(fraction)
            }
            let size = try InspectedFile.pictureSize(of: input, type: inspection.type)
            var report = MediaReport(
                path: target.path, bytes: copy.bytes, width: size?.width ?? 0, height: size?.height ?? 0,
                frames: inspection.type.isPicture ? 1 : 0, format: inspection.type.name, duration: .zero,
                details: [
                    "converted": false, "sha256": .text(copy.sha256), "input_sha256": .text(copy.sha256),
                ])
            describe(&report, as: inspection.type)
            return report
        }
    }

    private func describe(_ report: inout MediaReport, as type: MediaType) {
        report.details["mime_type"] = .text(type.mimeType)
        report.details["filename"] = .text(InspectedFile.name(origin.name ?? "upload", for: type))
    }

    private func thumbnail(
        of file: URL, width: Int, beside output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReportFile {
        let place = OutputDestination(folder: output.folder, stem: output.stem + "-thumbnail")
        guard
            let report = try await run(
                "thumbnail", ["width": .integer(width), "format": "jpeg"], on: file, output: place, progress: progress)
        else {
            throw MediaError(.capabilityMissing, "This worker makes no thumbnails of such files")
        }
        return MediaReportFile(path: report.path, bytes: report.bytes, width: report.width, height: report.height)
    }

    /// Runs another operation; its result goes to the job's private folder unless a place is given.
    private func run(
        _ name: String, _ parameters: [String: MediaValue], on input: URL, output: OutputDestination? = nil,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport? {
        guard let operation = MediaOperationCatalogue.operation(named: name) else { return nil }
        let place = output ?? OutputDestination(folder: folder ?? input.deletingLastPathComponent(), stem: name)
        return try await operation.init(parameters: parameters).run(input: input, output: place, progress: progress)
    }
}
