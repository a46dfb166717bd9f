// Owns: the proof of what equality, access and order mean for JSON values.

import Testing

@testable import BullMQ

@Suite("JSON values")
struct JSONValueTests {
    @Test("are looked into without a switch")
    func access() {
        let value: JSONValue = ["text": "a", "whole": 5.0, "half": 0.5, "list": [1, true], "none": nil]
        #expect(value["text"]?.stringValue == "a")
        #expect(value["whole"]?.intValue == 5)
        #expect(value["whole"]?.int64Value == 5)
        #expect(value["half"]?.intValue == nil)
        #expect(value["half"]?.doubleValue == 0.5)
        #expect(value["list"]?[0]?.doubleValue == 1)
        #expect(value["list"]?[1]?.boolValue == true)
        #expect(value["list"]?[2] == nil)
        #expect(value["list"]?[-1] == nil)
        #expect(value["list"]?.arrayValue?.count == 2)
        #expect(value["none"]?.isNull == true)
        #expect(value["absent"] == nil)
        #expect(value["text"]?["deeper"] == nil)
        #expect(value.objectValue?.count == 5)
        #expect(value[0] == nil)
        #expect(JSONValue.number(1e300).intValue == nil)
        #expect(JSONValue.string("5").intValue == nil)
    }

    @Test("compare numbers by value, whichever way they are held")
    func numbers() {
        #expect(JSONValue.integer(5) == .number(5))
        #expect(JSONValue.integer(5).hashValue == JSONValue.number(5).hashValue)
        #expect(JSONValue.integer(0).hashValue == JSONValue.number(-0.0).hashValue)
        #expect(JSONValue.integer(9_007_199_254_740_993) != .number(9_007_199_254_740_992))
        #expect(JSONValue.number(.nan) == .number(.nan))
        #expect(JSONValue(UInt64.max) == .number(18_446_744_073_709_551_616))
        #expect(JSONValue(UInt8(7)) == 7)
        #expect(JSONValue.bool(true) != 1)
    }

    @Test("compare strings by code point")
    func strings() {
        let composed: JSONValue = "\u{E9}"
        let decomposed: JSONValue = "e\u{301}"
        #expect(composed != decomposed)
        let object: JSONObject = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(object.count == 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test("compare objects without regard to order")
    func objects() {
        let first: JSONValue = ["a": 1, "b": [2, 3]]
        let second: JSONValue = ["b": [2, 3], "a": 1]
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        #expect(first != ["a": 1, "b": [3, 2]])
        #expect(first != ["a": 1])
        #expect(first != ["a": 1, "c": [2, 3]])
    }

    @Test("keep members in the order they were first set", arguments: [3, 16, 17, 200])
    func order(count: Int) {
        var object = JSONObject()
        for index in 0..<count { object["key\(index)"] = .integer(Int64(index)) }
        for index in stride(from: 0, to: count, by: 2) { object["key\(index)"] = "even" }
        #expect(object.map(\.key) == (0..<count).map { "key\($0)" })
        #expect((0..<count).allSatisfy { object["key\($0)"] == ($0 % 2 == 0 ? "even" : JSONValue($0)) })

        object["key1"] = nil
        object["absent"] = nil
        object["new"] = .null
        #expect(Array(object.keys) == ["key0"] + (2..<count).map { "key\($0)" } + ["new"])
        #expect(object["key1"] == nil)
        #expect(object["key\(count - 1)"] != nil)
        #expect(object.last?.value == .null)
        #expect(Array(object.values).count == count)
    }

    @Test("say what they hold as JSON")
    func description() {
        #expect("\(["a": [1]] as JSONValue)" == #"{"a":[1]}"#)
        #expect("\(["a": 1] as JSONObject)" == #"{"a":1}"#)
        #expect("file-\(7).jpg" as JSONValue == "file-7.jpg")
    }
}
