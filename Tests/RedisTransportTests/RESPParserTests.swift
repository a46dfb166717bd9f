// Owns: the reply parser: every type, every way to cut a stream, and what is no reply at all.

import NIOCore
import Testing

@testable import RedisTransport

private func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
private func bulk(_ text: String) -> RESPValue { .bulkString(ByteBuffer(string: text)) }
private func simple(_ text: String) -> RESPValue { .simpleString(ByteBuffer(string: text)) }

@Suite("The reply parser")
struct RESPParserTests {
    private static let replies: [(String, RESPValue)] = [
        ("+OK\r\n", simple("OK")), ("+\r\n", simple("")),
        ("-ERR no such key\r\n", .error(RESPErrorReply(message: "ERR no such key"))),
        (":0\r\n", .integer(0)), (":-17\r\n", .integer(-17)), (":+5\r\n", .integer(5)),
        (":9223372036854775807\r\n", .integer(.max)), (":-9223372036854775808\r\n", .integer(.min)),
        ("$5\r\nhello\r\n", bulk("hello")), ("$0\r\n\r\n", bulk("")), ("$4\r\n\r\n\r\n\r\n", bulk("\r\n\r\n")),
        ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
        ("*0\r\n", .array([])), ("*2\r\n:1\r\n$1\r\na\r\n", .array([.integer(1), bulk("a")])),
        ("*2\r\n*1\r\n*0\r\n*-1\r\n", .array([.array([.array([])]), .null])),
        ("#t\r\n", .boolean(true)), ("#f\r\n", .boolean(false)),
        (",3.25\r\n", .double(3.25)), (",-1e3\r\n", .double(-1000)), (",inf\r\n", .double(.infinity)),
        (",-inf\r\n", .double(-.infinity)),
        (
            "(3492890328409238509324850943850943825024385\r\n",
            .bigNumber(text("3492890328409238509324850943850943825024385"))
        ),
        ("!9\r\nERR a\r\nbc\r\n", .error(RESPErrorReply(message: "ERR a\r\nbc"))),
        ("=8\r\ntxt:some\r\n", bulk("some")), ("=4\r\ntxt:\r\n", bulk("")),
        ("%0\r\n", .map([])),
        (
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
            .map([simple("a"), .integer(1), simple("b"), .array([.integer(2)])])
        ),
        ("~2\r\n:1\r\n:2\r\n", .set([.integer(1), .integer(2)])), ("~0\r\n", .set([])),
        (">2\r\n+message\r\n+x\r\n", .push([simple("message"), simple("x")])),
        ("|1\r\n+ttl\r\n:1\r\n:7\r\n", .integer(7)), ("|0\r\n:8\r\n", .integer(8)),
        ("*2\r\n|1\r\n+ttl\r\n:1\r\n:7\r\n:9\r\n", .array([.integer(7), .integer(9)])),
    ]

    private func parse(_ chunks: [ByteBuffer]) throws -> [RESPValue] {
        var parser = RESPParser()
        var values: [RESPValue] = []
        for chunk in chunks {
            parser.append(chunk)
            while let value = try parser.next() { values.append(value) }
        }
        return values
    }

    @Test("understands every type of RESP2 and RESP3", arguments: replies)
    func types(stream: String, value: RESPValue) throws {
        #expect(try parse([text(stream)]) == [value])
    }

    @Test("gives the same replies if the stream comes byte by byte")
    func byteByByte() throws {
        let stream = Self.replies.map(\.0).joined()
        #expect(try parse(stream.utf8.map { ByteBuffer(bytes: [$0]) }) == Self.replies.map(\.1))
    }

