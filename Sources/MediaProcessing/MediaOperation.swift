// The shape every media operation has. One type for each operation, in Operations/; adding one means adding a type.

public import FoundationEssentials

/// One thing that can be done to a media file: a value that holds its checked parameters and knows how to run.
///
/// Decoding is strict: an unknown key, a value of the wrong type or out of range is a ``MediaError`` of code
/// ``MediaError/Code/invalidParameter`` that names the key, the value and what is allowed.
public protocol MediaOperation: Decodable, Sendable {
    /// The name by which jobs ask for it, e.g. `resize_image`.
    static var name: String { get }

    /// Where the job's parameters want the result to be put, relative to the place results go to.
    var placement: OutputPlacement { get }

    /// Further files the operation needs, e.g. a watermark picture; whoever runs it fetches them and calls
    /// ``attach(_:for:)`` before ``run(input:output:progress:)``. None for most operations.
    var attachments: [MediaAttachment] { get }

    /// Gives the operation a fetched file of ``attachments``.
    mutating func attach(_ file: URL, for attachment: MediaAttachment)

    /// Does the work.
    ///
    /// The file appears at its final place complete or not at all. Work happens on a thread of its own, never on the
    /// cooperative pool. When the task is cancelled it stops at the next step and throws ``MediaError/Code/cancelled``.
    ///
    /// - Parameters:
    ///   - input: A regular file on this machine.
    ///   - output: Where to put the result; the operation adds the extension.
    ///   - progress: Receives fractions from 0 to 1, never decreasing, from the working thread.
    /// - Returns: What was made, and where.
    func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport
}

extension MediaOperation {
    /// None.
    public var attachments: [MediaAttachment] { [] }

    /// Nothing to do for an operation without attachments.
    public mutating func attach(_ file: URL, for attachment: MediaAttachment) {}
}

/// A file that an operation needs besides its input, as its parameters name it.
public struct MediaAttachment: Sendable, Hashable {
    /// How a parameter can name a file.
    public enum Reference: Sendable, Hashable {
        /// By the id of a stored file.
        case fileID(String)
        /// By a `file:`, `http:` or `https:` URL.
        case url(String)
    }

    /// The parameter that names the file, e.g. `image_file_id`.
    public var parameter: String
    /// Where the file is.
    public var reference: Reference

    /// Makes an attachment.
    public init(parameter: String, reference: Reference) {
        self.parameter = parameter
        self.reference = reference
    }
}

/// A folder and a file name without extension: the operation decides the format, hence the extension.
public struct OutputDestination: Sendable, Equatable {
    /// An existing folder.
    public var folder: URL
    /// File name without extension.
    public var stem: String

    /// Makes a destination.
    public init(folder: URL, stem: String) {
        self.folder = folder
        self.stem = stem
    }

    /// The file's place when it gets the extension `pathExtension`.
    public func file(withExtension pathExtension: String) -> URL {
        folder.appendingPathComponent("\(stem).\(pathExtension)", isDirectory: false)
    }
}
