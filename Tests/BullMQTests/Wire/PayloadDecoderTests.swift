// Owns: the proof that JSON is read into Swift types strictly, and that failures say where they are.

import Foundation
import Testing

@testable import BullMQ

@Suite("Payloads that are decoded")
struct PayloadDecoderTests {
    private func decoded<T: Decodable>(_ type: T.Type = T.self, _ text: String) throws -> T {
        try PayloadDecoder().decode(type, from: Array(text.utf8))
    }

    /// What a decoding error says, in one line.
    private func failure<T: Decodable>(_ type: T.Type, _ text: String) -> String {
        do {
            _ = try decoded(type, text)
            return "no error"
        } catch DecodingError.typeMismatch(let type, let context) {
            return "typeMismatch(\(type)) at \(context.codingPath.payloadPath): \(context.debugDescription)"
        } catch DecodingError.valueNotFound(let type, let context) {
            return "valueNotFound(\(type)) at \(context.codingPath.payloadPath): \(context.debugDescription)"
        } catch DecodingError.keyNotFound(let key, let context) {
            return "keyNotFound(\(key.stringValue)) at \(context.codingPath.payloadPath): \(context.debugDescription)"
        } catch DecodingError.dataCorrupted(let context) {
            return "dataCorrupted at \(context.codingPath.payloadPath): \(context.debugDescription)"
        } catch {
            return "\(error)"
        }
    }

    struct Everything: Codable, Equatable {
        enum Mode: String, Codable { case fast, careful }
        enum Step: Codable, Equatable {
            case none
            case crop(width: Int, height: Int)
            case rotate(Double)
        }
        struct Inner: Codable, Equatable { var list: [[Int?]], table: [String: [Int: Bool]] }

        var text = "é😀\"\\\n\u{0}"
        var int = Int.min
        var small = UInt8.max
        var big = UInt64(Int64.max)
        var double = 0.1
        var float: Float = 1.1
        var flag = true
        var absent: Int?
        var present: Int? = 3
        var doublyOptional: [Int?] = [1, nil]
        var mode = Mode.careful
        var steps: [Step] = [.none, .crop(width: 1, height: 2), .rotate(-0.5)]
        var inner = Inner(list: [[1, nil], []], table: ["a": [1: true, -2: false], "": [:]])
        var date = Date(timeIntervalSince1970: 1_767_323_045.678)
        var data = Data([0, 1, 2, 255])
        var url = URL(string: "redis://127.0.0.1:6379/0")
        var price = Decimal(string: "19.99")
        var raw: JSONValue = ["b": [1, nil], "a": 2.5]
        var names = ["x", "y"]
        var numbers = [1, 2]
        var ratios = [0.25, 1e-7, 1e21]
        var wide = Int64.max
        var days: Set<Int> = [1]
        var range = 1..<5
    }

    @Test("are what was encoded")
    func roundTrip() throws {
        let value = Everything()
        let text = try encoded(value)
        #expect(try decoded(Everything.self, text) == value)
        #expect(try JSONDecoder().decode(JSONText.self, from: Data(text.utf8)).value() == JSONValue(parsing: text))
    }

