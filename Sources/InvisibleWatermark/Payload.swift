// Owns what the 127 bits of a mark say: 64 bits of payload and 21 bits of a keyed checksum, in a BCH code that corrects
// six wrong bits for certain and, decoded softly, three times as many usually.

/// Turns payloads into code words and measurements back into payloads.
struct PayloadCode: Sendable {
    private static let checksumLength = 21
    private let code = BCHCode(correctable: 6)
    private let decoder: OrderedStatisticsDecoder
    private let checksum: KeyedHash

    init(checksum: KeyedHash) {
        self.checksum = checksum
        decoder = OrderedStatisticsDecoder(code: code)
    }

    /// The signs of the 127 patterns: +1 for a bit 0, -1 for a bit 1.
    func signs(of payload: UInt64) -> [Float] {
        let word = code.encode(message(of: payload))
        return (0..<BCHCode.length).map { word >> UInt128($0) & 1 == 1 ? -1 : 1 }
    }

    /// The payload that the measurements say, and how many of their signs were wrong; nil if the checksum disagrees.
    func decode(_ soft: [Float]) -> (payload: UInt64, wrongBits: Int)? {
        var received: UInt128 = 0
        for (position, value) in soft.enumerated() where value < 0 { received |= 1 << UInt128(position) }
        let word = code.correct(received) ?? decoder.decode(soft)
        let found = code.message(of: word)
        let payload = UInt64(truncatingIfNeeded: found >> UInt128(Self.checksumLength))
        guard message(of: payload) == found else { return nil }
        return (payload, (word ^ received).nonzeroBitCount)
    }

    private func message(of payload: UInt64) -> UInt128 {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: payload >> (8 * UInt64($0))) }
        let check = checksum.code(for: bytes).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return UInt128(payload) << UInt128(Self.checksumLength) | UInt128(check >> UInt32(32 - Self.checksumLength))
    }
}
