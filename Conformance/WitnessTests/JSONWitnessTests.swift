import Testing

@testable import Witness

@Suite("The JSON witness")
struct JSONWitnessTests {
    @Test("reads every kind of value and compares by meaning")
    func values() throws {
        let value = try JSONWitness.value(of: #"{"b":[1,2.5,"ü\n",null,true,{}],"a":-7}"#)
        #expect(value == ["a": -7, "b": [1, 2.5, "ü\n", nil, true, [:]]])
        #expect(value["b"]?[2] == "ü\n")
        #expect(try JSONWitness.value(of: "[1,1.0,1e0]") == [1, 1, 1])
        #expect(try JSONWitness.value(of: "[1,2]") != JSONWitness.value(of: "[2,1]"))
        #expect(try JSONWitness.value(of: "18446744073709551615") == .unsigned(.max))
        #expect(try JSONWitness.value(of: #""\u0000😀\ud83d\ude00""#) == .string("\0😀😀"))
        #expect(try JSONWitness.value(of: #"{"a":1,"a":2}"#) == ["a": 2])
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", " ", "[1,]", "{a:1}", "1 2", "[1 2]", "nul", "TRUE", "+1", ".5", "01", "/**/1", "'a'", "\"\\x\"",
            "\"abc",
            "[[1]", "NaN", "[-Infinity]", "{'a':1}", "1.", "-01", "\"a\tb\"",
        ])
    func refusals(text: String) throws {
        #expect(throws: WitnessError.self) { try JSONWitness.read(Bytes(text)) }
    }

    @Test("refuses ill-formed UTF-8 and a NUL")
    func encoding() {
        #expect(throws: WitnessError.self) { try JSONWitness.read(Bytes([0x22, 0xff, 0x22])) }
        #expect(throws: WitnessError.self) { try JSONWitness.read("1\0") }
    }

    @Test("reads deep and long texts")
    func size() throws {
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(throws: Never.self) { try JSONWitness.value(of: deep) }
        let long = String(repeating: "ab", count: 1_000_000)
        #expect(try JSONWitness.value(of: "\"\(long)\"") == .string(Bytes(long)))
    }

    /// A text that touches a defect, and what json-c makes of it; `nil` where the value cannot be compared.
    static let misreadings: [(defect: JSONKnownDefect, text: String, value: WitnessedJSON?)] = [
        (.nonNumberAccepted, "[NaN]", nil),
        (.singleQuotesAccepted, "{'a':1}", ["a": 1]),
        (.sloppyNumberAccepted, "[-01]", [-1]),
        (.controlCharacterAccepted, "\"a\u{1}b\"", "a\u{1}b"),
        (.negativeZeroLost, "-0", 0),
        (.bigIntegerSaturated, "123456789012345678901", .unsigned(.max)),
        (.keyCutAtNUL, #"{"a\u0000b":1}"#, ["a": 1]),
        (.loneSurrogateReplaced, #""\ud800""#, "\u{fffd}"),
    ]

    @Test("knows the defects of the installed json-c", arguments: misreadings.indices)
    func defects(index: Int) throws {
        let (defect, text, value) = Self.misreadings[index]
        #expect(JSONKnownDefect.touched(by: Bytes(text)) == [defect])
        // A repaired json-c fails here: then the entry has to go.
        let parsed = try JSONWitness.parse(Bytes(text))
        if let value { #expect(parsed == value) }
        #expect(throws: WitnessError.self) { try JSONWitness.value(of: text) }
    }

    @Test("finds no defect where there is none")
    func innocent() {
        let text: Bytes =
            #"{"NaN":"Infinity 'x' -0 1.","e":[0,-1,1e5,1.5E-7,9223372036854775807,"\ud83d\ude00","\u0000"]}"#
        #expect(JSONKnownDefect.touched(by: text) == [])
    }
}