    @Test("are read from what Foundation's encoder writes")
    func foreignEncoder() throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        var value = Everything()
        value.date = Date(timeIntervalSince1970: 1_767_323_045)
        #expect(try PayloadDecoder().decode(Everything.self, from: encoder.encode(value)) == value)
    }

    @Test("take numbers without fraction as integers, however they are written")
    func integers() throws {
        #expect(try decoded([Int].self, "[5, 5.0, 5e0, 50e-1, -0, -0.0]") == [5, 5, 5, 5, 0, 0])
        #expect(try decoded(Int8.self, "-128.0") == -128)
        #expect(try decoded(UInt64.self, "9007199254740992") == 9_007_199_254_740_992)
        #expect(try decoded(Double.self, "9007199254740993") == 9_007_199_254_740_992)
        #expect(try decoded(Float.self, "0.1") == 0.1)
    }

    @Test(
        "read dates from ISO 8601 text and from milliseconds",
        arguments: [
            "\"2026-01-02T03:04:05.678Z\"", "\"2026-01-02T04:04:05.678+01:00\"", "1767323045678", "1767323045678.0",
        ])
    func dates(text: String) throws {
        #expect(try decoded(Date.self, text) == Date(timeIntervalSince1970: 1_767_323_045.678))
    }

    @Test("read decimal numbers with the digits of the text")
    func decimals() throws {
        #expect(
            try decoded([Decimal].self, "[0.1, 19.99, 9223372036854775807, 1e-7]").map(\.description) == [
                "0.1", "19.99", "9223372036854775807", "0.0000001",
            ])
    }

    @Test(
        "name the place and the reason of a type that does not fit",
        arguments: [
            (
                #"{"clips":[{"volume":"loud"}]}"#,
                "typeMismatch(Int) at clips[0].volume: Expected an integer, found a string."
            ),
            (
                #"{"clips":[{"volume":1},{"volume":true}]}"#,
                "typeMismatch(Int) at clips[1].volume: Expected an integer, found a boolean."
            ),
            (
                #"{"clips":[{"volume":null}]}"#,
                "valueNotFound(Int) at clips[0].volume: Expected an integer, found null."
            ),
            (
                #"{"clips":[{"volume":1.5}]}"#,
                "dataCorrupted at clips[0].volume: The number 1.5 is not an integer that fits Int."
            ),
            (
                #"{"clips":[{"volume":1e30}]}"#,
                "dataCorrupted at clips[0].volume: The number 1e+30 is not an integer that fits Int."
            ),
            (#"{"clips":[{}]}"#, "keyNotFound(volume) at clips[0]: There is no member 'volume'."),
            (#"{"clips":[7]}"#, "typeMismatch(JSONObject) at clips[0]: Expected an object, found a number."),
            (#"{"clips":{}}"#, "typeMismatch(Array<JSONValue>) at clips: Expected an array, found an object."),
            (#"{"clips":null}"#, "valueNotFound(Array<JSONValue>) at clips: Expected an array, found null."),
            (#"[]"#, "typeMismatch(JSONObject) at the top level: Expected an object, found an array."),
            (#"{}"#, "keyNotFound(clips) at the top level: There is no member 'clips'."),
            (
                #"{"clips":[{"volume":1,"tags":["a",5]}]}"#,
                "typeMismatch(String) at clips[0].tags[1]: Expected a string, found a number."
            ),
            (
                #"{"clips":[{"volume":1,"level":300}]}"#,
                "dataCorrupted at clips[0].level: The number 300 does not fit UInt8."
            ),
            (
                #"{"clips":[{"volume":1,"gain":1e400}]}"#,
                "dataCorrupted at clips[0].gain: The number is too large for Double."
            ),
            (
                #"{"clips":[{"volume":1,"when":"noon"}]}"#,
                "dataCorrupted at clips[0].when: The text is not an ISO 8601 date such as 2026-01-02T03:04:05.678Z."
            ),
            (
                #"{"clips":[{"volume":1,"when":true}]}"#,
                "typeMismatch(Date) at clips[0].when: Expected a date as text or in milliseconds since 1970, found a boolean."
            ),
            (#"{"clips":[{"volume":1,"data":"*"}]}"#, "dataCorrupted at clips[0].data: The text is not Base64."),
            (#"{"clips":[{"volume":1,"table":{"x":1}}]}"#, "no error"),
            (
                #"{"clips":[{"volume":1,"table":{"x":"y"}}]}"#,
                "typeMismatch(Int) at clips[0].table.x: Expected an integer, found a string."
            ),
            (
                #"{"clips":[{"volume":1}"#,
                "dataCorrupted at the top level: Not JSON at byte 22 (unexpectedEnd): expected ',' or ']', found the end of the text."
            ),
        ])
    func failures(text: String, message: String) {
        struct Clip: Decodable {
            var volume: Int
            var tags: [String]?
            var level: UInt8?
            var gain: Double?
            var when: Date?
            var data: Data?
            var table: [String: Int]?
        }
        struct Job: Decodable { var clips: [Clip] }
        #expect(failure(Job.self, text) == message)
    }

    @Test("refuse numbers that do not fit", arguments: ["256", "-1", "1e3", "0.5"])
    func overflow(text: String) {
        #expect(failure(UInt8.self, text).hasPrefix("dataCorrupted at the top level: The number"))
        #expect(failure([UInt8].self, "[0,\(text)]").hasPrefix("dataCorrupted at [1]: The number"))
        #expect(failure(Float.self, "1e39") == "dataCorrupted at the top level: The number 1e+39 does not fit Float.")
    }

    @Test("read a superclass from the same object or from 'super'")
    func inheritance() throws {
        class Base: Decodable { var id = 0 }
        class Flat: Base {
            enum CodingKeys: CodingKey { case name }
            let name: String
            required init(from decoder: any Decoder) throws {
                name = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .name)
                try super.init(from: decoder)
            }
        }
        class Nested: Base {
            enum CodingKeys: CodingKey { case name }
            let name: String
            required init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                name = try container.decode(String.self, forKey: .name)
                try super.init(from: container.superDecoder())
            }
        }
        let flat = try decoded(Flat.self, #"{"id":7,"name":"flat"}"#)
        #expect(flat.id == 7 && flat.name == "flat")
        let nested = try decoded(Nested.self, #"{"super":{"id":8},"name":"nested"}"#)
        #expect(nested.id == 8 && nested.name == "nested")
        #expect(
            failure(Nested.self, #"{"name":"nested"}"#)
                == "valueNotFound(JSONObject) at super: Expected an object, found null.")
    }

    @Test("know their place, in every kind of container")
    func codingPaths() throws {
        struct Place: Decodable {
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                #expect(list.codingPath.payloadPath == "[0].place")
                let first = try list.superDecoder()
                #expect(try first.singleValueContainer().codingPath.payloadPath == "[0].place[0]")
                #expect(try first.singleValueContainer().decode(Int.self) == 1)
                let object = try list.superDecoder().container(keyedBy: PayloadKey.self)
                #expect(object.codingPath.payloadPath == "[0].place[1]")
                let base = try object.superDecoder(forKey: PayloadKey("base"))
                #expect(base.codingPath.payloadPath == "[0].place[1].base")
                #expect(try base.singleValueContainer().decode(String.self) == "x")
                #expect(list.currentIndex == 2 && list.isAtEnd)
            }
        }
        #expect(try decoded([[String: Place]].self, #"[{"place":[1,{"base":"x"}]}]"#).count == 1)
    }

    @Test("may be taken apart by hand")
    func manualContainers() throws {
        struct Manual: Decodable {
            var first: Int, isSecondNull: Bool, rest: [String], keys: [String]
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                #expect(list.count == 4)
                first = try list.decode(Int.self)
                #expect(throws: DecodingError.self) { try list.decode(Int.self) }
                isSecondNull = try list.decodeNil()
                #expect(try list.decodeNil() == false)
                var inner = try list.nestedUnkeyedContainer()
                rest = []
                while !inner.isAtEnd { rest.append(try inner.decode(String.self)) }
                let object = try list.nestedContainer(keyedBy: PayloadKey.self)
                keys = object.allKeys.map(\.stringValue)
                #expect(object.contains(PayloadKey("b")))
                #expect(try object.decodeNil(forKey: PayloadKey("b")))
                #expect(try object.decodeIfPresent(Int.self, forKey: PayloadKey("b")) == nil)
                #expect(try object.nestedUnkeyedContainer(forKey: PayloadKey("a")).count == 0)
                #expect(throws: DecodingError.self) {
                    try object.nestedContainer(keyedBy: PayloadKey.self, forKey: PayloadKey("a"))
                }
                #expect(list.isAtEnd)
                #expect(throws: DecodingError.self) { try list.decode(Int.self) }
                #expect(throws: DecodingError.self) { try list.decodeNil() }
            }
        }
        let manual = try decoded(Manual.self, #"[1,null,["x","y"],{"b":null,"a":[]}]"#)
        #expect(manual.first == 1 && manual.isSecondNull && manual.rest == ["x", "y"] && manual.keys == ["b", "a"])
    }

    @Test("see the decoder's user info at every level")
    func userInfo() throws {
        struct Curious: Decodable, Equatable {
            var tenant: String?
            init(from decoder: any Decoder) throws {
                tenant = decoder.userInfo[try #require(CodingUserInfoKey(rawValue: "tenant"))] as? String
            }
        }
        var decoder = PayloadDecoder()
        decoder.userInfo[try #require(CodingUserInfoKey(rawValue: "tenant"))] = "acme"
        #expect(try decoder.decode([[Curious]].self, from: [[1]] as JSONValue).first?.first?.tenant == "acme")
    }
}
