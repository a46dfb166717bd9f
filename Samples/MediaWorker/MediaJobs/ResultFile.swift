// A file that is put in its final place unchanged, complete or not at all.

import Crypto
import Dispatch
import FoundationEssentials
import Glibc
import MediaProcessing
import Synchronization

/// Copies and hashes whole files.
enum ResultFile {
    private static let step = 1 << 20

    /// Copies `source` to `target` under a temporary name, flushes, and renames over what was there.
    ///
    /// - Parameter progress: Receives the fraction that is copied; throws to stop.
    /// - Returns: Size and SHA-256 of the file.
    static func place(
        _ source: URL, at target: URL, progress: (Double) throws -> Void = { _ in }
    ) throws -> (bytes: Int, sha256: String) {
        let folder = target.deletingLastPathComponent().path
        let temporary = "\(folder)/.\(target.lastPathComponent).\(UInt64.random(in: 0 ... .max)).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure("created") }
        do {
            defer { close(descriptor) }
            let outcome = try read(source) { bytes, fraction in
                try write(bytes, to: descriptor)
                try progress(fraction)
            }
            guard fsync(descriptor) == 0 else { throw failure("flushed") }
            guard rename(temporary, target.path) == 0 else { throw failure("renamed") }
            return outcome
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Size and SHA-256 of a file.
    static func digest(of source: URL) throws -> (bytes: Int, sha256: String) { try read(source) { _, _ in } }

    private static func read(
        _ source: URL, _ each: (UnsafeRawBufferPointer, Double) throws -> Void
    ) throws -> (bytes: Int, sha256: String) {
        let descriptor = open(source.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MediaError(.unreadableInput, "The input cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw MediaError(.unreadableInput, "The input cannot be read") }
        let size = max(1, Int(status.st_size))
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: step)
        var total = 0
        while true {
            let count = Glibc.read(descriptor, &buffer, step)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw MediaError(.unreadableInput, "The input cannot be read") }
            guard count > 0 else { break }
            total += count
            try buffer.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                hash.update(bufferPointer: part)
                try each(part, min(1, Double(total) / Double(size)))
            }
        }
        return (total, hash.finalize().hexadecimal)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ verb: String) -> MediaError {
        MediaError(.unwritableOutput, "The result cannot be \(verb): \(String(cString: strerror(errno)))")
    }
}

/// Blocking work on a thread of its own, told when its task is cancelled.
enum BlockingWork {
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable (_ checkCancelled: () throws -> Void) throws -> Result
    ) async throws -> Result {
        let flag = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Self.queue.async {
                    continuation.resume(
                        with: Swift.Result {
                            try body {
                                if flag.isRaised.load(ordering: .relaxed) {
                                    throw MediaError(.cancelled, "The operation was cancelled")
                                }
                            }
                        })
                }
            }
        } onCancel: {
            flag.isRaised.store(true, ordering: .relaxed)
        }
    }

    private static let queue = DispatchQueue(label: "media-jobs", attributes: .concurrent)

    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }
}
