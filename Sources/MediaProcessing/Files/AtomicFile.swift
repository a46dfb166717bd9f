// Files that appear complete or not at all.

import FoundationEssentials
import Glibc

enum AtomicFile {
    /// Writes to a temporary name beside `target`, flushes to the device, and renames over `target`.
    ///
    /// A crash at any moment leaves either what was there before or the whole new file.
    static func write(_ bytes: some ContiguousBytes, to target: URL) throws {
        let folder = target.deletingLastPathComponent().path
        let temporary = "\(folder)/.\(target.lastPathComponent).\(UInt64.random(in: 0 ... .max)).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure("be created") }
        do {
            defer { close(descriptor) }
            try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) }
            guard fsync(descriptor) == 0 else { throw failure("be flushed") }
            guard rename(temporary, target.path) == 0 else { throw failure("be renamed") }
        } catch {
            unlink(temporary)
            throw error
        }
        // Without this the rename itself may be lost in a power failure.
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("be flushed") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("be flushed") }
    }

    /// Reads a regular file of at most `limit` bytes.
    static func read(_ source: URL, limit: Int) throws -> [UInt8] {
        // Non-blocking, so that a named pipe is found out instead of waited for.
        let descriptor = open(source.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MediaError(.unreadableInput, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw MediaError(.unreadableInput, "The input is not a regular file")
        }
        let size = Int(status.st_size)
        guard size <= limit else {
            throw MediaError(.tooLarge, "The input has \(size) bytes; at most \(limit) are accepted")
        }
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    throw MediaError(.unreadableInput, "The input cannot be read: \(String(cString: strerror(errno)))")
                }
                if count == 0 { break }
                filled += count
            }
        }
    }

    /// Reads the first bytes of a regular file; fewer if it is shorter.
    static func readStart(of source: URL, count: Int) throws -> [UInt8] {
        let descriptor = open(source.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MediaError(.unreadableInput, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let length = pread(descriptor, buffer.baseAddress, count, 0)
            guard length >= 0 else {
                throw MediaError(.unreadableInput, "The input cannot be read: \(String(cString: strerror(errno)))")
            }
            filled = length
        }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("be written") }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ verb: String) -> MediaError {
        MediaError(.unwritableOutput, "The result cannot \(verb): \(String(cString: strerror(errno)))")
    }
}
