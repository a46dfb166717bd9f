// The identity of a file that is too large to be read at once.

import Crypto
import FoundationEssentials
import Glibc

extension SHA256 {
    /// The digest of a file in lower-case hexadecimal digits.
    static func hexadecimal(of file: URL, work: Work) throws -> String {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MediaError(.unreadableInput, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            try work.checkCancelled()
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw MediaError(.unreadableInput, "The input cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        return hash.finalize().hexadecimal
    }
}
