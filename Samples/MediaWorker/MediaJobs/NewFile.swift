// A file that is being filled, owned by one task.

import FoundationEssentials
import Glibc

/// A new file, open for writing until the value goes away.
struct NewFile: ~Copyable {
    private let descriptor: Int32

    /// Creates the file; it must not exist.
    init(_ file: URL) throws {
        descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure() }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure() -> MediaJobError {
        MediaJobError(.storageFailed, "The input cannot be stored: \(String(cString: strerror(errno)))")
    }
}
