// Owns: the proof that exactly the texts of RFC 8259 are accepted, and that errors say where and what.

import Testing

@testable import BullMQ

@Suite("JSON text that is read")
struct JSONParserTests {
    @Test(
        "is accepted with its meaning",
        arguments: [
            ("null", nil), ("true", true), ("false", false), ("0", 0), ("-1", -1), ("\"\"", ""), ("[]", []),
            ("{}", [:]),
            (" \t\r\n 1 \t\r\n ", 1), ("[ ]", []), ("{ }", [:]), ("[1 , 2]", [1, 2]),
            ("{\"a\" : 1 , \"b\":2}", ["a": 1, "b": 2]),
            ("[[],{}]", [[], [:]]), ("[[[[1]]]]", [[[[1]]]]), ("[null,null]", [nil, nil]),
            ("0.5", 0.5), ("-0.5", -0.5), ("1e2", .number(100)), ("1E+2", .number(100)), ("1.5e-3", 0.0015),
            ("0e0", .number(0)),
            ("0e+1", .number(0)), ("1.0", .number(1)), ("123456789.123456789", 123456789.123456789),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9223372036854775808)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
            ("9999999999999999999", .number(1e19)), ("18446744073709551616", .number(18446744073709551616)),
            ("123456789012345680000", .number(123_456_789_012_345_683_968)), ("1e400", .number(.infinity)),
            ("-1e400", .number(-.infinity)), ("1e-400", .number(0)), ("1e99999999999999999999", .number(.infinity)),
            ("0e99999999999999999999", .number(0)), ("1e-99999999999999999999", .number(0)),
            ("0.00000000000000000000000000000000000001e38", .number(1)), ("4.9e-324", .number(.leastNonzeroMagnitude)),
            ("9007199254740993.0", .number(9007199254740992)), ("1.00000000000000011102230246251565", .number(1)),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u00E9\u20ac""#, "Aéé€"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"), (#""\u0000""#, "\u{0}"), (#""a\u0000b""#, "a\u{0}b"),
            ("\"é 東京 😀\"", "é 東京 😀"),
            ("\"\u{7F}\u{80}\u{2028}\u{FFFF}\u{10FFFF}\"", "\u{7F}\u{80}\u{2028}\u{FFFF}\u{10FFFF}"),
            (#"{"":0}"#, ["": 0]), (#"{"a":{"b":{"c":[1,{"d":null}]}}}"#, ["a": ["b": ["c": [1, ["d": nil]]]]]),
            (#"{"\u0061":1}"#, ["a": 1]), (#""\\u0041""#, "\\u0041"), (#"["\\"]"#, ["\\"]),
        ] as [(String, JSONValue)])
    func accepted(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONText(validating: text).text == text)
    }

