// Operations that are asked for by one name for pictures and for video alike. Owns: the choice between the two.

public import FoundationEssentials

/// One operation name, two implementations: the input's first bytes decide which runs.
///
/// The parameters are read for both; a parameter that only one kind knows is refused when the input turns out to be of
/// the other kind, and at once if neither accepts the parameters.
public struct EitherKind<Picture: MediaOperation, Timed: MediaOperation>: MediaOperation {
    /// The common name.
    public static var name: String { Picture.name }

    private var picture: Result<Picture, MediaError>
    private var timed: Result<Timed, MediaError>
    /// Where the job wants the result.
    public let placement: OutputPlacement

    /// Reads the job's `params` for both kinds.
    public init(from decoder: any Decoder) throws {
        picture = try Self.read(decoder)
        timed = try Self.read(decoder)
        switch (picture, timed) {
        case (.success(let operation), _): placement = operation.placement
        case (_, .success(let operation)): placement = operation.placement
        case (.failure(let error), .failure): throw error
        }
    }

    private static func read<Operation: MediaOperation>(
        _ decoder: any Decoder
    ) throws -> Result<Operation, MediaError> {
        do {
            return .success(try Operation(from: decoder))
        } catch let error as MediaError {
            return .failure(error)
        }
    }

    /// What either kind needs.
    public var attachments: [MediaAttachment] {
        let all = ((try? picture.get())?.attachments ?? []) + ((try? timed.get())?.attachments ?? [])
        return Array(Set(all)).sorted { $0.parameter < $1.parameter }
    }

    /// Gives the file to both kinds.
    public mutating func attach(_ file: URL, for attachment: MediaAttachment) {
        picture = picture.map { Self.attaching(file, for: attachment, to: $0) }
        timed = timed.map { Self.attaching(file, for: attachment, to: $0) }
    }

    private static func attaching<Operation: MediaOperation>(
        _ file: URL, for attachment: MediaAttachment, to operation: Operation
    ) -> Operation {
        var operation = operation
        operation.attach(file, for: attachment)
        return operation
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        switch try MediaKind(of: input) {
        case .picture: try await picture.get().run(input: input, output: output, progress: progress)
        case .timed: try await timed.get().run(input: input, output: output, progress: progress)
        }
    }
}

/// What a file holds, by its first bytes.
public enum MediaKind: Sendable {
    /// A still picture or a short animation in a picture format.
    case picture
    /// Anything else: video and sound, or nothing that is known, which the video side then refuses.
    case timed

    /// Looks at the first bytes of a file.
    ///
    /// - Throws: ``MediaError/Code/unreadableInput``.
    public init(of file: URL) throws {
        self = ImageFormat(signatureOf: try AtomicFile.readStart(of: file, count: 64)) == nil ? .timed : .picture
    }
}
