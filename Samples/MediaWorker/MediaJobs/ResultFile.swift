// A file that is put in its final place unchanged, complete or not at all.

import Crypto
import FoundationEssentials
import Glibc
import MediaProcessing

/// Copies and hashes whole files.
enum ResultFile {
    private static let step = 1 << 20

    /// Copies `source` to `target`, which appears complete or not at all.
    ///
    /// - Parameters:
    ///   - digest: The SHA-256 that the file must have; nil accepts any.
    ///   - progress: Receives the fraction that is copied; throws to stop.
    /// - Returns: Size and SHA-256 of the file.
    static func place(
        _ source: URL, at target: URL, expecting digest: String? = nil,
        progress: (Double) throws -> Void = { _ in }
    ) throws -> (bytes: Int, sha256: String) {
        let pending = try PendingFile(target: target)
        let outcome = try read(source) { bytes, fraction in
            try pending.write(bytes)
            try progress(fraction)
        }
        if let digest, outcome.sha256 != digest {
            throw MediaJobError(.suspicious, "The file does not have the SHA-256 that the job names")
        }
        try pending.commit()
        return outcome
    }

    /// Size and SHA-256 of a file.
    static func digest(
        of source: URL, checkCancelled: () throws -> Void = {}
    ) throws -> (bytes: Int, sha256: String) {
        try read(source) { _, _ in try checkCancelled() }
    }

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
}
