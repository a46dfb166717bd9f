// Owns: round trips of random values and the handling of random damage.

import Testing

@testable import BullMQ

@Suite("Random JSON")
struct JSONFuzzTests {
    @Test("survives writing and reading", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let value = randomValue(depth: 0, using: &random)
            let text = value.serialized()
            let read = try JSONValue(parsing: text)
            #expect(read == value, "\(text)")
            #expect(read.hashValue == value.hashValue, "\(text)")
            #expect(read.serialized() == text)
            #expect(try JSONText(validating: text).value() == value)
        }
    }

    @Test(
        "when damaged is refused alike by validation and reading, or is still JSON", arguments: 0..<20 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: 1000 + seed)
        for _ in 0..<200 {
            var bytes = Array(randomValue(depth: 0, using: &random).serialized().utf8)
            for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: position)
                case 1: bytes.insert(Array("\"\\{}[],:0-.eu".utf8).randomElement(using: &random) ?? 0, at: position)
                case 2: bytes[position] = UInt8.random(in: 0...255, using: &random)
                default: bytes.removeLast(bytes.count - position)
                }
            }
            let tree = Result { try JSONValue(parsing: bytes) }
            let text = Result { try JSONText(validating: bytes) }
            switch (tree, text) {
            case (.success(let value), .success(let text)):
                #expect(Array(text.text.utf8) == bytes)
                #expect(try JSONValue(parsing: value.serialized()).serialized() == value.serialized())
            case (.failure(let first), .failure(let second)):
                #expect(first as? JSONError == second as? JSONError)
            default: Issue.record("reading and validation disagree on \(bytes)")
            }
        }
    }

    private func randomValue(depth: Int, using random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 10 : 7), using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .integer(Int64.random(in: -1000...1000, using: &random))
        case 3: .integer(Int64(bitPattern: random.next()))
        case 4: .number(Double.random(in: -1e6...1e6, using: &random))
        case 5, 6: .string(randomString(using: &random))
        case 7, 8:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0..<40, using: &random) / (depth + 1)).map { _ in
                        (randomString(using: &random), randomValue(depth: depth + 1, using: &random))
                    }))
        default:
            .array(
                (0..<Int.random(in: 0..<8, using: &random)).map { _ in randomValue(depth: depth + 1, using: &random) })
        }
    }

    private func randomString(using random: inout SeededRandom) -> String {
        let alphabet: [UnicodeScalar] = [
            "a", "b", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "e", "\u{301}", "€", loneSurrogateMark,
            "\u{E000}", "\u{FFFF}",
            "😀", "\u{10FFFF}", "z", "0",
        ]
        var string = ""
        for _ in 0..<Int.random(in: 0..<30, using: &random) {
            string.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return string
    }
}
