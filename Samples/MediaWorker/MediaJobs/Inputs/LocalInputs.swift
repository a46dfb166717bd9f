// `file:` inputs: only below one folder, whatever the path says (queue-api.md §16).

public import FoundationEssentials
import Glibc

/// Files that jobs may name: those below one root folder.
public struct LocalInputs: Sendable {
    private let root: String
    private let limits: InputLimits

    /// Opens a root folder for jobs.
    ///
    /// - Parameters:
    ///   - root: An existing folder. What it links to counts, not the link.
    ///   - limits: Largest files.
    public init(root: URL, limits: InputLimits = InputLimits()) throws {
        guard let resolved = realpath(root.path, nil) else {
            throw MediaJobError(.storageFailed, "The folder for file: inputs cannot be opened")
        }
        defer { free(resolved) }
        self.root = String(cString: resolved)
        self.limits = limits
    }

    /// Copies the file that a `file:` URL names into a new file.
    ///
    /// The path is either absolute and inside the root, or relative to it (`file:summer/a.jpg`). It is walked component
    /// by component without following symbolic links, so nothing that happens to the folder meanwhile can lead outside.
    ///
    /// - Parameter checkCancelled: Throws to stop; asked once a megabyte.
    /// - Returns: What its name and its first bytes tell.
    @discardableResult
    public func copy(
        _ text: String, to file: URL, checkCancelled: () throws -> Void = {}
    ) throws -> InputOrigin {
        let components = try self.components(of: text)
        guard let name = components.last else { throw Self.outside }
        var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw MediaJobError(.storageFailed, "The folder for file: inputs cannot be opened") }
        defer { close(folder) }
        for component in components.dropLast() {
            let next = openat(folder, component, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            guard next >= 0 else { throw Self.unopened() }
            close(folder)
            folder = next
        }
        let source = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard source >= 0 else { throw Self.unopened() }
        defer { close(source) }
        var origin = InputOrigin()
        origin.name = ContentDisposition.sanitised(name)
        origin.type = try copy(source, to: file, checkCancelled)
        return origin
    }

    private func copy(_ source: Int32, to file: URL, _ checkCancelled: () throws -> Void) throws -> MediaType? {
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw MediaJobError(.forbiddenURL, "\"input_url\" must name a regular file")
        }
        var sink = try NewFile(file)
        guard try sink.freeSpace - Int(status.st_size) >= limits.reserve else {
            throw MediaJobError(.storageFailed, "There is no space for a file of \(status.st_size) bytes")
        }
        var type: MediaType?
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while true {
            try checkCancelled()
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw MediaJobError(.storageFailed, "The input cannot be read: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { return type }
            if total == 0 { type = MediaType(signatureOf: buffer.prefix(count)) }
            total += count
            try limits.check(total, of: type)
            try sink.write(Array(buffer.prefix(count)))
        }
    }

    /// The path below the root, decoded once and taken apart.
    private func components(of text: String) throws -> [String] {
        guard text.utf8.count <= 4096, let url = URL(string: text), url.scheme?.lowercased() == "file" else {
            throw MediaJobError(.invalidData, "\"input_url\" must be a URL")
        }
        guard ["", "localhost"].contains(url.host?.lowercased() ?? "") else {
            throw MediaJobError(
                .forbiddenURL, "\"input_url\" names a file on another machine; only file:/// is accepted")
        }
        // After the scheme, and after an empty or local authority.
        var path = text[text.index(after: text.firstIndex(of: ":") ?? text.startIndex)...]
        if path.hasPrefix("//") { path = path.dropFirst(2).drop { $0 != "/" } }
        guard !path.contains("?"), !path.contains("#"), let decoded = path.percentDecoded,
            !decoded.utf8.contains(0)
        else { throw Self.outside }
        let parts = decoded.split(separator: "/").map(String.init)
        guard !parts.contains(".."), !parts.contains(".") else { throw Self.outside }
        guard decoded.hasPrefix("/") else { return parts }
        let rootParts = root.split(separator: "/").map(String.init)
        guard parts.starts(with: rootParts), parts.count > rootParts.count else { throw Self.outside }
        return Array(parts.dropFirst(rootParts.count))
    }

    private static let outside = MediaJobError(
        .forbiddenURL, "\"input_url\" names a file outside the folder that this worker may read")

    private static func unopened() -> MediaJobError {
        switch errno {
        case ENOENT, ENOTDIR: MediaJobError(.notFound, "\"input_url\" names a file that does not exist")
        case ELOOP: MediaJobError(.forbiddenURL, "\"input_url\" goes through a symbolic link")
        case EACCES, EPERM: MediaJobError(.forbiddenURL, "\"input_url\" names a file that this worker may not read")
        default: MediaJobError(.storageFailed, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
    }
}
