// Where bytes are kept. Owns: the folder, the names in it, and the way of an upload into it.

import FoundationEssentials
import NIOCore
import _NIOFileSystem

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The folder of uploaded files.
struct FileStore: Sendable {
    let uploads: URL
    /// The folder that goes with the service; nil if it stays.
    private let temporary: URL?

    init(folder: URL?) throws {
        let base: URL
        if let folder {
            base = folder
            temporary = nil
        } else {
            base = FileManager.default.temporaryDirectory.appending(path: "directus-stand-in-\(UUID().uuidString)")
            temporary = base
        }
        uploads = base.appending(path: "uploads")
        try FileManager.default.createDirectory(
            at: uploads, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func removeTemporaryFolder() {
        // What cannot be removed is left to the system, which empties this folder anyway.
        if let temporary { try? FileManager.default.removeItem(at: temporary) }
    }

    func path(_ name: String) -> String { uploads.appending(path: name).path }

    /// The name of a file on the disk: its id, with the extension of the name that it came with.
    static func name(id: String, for filename: String) -> String {
        guard let dot = filename.lastIndex(of: "."), dot != filename.startIndex else { return id }
        let ending = filename[filename.index(after: dot)...].lowercased()
        let isPlain = ending.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        return isPlain && (1...16).contains(ending.utf8.count) ? "\(id).\(ending)" : id
    }

    /// Opens a file for an upload, under a name that nobody reads yet.
    func open() async throws -> IncomingFile {
        let path = path("incoming-\(UUID().uuidString.lowercased())")
        let handle = try await FileSystem.shared.openFile(
            forWritingAt: FilePath(path),
            options: .newFile(replaceExisting: false, permissions: [.ownerRead, .ownerWrite]))
        return IncomingFile(path: path, handle: handle)
    }

    /// Gives a received file its name.
    func keep(_ file: IncomingFile, as name: String) throws {
        guard rename(file.path, path(name)) == 0 else { throw StandInError.internalError }
    }

    /// Removes what came of a file that will not be kept.
    func discard(_ file: IncomingFile) async {
        // Closed already, if all of it came.
        try? await file.handle.close()
        await remove(path: file.path)
    }

    /// Removes the bytes of an id, whatever their ending.
    func remove(id: String, except kept: String? = nil) async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: uploads.path)) ?? []
        for name in names where name != kept && (name == id || name.hasPrefix(id + ".")) {
            await remove(path: path(name))
        }
    }

    /// A file that is not there is removed already.
    private func remove(path: String) async {
        _ = try? await FileSystem.shared.removeItem(at: FilePath(path))
    }
}

/// A file that is being received.
struct IncomingFile: Sendable {
    let path: String
    fileprivate let handle: WriteFileHandle
    private(set) var size = 0
    /// The first bytes, which tell the dimensions of pictures.
    private(set) var head: [UInt8] = []

    private static let headLength = 65_536

    fileprivate init(path: String, handle: WriteFileHandle) {
        self.path = path
        self.handle = handle
    }

    /// - Throws: `CONTENT_TOO_LARGE` above the limit; errors of the disk.
    mutating func append(_ part: ByteBuffer, limit: Int?) async throws {
        if let limit, size + part.readableBytes > limit { throw StandInError.contentTooLarge }
        if head.count < Self.headLength { head += part.readableBytesView.prefix(Self.headLength - head.count) }
        try await handle.write(contentsOf: part, toAbsoluteOffset: Int64(size))
        size += part.readableBytes
    }

    func close() async throws { try await handle.close() }
}

extension FileStore {
    /// The bytes of a kept file; nil if they are not there.
    func size(_ name: String) async -> Int? {
        guard let info = try? await FileSystem.shared.info(forFileAt: FilePath(path(name))), info.type == .regular
        else {
            return nil
        }
        return Int(info.size)
    }
}
