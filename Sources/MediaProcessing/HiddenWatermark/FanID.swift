// The number that a hidden mark carries.

import Crypto

/// Whom a copy was made for: 64 bits.
public struct FanID: Sendable, Hashable {
    /// The number.
    public let value: UInt64

    /// Wraps a number.
    public init(_ value: UInt64) { self.value = value }

    /// Reads a decimal number, a hexadecimal one with `0x`, or a UUID, of which the first 64 bits of its SHA-256 count:
    /// to find the UUID again, compare with those that were issued.
    public init?(_ text: String) {
        let lower = text.lowercased()
        if let value = lower.hasPrefix("0x") ? UInt64(lower.dropFirst(2), radix: 16) : UInt64(lower) {
            self.value = value
            return
        }
        let groups = lower.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12], lower.allSatisfy({ $0 == "-" || ($0.isASCII && $0.isHexDigit) })
        else { return nil }
        value = SHA256.hash(data: Array(lower.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static let allowed = "a whole number of 64 bits, as a number or as text, in decimal or with 0x, or a UUID"

    /// Sixteen hexadecimal digits.
    var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// For results: a number where every reader of JSON understands it, else a text.
    var record: MediaValue { value < 1 << 53 ? .integer(Int(value)) : .text(String(value)) }
}