    @Test("gives the same replies wherever the stream is cut")
    func everySplit() throws {
        let bytes = Array(Self.replies.map(\.0).joined().utf8)
        let expected = Self.replies.map(\.1)
        for cut in 0...bytes.count {
            #expect(
                try parse([ByteBuffer(bytes: bytes[..<cut]), ByteBuffer(bytes: bytes[cut...])]) == expected,
                "cut at \(cut)")
        }
    }

    @Test("keeps values apart from the bytes that come later")
    func sharing() throws {
        var parser = RESPParser()
        parser.append(text("$3\r\nabc\r\n$3\r\nd"))
        let first = try parser.next()
        #expect(try parser.next() == nil)
        parser.append(text("ef\r\n+x\r\n"))
        #expect(try [parser.next(), parser.next(), parser.next()] == [bulk("def"), simple("x"), nil])
        #expect(first == bulk("abc"))
    }

    @Test("holds no more than what is still incomplete, so that long replies in small reads cost linear time")
    func remainder() throws {
        var parser = RESPParser()
        parser.append(text("*5000\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.unreadBytes == 0)
        for index in 0..<5000 {
            parser.append(text("$5\r\n\(10_000 + index)"))
            #expect(try parser.next() == nil)
            // The elements before this one were taken out of the buffer and are never looked at again.
            #expect(parser.unreadBytes == 5)
            parser.append(text("\r\n"))
            let reply = try parser.next()
            if index == 4999 { #expect(reply?.array?.count == 5000) } else { #expect(reply == nil) }
        }
    }

    @Test("puts a string of ten megabytes together from small reads")
    func largeBulk() throws {
        let size = 10 << 20
        let content = ByteBuffer(repeating: 0x61, count: size)
        var parser = RESPParser()
        parser.append(text("$\(size)\r\n"))
        var rest = content
        while let chunk = rest.readSlice(length: min(65_536, rest.readableBytes)), chunk.readableBytes > 0 {
            #expect(try parser.next() == nil)
            parser.append(chunk)
        }
        parser.append(text("\r\n+next\r\n"))
        #expect(try parser.next() == .bulkString(content))
        #expect(try parser.next() == simple("next"))
    }

    @Test("follows nesting to its bound and no further")
    func nesting() throws {
        let deepest = String(repeating: "*1\r\n", count: 128) + ":1\r\n"
        var value = try #require(try parse([text(deepest)]).first)
        var depth = 0
        while let inner = value.array?.first {
            value = inner
            depth += 1
        }
        #expect(depth == 128)
        #expect(value == .integer(1))
        #expect(throws: RESPParser.MalformedReply(description: "replies are nested deeper than 128")) {
            try parse([text("*1\r\n" + deepest)])
        }
    }

    @Test(
        "refuses what is no reply and says why",
        arguments: [
            ("\r\n", "a reply begins with an empty line"),
            ("hello\r\n", "a reply begins with byte 0x68, which is no RESP type"),
            ("HTTP/1.1 400 Bad Request\r\n", "a reply begins with byte 0x48, which is no RESP type"),
            ("+OK\n", "a line ends without CR"), ("\n", "a line ends without CR"),
            (":12a\r\n", "\"12a\" is not a 64-bit integer"), (":\r\n", "\"\" is not a 64-bit integer"),
            (":-\r\n", "\"-\" is not a 64-bit integer"),
            (":9223372036854775808\r\n", "\"9223372036854775808\" is not a 64-bit integer"),
            ("$-2\r\n", "a string announces the impossible length -2"),
            ("$1073741825\r\n", "a string announces the impossible length 1073741825"),
            ("!-1\r\n", "a string announces the impossible length -1"),
            ("$3\r\nabcd\r\n", "a string of 3 bytes is not followed by CR LF"),
            ("*-2\r\n", "an aggregate announces the impossible count -2"),
            ("%-1\r\n", "an aggregate announces the impossible count -1"),
            ("*268435457\r\n", "an aggregate announces the impossible count 268435457"),
            ("#x\r\n", "\"x\" is not a boolean"), (",1.2.3\r\n", "\"1.2.3\" is not a floating-point number"),
            ("=3\r\nabc\r\n", "a verbatim string of 3 bytes is too short for its format"),
        ])
    func malformed(stream: String, reason: String) throws {
        #expect(throws: RESPParser.MalformedReply(description: reason)) { try parse([text(stream)]) }
    }

    @Test("does not wait for ever for the end of a line")
    func endlessLine() throws {
        var parser = RESPParser()
        parser.append(ByteBuffer(repeating: 0x2B, count: (1 << 20) + 1))
        #expect(throws: RESPParser.MalformedReply(description: "a line is longer than 1048576 bytes")) {
            try parser.next()
        }
    }

    @Test("gives the replies before the malformed one")
    func beforeDamage() throws {
        var parser = RESPParser()
        parser.append(text("+fine\r\n?\r\n"))
        #expect(try parser.next() == simple("fine"))
        #expect(throws: RESPParser.MalformedReply.self) { try parser.next() }
    }
}

@Suite("A reply")
struct RESPValueTests {
    @Test("is read as text, number, list or null, if it is one")
    func accessors() {
        #expect(bulk("ü").string == "ü")
        #expect(RESPValue.bulkString(ByteBuffer(bytes: [0xFF])).string == "\u{FFFD}")
        #expect(RESPValue.integer(1).string == nil)
        #expect(bulk("12").integer == 12)
        #expect(bulk("1.5").integer == nil)
        #expect(RESPValue.double(3).integer == 3)
        #expect(RESPValue.double(3.5).integer == nil)
        #expect(RESPValue.map([.integer(1)]).array == [.integer(1)])
        #expect(bulk("a").bytes == text("a"))
        #expect(RESPValue.null.isNull && !RESPValue.integer(0).isNull)
        #expect(RESPErrorReply(message: "NOSCRIPT No matching script").code == "NOSCRIPT")
        #expect(RESPErrorReply(message: "ODD").code == "ODD")
    }
}

@Suite("A command")
struct RedisCommandTests {
    @Test("is encoded as an array of byte strings")
    func encoding() {
        var command = RedisCommand(argumentCount: 5)
        command.append("SET")
        command.append("kü")
        command.append(Int64.min)
        command.append([0, 13, 10])
        command.append(ByteBuffer(string: ""))
        let expected = "*5\r\n$3\r\nSET\r\n$3\r\nkü\r\n$20\r\n-9223372036854775808\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n"
        #expect(command.encoded == ByteBuffer(string: expected))
        #expect(RedisCommand("PING").encoded == ByteBuffer(string: "*1\r\n$4\r\nPING\r\n"))
        let long = String(repeating: "x", count: 1234)
        #expect(RedisCommand("ECHO", long).encoded == ByteBuffer(string: "*2\r\n$4\r\nECHO\r\n$1234\r\n\(long)\r\n"))
    }
}
