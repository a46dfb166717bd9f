// Owns: tokens as they arrive: taking them from the header, telling their kinds apart, and naming them without showing them.

import BullMQ
import Crypto
import Hummingbird

/// A bearer value. It never shows itself in logs.
struct BearerToken: Sendable, CustomStringConvertible {
    let text: String

    /// The SHA-256 of the token, under which caches know it.
    struct Digest: Sendable, Hashable {
        let words: [UInt64]
    }

    static let maximumBytes = 8192

    init?(_ text: String) {
        guard (1...Self.maximumBytes).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.text = text
    }

    /// The token of an `Authorization` header: the scheme in any case, one space, the token (Directus, section 1.3).
    init?(authorization header: String?) {
        guard let header else { return nil }
        // Looked at as bytes: to find the borders of characters in a long token costs more than all else that is done with it.
        let bytes = header.utf8
        guard let space = bytes.firstIndex(of: UInt8(ascii: " ")),
            bytes[..<space].elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        self.init(String(header[bytes.index(after: space)...]))
    }

    var description: String { "a token of \(text.utf8.count) bytes" }

    var digest: Digest {
        SHA256.hash(data: Array(text.utf8)).withUnsafeBytes { bytes in
            Digest(words: (0..<4).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) })
        }
    }

    /// Where a token can be verified.
    enum Kind: Hashable {
        /// A JWT of Directus that stands for itself.
        case access
        /// A JWT of Directus whose session must be looked up.
        case session
        /// Anything else: a static token, or a JWT of somebody else.
        case opaque
    }

    /// What the token claims to be; nothing is verified (Directus, section 2.3).
    var kind: Kind {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Self.json(parts[1]), payload["iss"]?.stringValue == "directus"
        else { return .opaque }
        return payload["session"] == nil ? .access : .session
    }

    /// The algorithm that the header of a JWT names.
    var algorithm: String? {
        text.split(separator: ".").first.flatMap(Self.json)?["alg"]?.stringValue
    }

    private static func json(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(part), case .object(let object)? = try? JSONValue(parsing: bytes)
        else { return nil }
        return object
    }
}

enum Base64URL {
    /// The bytes of base64url without padding; nil for any other text.
    static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in text.utf8 {
            guard let value = value(byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return text.utf8.count % 4 == 1 ? nil : bytes
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
