// Owns: the proof that everything but numbers is written as `JSON.stringify` writes it.

import Testing

@testable import BullMQ

@Suite("JSON text that is written")
struct JSONWriterTests {
    @Test(
        "escapes what JSON.stringify escapes and nothing else",
        arguments: [
            ("", #""""#),
            ("plain", #""plain""#),
            ("\"\\/", #""\"\\/""#),
            ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{B}\u{1B}\u{1F} \u{7F}", "\"\\u0000\\u0001\\u000b\\u001b\\u001f \u{7F}\""),
            ("é 東京 😀 \u{2028}\u{2029}", "\"é 東京 😀 \u{2028}\u{2029}\""),
            ("\u{FEFF}\u{FFFD}\u{FFFF}x", "\"\u{FEFF}\u{FFFD}\u{FFFF}x\""),
            ("</script>", #""</script>""#),
            (String(repeating: "a", count: 100) + "\n", "\"" + String(repeating: "a", count: 100) + "\\n\""),
        ])
    func escapes(string: String, text: String) {
        #expect(Array(JSONValue.string(string).serialized().utf8) == Array(text.utf8))
    }

    @Test("finds a character to escape at every position of a string")
    func escapePositions() {
        for length in 0...40 {
            for position in 0...length {
                let before = String(repeating: "x", count: position)
                let after = String(repeating: "y", count: length - position)
                for (raw, escaped) in [("\"", "\\\""), ("\\", "\\\\"), ("\n", "\\n"), ("\u{1F}", "\\u001f")] {
                    #expect(
                        JSONValue.string(before + raw + after).serialized() == "\"" + before + escaped + after + "\"")
                }
            }
        }
    }

    @Test("is compact and keeps the order of members, also of those that look like array indices")
    func order() {
        let value: JSONValue = ["b": [1, 2.5, nil], "10": true, "9": ["": false], "a": [], "c": [:]]
        #expect(value.serialized() == #"{"b":[1,2.5,null],"10":true,"9":{"":false},"a":[],"c":{}}"#)
    }

    @Test("is appended to what a buffer holds")
    func appending() {
        var buffer = Array("data=".utf8)
        JSONValue.array([1]).serialize(into: &buffer)
        #expect(buffer == Array("data=[1]".utf8))
    }
}
