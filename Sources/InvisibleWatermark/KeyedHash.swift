// Owns the keyed hash that everything secret follows from, and a stream of bytes made with it.

import Crypto

/// HMAC with SHA-256.
struct KeyedHash: Sendable {
    private let key: SymmetricKey

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func code(for message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }

    /// `count` pseudo-random bytes that follow from the key and `purpose` alone.
    func bytes(_ count: Int, for purpose: String) -> [UInt8] {
        var stream: [UInt8] = []
        stream.reserveCapacity(count + 32)
        var counter: UInt32 = 0
        while stream.count < count {
            stream += code(for: Array(purpose.utf8) + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (8 * $0)) })
            counter += 1
        }
        return Array(stream.prefix(count))
    }
}
