// A file that is being filled, owned by one task.

import FoundationEssentials
import Glibc

/// A new file, open for writing until the value goes away.
struct NewFile: ~Copyable {
    private let descriptor: Int32
    /// Bytes written so far.
    private(set) var count = 0

    /// Creates the file; it must not exist.
    init(_ file: URL) throws {
        descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { close(descriptor) }

    mutating func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure() }
            rest = rest.dropFirst(written)
            count += written
        }
    }

    /// Throws away what was written.
    mutating func startAgain() throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw Self.failure() }
        count = 0
    }

    /// Bytes that still fit on the device.
    var freeSpace: Int {
        get throws {
            var status = statvfs()
            guard fstatvfs(descriptor, &status) == 0 else { throw Self.failure() }
            return Int(status.f_bavail) * Int(status.f_frsize)
        }
    }

    private static func failure() -> MediaJobError {
        MediaJobError(.storageFailed, "The input cannot be stored: \(String(cString: strerror(errno)))")
    }
}
