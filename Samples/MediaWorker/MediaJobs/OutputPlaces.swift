// Where results go: `<output>/[<folder>/]<id>/<stem>-<operation>.<ext>`. The same job always gets the same place, so
// that a second run replaces the result of the first.

import Crypto
public import FoundationEssentials
import Glibc
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
            let reason = ((error as? CocoaError)?.underlying as? POSIXError).map { ": \(Self.words($0.code.rawValue))" }
            throw MediaJobError(.storageFailed, "The folder for the result cannot be made\(reason ?? "")")
        }
        let stem = placement.stem ?? "\(Self.stem(of: input))-\(operation)"
        removeRemains(of: stem, in: folder)
        return OutputDestination(folder: folder, stem: stem)
    }

    /// Finds out before the first job whether results can be written at all; makes nothing.
    ///
    /// - Throws: ``MediaJobError/Code/storageFailed``.
    public func check() throws {
        var folder = root.standardizedFileURL
        while access(folder.path, F_OK) != 0, errno == ENOENT, folder.path != "/" { folder.deleteLastPathComponent() }
        var status = stat()
        guard stat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw MediaJobError(.storageFailed, "The folder for results cannot be made: \(Self.words(ENOTDIR))")
        }
        guard access(folder.path, W_OK | X_OK) == 0 else {
            throw MediaJobError(.storageFailed, "The folder for results cannot be written: \(Self.words(errno))")
        }
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// Removes what an attempt left that was killed while it wrote this result. Whoever else may still be at it has lost
    /// the job: its result would be thrown away.
    private func removeRemains(of stem: String, in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(".\(stem).") && name.hasSuffix(".part") {
            unlink(folder.appendingPathComponent(name).path)
        }
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

    /// A name that is one path component everywhere: letters, digits, `-`, `_` and `.`; at most 60 characters, or the first
    /// 40 and a hash of all, so that ids that begin alike do not share a place.
    static func safe(_ name: String) -> String {
        guard name.count <= 60, name.utf8.count <= 120 else {
            let digest = SHA256.hash(data: Array(name.utf8)).prefix(8).hexadecimal
            var start = name.prefix(40)
            while start.utf8.count > 100 { start.removeLast() }
            return "\(safe(String(start)))-\(digest)"
        }
        let kept = name.map { character -> Character in
            let isPlain =
                character.isLetter || character.isNumber || character == "-" || character == "_" || character == "."
            return isPlain ? character : "_"
        }
        let trimmed = String(kept).drop { $0 == "." || $0 == "_" }
        return trimmed.isEmpty ? "media" : String(trimmed)
    }
}
