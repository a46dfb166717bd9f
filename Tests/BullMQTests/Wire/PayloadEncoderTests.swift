// Owns: the proof that Swift values get the JSON their JavaScript counterparts would.

import Foundation
import Testing

@testable import BullMQ

/// The value's JSON.
func encoded(_ value: some Encodable) throws -> String {
    String(decoding: try PayloadEncoder().encode(value), as: UTF8.self)
}

@Suite("Payloads that are encoded")
struct PayloadEncoderTests {
    @Test("have their members in the order they are declared, without absent optionals")
    func structures() throws {
        struct Teaser: Codable {
            struct Clip: Codable { var from: Double, to: Double }
            var zoom = 1.5
            var file = "a \"b\".mp4"
            var clips = [Clip(from: 0, to: 2.25), Clip(from: 3, to: 4)]
            var caption: String?
            var music: String? = "x"
            var muted = false
        }
        #expect(
            try encoded(Teaser())
                == #"{"zoom":1.5,"file":"a \"b\".mp4","clips":[{"from":0,"to":2.25},{"from":3,"to":4}],"music":"x","muted":false}"#
        )
    }

    @Test("may be of any kind at the top level")
    func fragments() throws {
        struct Nothing: Codable {}
        #expect(try encoded(5) == "5")
        #expect(try encoded("é\n") == #""é\n""#)
        #expect(try encoded(true) == "true")
        #expect(try encoded(Int?.none) == "null")
        #expect(try encoded([Int]()) == "[]")
        #expect(try encoded([String: Int]()) == "{}")
        #expect(try encoded(Nothing()) == "{}")
        #expect(try encoded([Nothing()]) == "[{}]")
        #expect(try encoded([[1], [], [2, 3]]) == "[[1],[],[2,3]]")
        #expect(try encoded([1, nil, 3] as [Int?]) == "[1,null,3]")
        #expect(try encoded(Set([1])) == "[1]")
    }

    @Test("write every width of integer with all digits")
    func integers() throws {
        struct All: Encodable {
            var a = Int8.min, b = UInt8.max, c = Int16.min, d = UInt16.max, e = Int32.min, f = UInt32.max
            var g = Int64.min, h = UInt64(Int64.max), i = Int.max, j: UInt = 7
        }
        #expect(
            try encoded(All())
                == #"{"a":-128,"b":255,"c":-32768,"d":65535,"e":-2147483648,"f":4294967295,"g":-9223372036854775808,"#
                + #""h":9223372036854775807,"i":9223372036854775807,"j":7}"#)
    }

    @Test("write dictionaries as objects when their keys are strings or integers")
    func dictionaries() throws {
        #expect(try encoded(["a": [1]]) == #"{"a":[1]}"#)
        #expect(try encoded([7: "x"]) == #"{"7":"x"}"#)
        #expect(try encoded([true: 1]) == "[true,1]")
    }

    @Test("write enumerations as synthesized code has it")
    func enumerations() throws {
        enum Plain: String, Codable { case low, high }
        enum Rich: Codable {
            case none
            case crop(width: Int, height: Int)
            case rotate(Double)
        }
        #expect(try encoded([Plain.high]) == #"["high"]"#)
        #expect(
            try encoded([Rich.none, .crop(width: 1, height: 2), .rotate(0.5)])
                == #"[{"none":{}},{"crop":{"width":1,"height":2}},{"rotate":{"_0":0.5}}]"#)
    }

    @Test("write Foundation's values as JavaScript does")
    func foundationValues() throws {
        struct All: Encodable {
            var date = Date(timeIntervalSince1970: 1_767_323_045.678)
            var data = Data([1, 2, 255])
            var url = URL(string: "https://example.org/a?b=ü")
            var price = Decimal(string: "12345678901234567890.123456789")
        }
        #expect(
            try encoded(All())
                == #"{"date":"2026-01-02T03:04:05.678Z","data":"AQL/","url":"https://example.org/a?b=%C3%BC","price":12345678901234567890.123456789}"#
        )
    }

    @Test("may contain raw JSON")
    func rawJSON() throws {
        struct Envelope: Encodable {
            var value: JSONValue = ["b": 1, "a": 2]
            var object: JSONObject = ["y": nil]
            var text: JSONText
        }
        let envelope = Envelope(text: try JSONText(validating: "[1.0, 2]"))
        #expect(try encoded(envelope) == #"{"value":{"b":1,"a":2},"object":{"y":null},"text":[1.0, 2]}"#)
        let other = try JSONEncoder().encode(envelope)
        #expect(try JSONValue(parsing: other) == ["value": ["a": 2, "b": 1], "object": ["y": nil], "text": [1, 2]])
    }

    @Test("write a superclass into the same object or under 'super', as the subclass asks")
    func inheritance() throws {
        class Base: Encodable { var id = 1 }
        class Flat: Base {
            enum CodingKeys: CodingKey { case name }
            override func encode(to encoder: any Encoder) throws {
                try super.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode("flat", forKey: .name)
            }
        }
        class Nested: Base {
            enum CodingKeys: CodingKey { case name, base }
            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try super.encode(to: container.superEncoder())
                try container.encode("nested", forKey: .name)
                try super.encode(to: container.superEncoder(forKey: .base))
            }
        }
        #expect(try encoded(Flat()) == #"{"id":1,"name":"flat"}"#)
        #expect(try encoded([Nested()]) == #"[{"super":{"id":1},"name":"nested","base":{"id":1}}]"#)
    }

    @Test("may write nested containers by turns")
    func interleavedContainers() throws {
        struct Turns: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: PayloadKey.self)
                var list = container.nestedUnkeyedContainer(forKey: PayloadKey("list"))
                var object = container.nestedContainer(keyedBy: PayloadKey.self, forKey: PayloadKey("object"))
                try list.encode(1)
                try object.encode(1, forKey: PayloadKey("a"))
                try container.encode("between", forKey: PayloadKey("text"))
                try list.encodeNil()
                var inner = list.nestedContainer(keyedBy: PayloadKey.self)
                try list.encode([2])
                try inner.encode(true, forKey: PayloadKey("inner"))
                try object.encodeNil(forKey: PayloadKey("b"))
                var deep = list.nestedUnkeyedContainer()
                try deep.encode("x")
                #expect(list.count == 5)
                #expect(inner.codingPath.payloadPath.hasSuffix("list[2]"))
            }
        }
        #expect(
            try encoded(Turns())
                == #"{"list":[1,null,{"inner":true},[2],["x"]],"object":{"a":1,"b":null},"text":"between"}"#)
        #expect(try encoded([Turns(), Turns()]).utf8.count == 2 * encoded(Turns()).utf8.count + 3)
    }

    @Test("refuse numbers that no reader would get back, and say where they are")
    func refusedNumbers() throws {
        struct Clip: Encodable { var volumes: [Double] }
        struct Job: Encodable { var clips: [Clip] }
        let job = Job(clips: [Clip(volumes: [1]), Clip(volumes: [1, .nan])])
        let error = #expect(throws: EncodingError.self) { try encoded(job) }
        guard case .invalidValue(_, let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.payloadPath == "clips[1].volumes[1]")
        #expect(context.debugDescription.contains("nan"))
        #expect(throws: EncodingError.self) { try encoded(Float.infinity) }
        #expect(throws: EncodingError.self) { try encoded(UInt64(Int64.max) + 1) }
        #expect(throws: EncodingError.self) { try encoded([UInt.max]) }
        #expect(throws: EncodingError.self) { try encoded(Int128.max) }
        #expect(throws: EncodingError.self) { try encoded(["a": -Double.infinity]) }
        #expect(throws: EncodingError.self) { try encoded(Decimal.nan) }
        #expect(throws: EncodingError.self) { try encoded(Date(timeIntervalSince1970: 1e15)) }
        #expect(throws: EncodingError.self) { try encoded([Date(timeIntervalSince1970: .nan)]) }
    }

    @Test("leave no trace of a member whose encoding failed and was caught")
    func caughtErrors() throws {
        struct Broken: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: PayloadKey.self)
                var list = container.nestedUnkeyedContainer(forKey: PayloadKey("lost"))
                try list.encode(1)
                try container.encode(Double.nan, forKey: PayloadKey("bad"))
            }
        }
        struct Tolerant: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: PayloadKey.self)
                #expect(throws: EncodingError.self) { try container.encode(Broken(), forKey: PayloadKey("broken")) }
                try container.encode(1, forKey: PayloadKey("one"))
                #expect(throws: EncodingError.self) { try container.encode([Broken()], forKey: PayloadKey("broken")) }
                try container.encode(Wrapper(), forKey: PayloadKey("two"))
            }
        }
        struct Wrapper: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                #expect(throws: EncodingError.self) { try container.encode(Broken()) }
                try container.encode(2)
                #expect(throws: EncodingError.self) { try container.encode(3) }
                #expect(throws: EncodingError.self) { try container.encodeNil() }
            }
        }
        #expect(try encoded(Tolerant()) == #"{"one":1,"two":2}"#)
    }

    @Test("know their place, in every kind of container")
    func codingPaths() throws {
        struct Place: Encodable {
            func encode(to encoder: any Encoder) throws {
                var list = encoder.unkeyedContainer()
                #expect(list.codingPath.payloadPath == "[0].place")
                let inner = list.superEncoder()
                let single = inner.singleValueContainer()
                #expect(single.codingPath.payloadPath == "[0].place[0]")
                let object = inner.container(keyedBy: PayloadKey.self)
                #expect(object.codingPath.payloadPath == "[0].place[0]")
            }
        }
        #expect(try encoded([["place": Place()]]) == #"[{"place":[{}]}]"#)
    }

    @Test("see the encoder's user info, and are appended to a buffer only when complete")
    func userInfoAndBuffer() throws {
        struct Curious: Encodable {
            func encode(to encoder: any Encoder) throws {
                let key = try #require(CodingUserInfoKey(rawValue: "tenant"))
                var container = encoder.singleValueContainer()
                try container.encode(encoder.userInfo[key] as? String)
            }
        }
        var encoder = PayloadEncoder()
        encoder.userInfo[try #require(CodingUserInfoKey(rawValue: "tenant"))] = "acme"
        var buffer = Array(">".utf8)
        try encoder.encode([Curious()], into: &buffer)
        #expect(throws: EncodingError.self) { try encoder.encode([1, .nan], into: &buffer) }
        #expect(String(decoding: buffer, as: UTF8.self) == #">["acme"]"#)
    }
}
