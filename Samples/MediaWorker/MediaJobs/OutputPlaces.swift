// Where results go: `<output>/[<folder>/]<id>/<stem>-<operation>.<ext>`. The same job always gets the same place, so
// that a second run replaces the result of the first.

public import FoundationEssentials
public import MediaProcessing

/// Decides about the place of each result.
public struct OutputPlaces: Sendable {
    private let root: URL

    /// Results go below this folder, which is made if needed.
    public init(root: URL) { self.root = root }

    /// The place of a job's result; its folder exists afterwards.
    ///
    /// - Parameters:
    ///   - jobID: The record's id, or that of the queue.
    ///   - operation: The operation's name.
    ///   - input: The input's URL, whose last part names the result unless the parameters do.
    ///   - placement: What the job's parameters say.
    public func place(
        jobID: String, operation: String, input: String, placement: OutputPlacement
    ) throws -> OutputDestination {
        var folder = root
        if let wanted = placement.folder { folder.appendPathComponent(wanted, isDirectory: true) }
        folder.appendPathComponent(Self.safe(jobID), isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MediaJobError(.storageFailed, "The folder for the result cannot be made")
        }
        let stem = placement.stem ?? "\(Self.stem(of: input))-\(operation)"
        return OutputDestination(folder: folder, stem: stem)
    }

    /// The last part of a URL's path without extension, made safe.
    static func stem(of input: String) -> String {
        let reference = input.firstIndex(of: ":").map { input[input.index(after: $0)...] } ?? input[...]
        let path = reference.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        let name = last.percentDecoded ?? last
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        return safe(stem)
    }

    /// A name that is one path component everywhere: letters, digits, `-`, `_` and `.`; at most 60 characters.
    static func safe(_ name: String) -> String {
        let kept = name.prefix(60).map { character -> Character in
            let isPlain =
                character.isLetter || character.isNumber || character == "-" || character == "_" || character == "."
            return isPlain ? character : "_"
        }
        let trimmed = String(kept).drop { $0 == "." || $0 == "_" }
        return trimmed.isEmpty ? "media" : String(trimmed)
    }
}
