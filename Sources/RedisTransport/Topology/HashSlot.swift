/// One of the 16384 parts into which a cluster divides its keys.
struct HashSlot: Sendable, Hashable {
    static let count = 16384

    let number: UInt16

    /// A slot given by its number.
    init?(number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = UInt16(number)
    }

    /// The slot of a key: of its hash tag if it has one, otherwise of the whole key.
    init(key: some StringProtocol) {
        let bytes = HashTag.bytes(of: key) ?? Array(key.utf8)
        number = Self.crc16(bytes) % UInt16(Self.count)
    }

    /// CRC-16/XMODEM, as the cluster specification demands.
    private static func crc16(_ bytes: [UInt8]) -> UInt16 {
        var crc: UInt16 = 0
        for byte in bytes {
            crc ^= UInt16(byte) << 8
            for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
        }
        return crc
    }
}

/// The part of a key between its first `{` and the next `}`: keys that share it share a slot.
package enum HashTag {
    /// Whether a key has a tag that is not empty.
    package static func exists(in key: String) -> Bool { bytes(of: key) != nil }

    /// Whether two keys are sure to lie in one slot.
    package static func sharesSlot(_ one: String, _ other: String) -> Bool {
        HashSlot(key: one) == HashSlot(key: other)
    }

    fileprivate static func bytes(of key: some StringProtocol) -> [UInt8]? {
        let bytes = key.utf8
        guard let open = bytes.firstIndex(of: UInt8(ascii: "{")) else { return nil }
        let rest = bytes[bytes.index(after: open)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close != rest.startIndex else { return nil }
        return Array(rest[..<close])
    }
}
