import Differential
import Testing
import Witness

@Suite("MessagePack of the differential runner")
struct MessagePackTests {
    @Test(
        "packs each kind of value in its shortest form",
        arguments: [
            (nil, [0xc0]), (true, [0xc3]), (false, [0xc2]), (127, [0x7f]), (-1, [0xff]),
            (-33, [0xd3] + [UInt8](repeating: 0xff, count: 7) + [0xdf]),
            (200, [0xcc, 200]), (256, [0xcd, 1, 0]), (65_536, [0xce, 0, 1, 0, 0]),
            (1.5, [0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), ("ab", [0xa2, 0x61, 0x62]), ([1, nil], [0x92, 1, 0xc0]),
            (["k": "v"], [0x81, 0xa1, 0x6b, 0xa1, 0x76]), (.binary("a"), [0xc4, 1, 0x61]),
        ] as [(MessagePack, [UInt8])])
    func forms(value: MessagePack, bytes: [UInt8]) {
        #expect(value.packed == Bytes(bytes))
    }

    @Test("writes longer lengths in the fitting size")
    func lengths() {
        #expect(MessagePack.text(String(repeating: "x", count: 40)).packed.storage.prefix(2) == [0xd9, 40])
        #expect(MessagePack.text(String(repeating: "x", count: 300)).packed.storage.prefix(3) == [0xda, 1, 44])
        #expect(MessagePack.array(Array(repeating: 0, count: 16)).packed.storage.prefix(3) == [0xdc, 0, 16])
        #expect(
            MessagePack.array(Array(repeating: 0, count: 70_000)).packed.storage.prefix(5) == [0xdd, 0, 1, 17, 112])
    }
}
