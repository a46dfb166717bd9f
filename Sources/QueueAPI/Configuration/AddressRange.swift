// Owns: networks, and whether an address lies in one. IPv4 addresses mapped into IPv6 are taken for what they are.

public import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A range of IP addresses, such as `172.17.0.0/16` or `fd00::/8`.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]
    private let bits: Int
    /// As it was given.
    public let description: String

    /// Reads CIDR notation; an address alone is a range of one. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...bits).contains(given) else { return nil }
            bits = given
        }
        self.bytes = bytes
        self.bits = bits
        description = text
    }

    /// Whether an address lies in the range.
    public func contains(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress, let other = Self.bytes(of: text), other.count == bytes.count
        else { return false }
        let (whole, rest) = bits.quotientAndRemainder(dividingBy: 8)
        guard other.prefix(whole).elementsEqual(bytes.prefix(whole)) else { return false }
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return other[whole] & mask == bytes[whole] & mask
    }

    /// 127.0.0.0/8 and ::1.
    static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        // A link-local address may name its interface after a percent sign.
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &sixteen) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: sixteen) { Array($0) }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}
