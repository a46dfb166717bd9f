// Owns: the proof that JSON texts are kept as they are.

import Testing

@testable import BullMQ

@Suite("A JSON text")
struct JSONTextTests {
    @Test("is kept byte for byte")
    func verbatim() throws {
        let text = " {\"b\" : 1.50, \"a\":\"\\u0041\\/\", \"b\":1E2}\n"
        let json = try JSONText(validating: text)
        #expect(json.text == text)
        #expect(json.utf8Count == text.utf8.count)
        #expect("\(json)" == text)
        #expect(try json.value() == ["b": 100, "a": "A/"])
    }

    @Test("is made of values and encodable values")
    func making() throws {
        #expect(JSONText(["b": 1, "a": [nil]]).text == #"{"b":1,"a":[null]}"#)
        #expect(try JSONText(encoding: [1, 2]).text == "[1,2]")
        #expect(try JSONText(encoding: "top").text == #""top""#)
        #expect(JSONText.null.text == "null")
        #expect(JSONText.emptyObject.text == "{}")
    }

    @Test("is decoded to any decodable type")
    func decoding() throws {
        let json = try JSONText(validating: "[1, 2.0]")
        #expect(try json.decode([Int].self) == [1, 2])
        #expect(try json.decode(JSONValue.self) == [1, 2])
        #expect(try json.decode(JSONText.self) == json)
        #expect(throws: DecodingError.self) { try json.decode(String.self) }
    }

    @Test("equals another only if the bytes do")
    func equality() throws {
        #expect(try JSONText(validating: "[1]") == JSONText(validating: "[1]"))
        #expect(try JSONText(validating: "[1]") != JSONText(validating: "[1 ]"))
        #expect(try JSONText(validating: "\"\u{E9}\"") != JSONText(validating: "\"e\u{301}\""))
        #expect(try Set([JSONText(validating: "1"), JSONText(validating: "1"), .null]).count == 2)
    }

    @Test("that came from Redis unchecked and is no JSON says so when it is read")
    func unchecked() throws {
        let json = JSONText(unchecked: "{oops")
        #expect(throws: JSONError.self) { try json.value() }
        let error = #expect(throws: DecodingError.self) { try json.decode(JSONValue.self) }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((context.underlyingError as? JSONError)?.byteOffset == 1)
    }
}
