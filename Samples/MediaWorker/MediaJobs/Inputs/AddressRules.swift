// Which network addresses a job may make this worker connect to (media.md §18): public ones, and nothing that only
// looks so.

/// An IPv4 or IPv6 address as its bytes.
public struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes, in network order.
    public let bytes: [UInt8]
    /// The address in its usual notation.
    public let text: String

    /// Makes an address from its bytes (4 or 16) and its notation.
    public init(bytes: [UInt8], text: String) {
        self.bytes = bytes
        self.text = text
    }

    /// Whether a job may connect to it: not loopback, private, link-local, multicast, unspecified, reserved,
    /// documentation or benchmarking, and not one of those wrapped into IPv6 (mapped, compatible, 6to4, NAT64, Teredo).
    public var isPublic: Bool {
        switch bytes.count {
        case 4: Self.isPublic(v4: bytes[...])
        case 16: Self.isPublic(v6: bytes)
        default: false
        }
    }

    /// First bytes and number of leading bits of each range that is off limits. 168.63.129.16 is public by its number,
    /// but within Azure it is the machine's own metadata service.
    private static let closedV4: [([UInt8], Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([168, 63, 129, 16], 32), ([169, 254], 16), ([172, 16], 12),
        ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 4), ([240], 4),
    ]

    private static func isPublic(v4 bytes: ArraySlice<UInt8>) -> Bool {
        !closedV4.contains { matches(bytes, $0.0, bits: $0.1) }
    }

    private static func isPublic(v6 bytes: [UInt8]) -> Bool {
        let all = bytes[...]
        // Only global unicast, 2000::/3, is open at all; NAT64's well-known prefix lies outside of it.
        if matches(all, [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], bits: 96) { return isPublic(v4: bytes[12...]) }
        guard matches(all, [0x20], bits: 3) else { return false }
        // 6to4 carries an IPv4 address; Teredo, documentation and other special blocks are never a web server.
        if matches(all, [0x20, 0x02], bits: 16) { return isPublic(v4: bytes[2..<6]) }
        let closed: [([UInt8], Int)] = [
            ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x3F, 0xFF, 0x00], 20),
        ]
        return !closed.contains { matches(all, $0.0, bits: $0.1) }
    }

    private static func matches(_ bytes: ArraySlice<UInt8>, _ prefix: [UInt8], bits: Int) -> Bool {
        for (index, byte) in bytes.prefix((bits + 7) / 8).enumerated() {
            let expected = index < prefix.count ? prefix[index] : 0
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, bits - 8 * index))
            guard byte & mask == expected & mask else { return false }
        }
        return true
    }
}