    @Test(
        "is refused at the first byte that is not JSON",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3),
            ("True", .unexpectedByte, 0), ("nan", .unexpectedByte, 1), ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("undefined", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0),
            ("truefalse", .trailingBytes, 4), ("1 2", .trailingBytes, 2), ("{}}", .trailingBytes, 2),
            ("[],", .trailingBytes, 2),
            ("01", .trailingBytes, 1), ("-01", .trailingBytes, 2), ("1a", .trailingBytes, 1),
            ("0x10", .trailingBytes, 1),
            ("-", .unexpectedEnd, 1), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("1.", .unexpectedEnd, 2),
            ("1.e3", .unexpectedByte, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("1e1.5", .trailingBytes, 3),
            ("--1", .unexpectedByte, 1), ("-a", .unexpectedByte, 1), ("1_000", .trailingBytes, 1),
            ("-Infinity", .unexpectedByte, 1),
            ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte, 3),
            ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2),
            ("]", .unexpectedByte, 0),
            ("[1,,2]", .unexpectedByte, 3), ("{", .unexpectedEnd, 1), ("{\"a\"", .unexpectedEnd, 4),
            ("{\"a\":", .unexpectedEnd, 5),
            ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7), ("{\"a\":1,}", .unexpectedByte, 7),
            ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1),
            ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\"::1}", .unexpectedByte, 5),
            ("{\"a\":1 \"b\":2}", .unexpectedByte, 7),
            ("{\"a\":1]", .unexpectedByte, 6), ("{,}", .unexpectedByte, 1), ("// x\n1", .unexpectedByte, 0),
            ("/**/1", .unexpectedByte, 0),
            ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4), ("\"a\nb\"", .controlCharacter, 2),
            ("\"\u{0}\"", .controlCharacter, 1),
            ("\"12345678\tx\"", .controlCharacter, 9), (#""\x41""#, .invalidEscape, 2), (#""\'""#, .invalidEscape, 2),
            (#""\U0041""#, .invalidEscape, 2),
            (#""\u""#, .invalidEscape, 3), (#""\u12""#, .invalidEscape, 5), (#""\u12g4""#, .invalidEscape, 5),
            ("\"\\", .unexpectedEnd, 2),
            ("\"\\u00", .unexpectedEnd, 5), ("\u{FEFF}1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0),
            ("\u{C}1", .unexpectedByte, 0),
            ("[\u{B}]", .unexpectedByte, 1), ("{\"a\":1,\"b\"", .unexpectedEnd, 10),
            ("[\"a\",\n4,\n1,", .unexpectedEnd, 11),
        ] as [(String, JSONError.Code, Int)])
    func refused(text: String, code: JSONError.Code, offset: Int) {
        let fromTree = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        let fromValidation = #expect(throws: JSONError.self) { try JSONText(validating: text) }
        #expect(fromTree?.code == code)
        #expect(fromTree?.byteOffset == offset)
        #expect(fromValidation == fromTree)
    }

    @Test(
        "is refused where it is not UTF-8",
        arguments: [
            ([0x80], 1), ([0xBF], 1), ([0xC0, 0x80], 1), ([0xC1, 0xBF], 1), ([0xC3], 2), ([0xC3, 0x28], 2),
            ([0xE2, 0x82], 3),
            ([0xE0, 0x80, 0x80], 2), ([0xED, 0xA0, 0x80], 2), ([0xED, 0xBF, 0xBF], 2), ([0xF0, 0x80, 0x80, 0x80], 2),
            ([0xF4, 0x90, 0x80, 0x80], 2), ([0xF5, 0x80, 0x80, 0x80], 1), ([0xFE], 1), ([0xFF], 1),
            ([0xF0, 0x9F, 0x98], 4),
            ([0x41, 0xE9, 0x42], 3),
        ] as [([UInt8], Int)])
    func refusedBytes(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.byteOffset == offset)
    }

    @Test("may nest 512 levels deep and not one more")
    func nesting() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            func text(_ depth: Int) -> String {
                String(repeating: open, count: depth - 1) + (open == "[" ? "[]" : "{}")
                    + String(repeating: close, count: depth - 1)
            }
            let deepest = try JSONValue(parsing: text(512))
            #expect(deepest.serialized() == text(512))
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text(513)) }
            #expect(error?.code == .nestingTooDeep)
            #expect(error?.byteOffset == open.utf8.count * 512)
            #expect(throws: JSONError.self) { try JSONText(validating: String(repeating: open, count: 1_000_000)) }
        }
    }

    @Test("gives an error a reader can act on, without repeating the text")
    func errorDescription() {
        let texts = [#"{"secret":1,}"#, #"["secret"#, "[\"a\u{1}\"]", "[1] x"]
        let descriptions = texts.map { text in
            String(describing: #expect(throws: JSONError.self) { try JSONValue(parsing: text) } as JSONError?)
        }
        #expect(descriptions[0].contains("byte 12"))
        #expect(descriptions[0].contains("expected a member name in quotes, found '}'"))
        #expect(descriptions[1].contains("expected '\"' at the end of the string that begins at byte 1"))
        #expect(descriptions[1].contains("found the end of the text"))
        #expect(descriptions[2].contains("found byte 0x01"))
        #expect(descriptions[3].contains("expected the end of the text, found 'x'"))
        #expect(!descriptions.contains { $0.contains("secret") })
    }

    @Test("keeps negative zero as a number")
    func negativeZero() throws {
        for text in ["-0", "-0.0", "-0e5"] {
            guard case .number(let zero) = try JSONValue(parsing: text) else {
                Issue.record("\(text) was not read as a floating-point number")
                continue
            }
            #expect(zero == 0 && zero.sign == .minus)
        }
        #expect(try JSONValue(parsing: "-0").serialized() == "0")
    }

    @Test("keeps lone surrogates as escapes through a round trip")
    func loneSurrogates() throws {
        for text in [
            #""\ud800""#, #""\udfff""#, #""\udc00x""#, #""a\ud83d""#, #""\ude00\ud83d""#, #""\ud83d\ud83d😀""#,
            #"{"\udbff":"\ud83dA"}"#,
        ] {
            #expect(try JSONValue(parsing: text).serialized() == text)
        }
        #expect(try JSONValue(parsing: #""\ud83d\ud83d\ude00""#).serialized() == #""\ud83d😀""#)
        #expect(try JSONValue(parsing: #""\uD800""#) == JSONValue.string("\(loneSurrogateMark)\u{E000}"))
        let similar = "\(loneSurrogateMark)\u{E800}\(loneSurrogateMark)"
        #expect(JSONValue.string(similar).serialized() == "\"\(similar)\"")
    }

    @Test("takes the last of repeated members, at the place of the first")
    func repeatedMembers() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3,"\u0061":4}"#).serialized() == #"{"a":4,"b":2}"#)
    }

    @Test("may come from any collection of bytes")
    func sources() throws {
        let bytes = Array(#"{"a":[1,"é"]}"#.utf8)
        let value: JSONValue = ["a": [1, "é"]]
        #expect(try JSONValue(parsing: bytes) == value)
        #expect(try JSONValue(parsing: ([0x20] + bytes)[1...]) == value)
        #expect(try JSONValue(parsing: bytes.lazy.map { $0 }) == value)
        #expect(try bytes.withUnsafeBytes { try JSONValue(parsing: $0) } == value)
        #expect(try JSONText(validating: bytes).text == #"{"a":[1,"é"]}"#)
        #expect(throws: JSONError.self) { try JSONText(validating: bytes.dropLast()) }
    }
}

/// The noncharacter that introduces a lone surrogate; Swift has no literal for it.
let loneSurrogateMark = UnicodeScalar(0xFDD0 as UInt16) ?? "?"
