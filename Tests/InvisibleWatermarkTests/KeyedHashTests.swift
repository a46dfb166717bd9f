import Testing

@testable import InvisibleWatermark

@Suite("Keyed hash")
struct KeyedHashTests {
    @Test("HMAC gives the codes of RFC 4231, also for keys longer than a block")
    func codes() {
        let short = KeyedHash(key: Array("Jefe".utf8)).code(for: Array("what do ya want for nothing?".utf8))
        #expect(hexadecimal(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = KeyedHash(key: Array(repeating: 0xaa, count: 131))
            .code(for: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        #expect(hexadecimal(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("A shorter stream begins a longer one, and purposes have streams of their own")
    func streams() {
        let hash = KeyedHash(key: [1, 2, 3])
        #expect(hash.bytes(100, for: "a").starts(with: hash.bytes(10, for: "a")))
        #expect(hash.bytes(10, for: "a") != hash.bytes(10, for: "b"))
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
