// Owns: the proof that MessagePack is written in the forms Redis' decoder accepts (scripts-add.md 0.3).

import Testing

@testable import BullMQ

@Suite("MessagePack")
struct MessagePackWriterTests {
    @Test(
        "writes integers in their shortest form",
        arguments: [
            (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0xCC, 0x80]), (255, [0xCC, 0xFF]),
            (256, [0xCD, 0x01, 0x00]),
            (65_535, [0xCD, 0xFF, 0xFF]), (65_536, [0xCE, 0, 1, 0, 0]),
            (4_294_967_295, [0xCE, 0xFF, 0xFF, 0xFF, 0xFF]),
            (4_294_967_296, [0xCF, 0, 0, 0, 1, 0, 0, 0, 0]),
            (1_767_323_045_678, [0xCF, 0, 0, 1, 0x9B, 0x7C, 0xA9, 0x8F, 0x2E]),
            (.max, [0xCF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), (-1, [0xFF]), (-32, [0xE0]),
            (-33, [0xD0, 0xDF]),
            (-128, [0xD0, 0x80]), (-129, [0xD1, 0xFF, 0x7F]), (-32_768, [0xD1, 0x80, 0x00]),
            (-32_769, [0xD2, 0xFF, 0xFF, 0x7F, 0xFF]), (-2_147_483_648, [0xD2, 0x80, 0, 0, 0]),
            (-2_147_483_649, [0xD3, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]),
            (.min, [0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] as [(Int64, [UInt8])])
    func integers(integer: Int64, bytes: [UInt8]) throws {
        #expect(written { $0.append(integer) } == bytes)
        #expect(written { $0.append(Int(integer)) } == bytes)
        #expect(written { $0.append(JSONValue.integer(integer)) } == bytes)
        #expect(try MessagePackReader.read(bytes) == .integer(integer))
    }

    @Test(
        "writes numbers without fraction as integers, others as doubles",
        arguments: [
            (5, [0x05]), (-0.0, [0x00]), (0.5, [0xCB, 0x3F, 0xE0, 0, 0, 0, 0, 0, 0]),
            (1e16, [0xCB, 0x43, 0x41, 0xC3, 0x79, 0x37, 0xE0, 0x80, 0x00]),
            (.infinity, [0xCB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0]),
        ] as [(Double, [UInt8])])
    func numbers(number: Double, bytes: [UInt8]) {
        #expect(written { $0.append(number) } == bytes)
    }

    @Test("writes nil, booleans and empty containers in one byte")
    func oneByte() {
        #expect(written { $0.appendNil() } == [0xC0])
        #expect(written { $0.append(false) } == [0xC2])
        #expect(written { $0.append(true) } == [0xC3])
        #expect(written { $0.append("") } == [0xA0])
        #expect(written { $0.append([] as JSONValue) } == [0x90])
        #expect(written { $0.append([:] as JSONValue) } == [0x80])
    }

    @Test(
        "writes strings in the str family, whatever their length",
        arguments: [
            (0, [0xA0]), (31, [0xBF]), (32, [0xD9, 32]), (255, [0xD9, 255]), (256, [0xDA, 1, 0]),
            (65_535, [0xDA, 255, 255]),
            (65_536, [0xDB, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func strings(length: Int, header: [UInt8]) {
        let string = String(repeating: "x", count: length)
        #expect(written { $0.append(string) } == header + Array(string.utf8))
    }

    @Test("counts the bytes of a string, not its characters")
    func multiByteStrings() {
        #expect(written { $0.append("é😀") } == [0xA6, 0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80])
    }

    @Test(
        "writes headers in their shortest form",
        arguments: [
            (0, [0x90], [0x80]), (15, [0x9F], [0x8F]), (16, [0xDC, 0, 16], [0xDE, 0, 16]),
            (65_535, [0xDC, 255, 255], [0xDE, 255, 255]), (65_536, [0xDD, 0, 1, 0, 0], [0xDF, 0, 1, 0, 0]),
        ] as [(Int, [UInt8], [UInt8])])
    func headers(count: Int, array: [UInt8], map: [UInt8]) {
        #expect(written { $0.appendArrayHeader(count) } == array)
        #expect(written { $0.appendMapHeader(count) } == map)
    }

    @Test("writes JSON values with the order of members kept and numbers that are not finite as nil")
    func values() throws {
        let value: JSONValue = ["b": [1, "x", nil, 0.25], "a": ["deep": true], "n": .number(.nan)]
        let bytes = written { $0.append(value) }
        #expect(bytes.starts(with: [0x83, 0xA1, 0x62, 0x94, 0x01]))
        #expect(
            try MessagePackReader.read(bytes).serialized() == #"{"b":[1,"x",null,0.25],"a":{"deep":true},"n":null}"#)
    }

    private func written(_ write: (inout MessagePackWriter) -> Void) -> [UInt8] {
        var writer = MessagePackWriter()
        write(&writer)
        return writer.bytes
    }
}
