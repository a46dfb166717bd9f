package import NIOCore

/// Turns the bytes of a connection into replies, resuming in the middle of a reply without looking at any byte twice.
///
/// An explicit stack holds the aggregates that are still incomplete, so a reply of many elements costs linear time however it
/// is cut into reads, and nesting cannot exhaust the call stack.
package struct RESPParser {
    /// What a malformed stream is rejected with. The connection cannot be used after it.
    package struct MalformedReply: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    private enum Aggregate {
        case array, map, set, push, attribute
    }

    private struct Frame {
        let kind: Aggregate
        var remaining: Int
        var elements: [RESPValue]
    }

    private enum BulkKind {
        case string, error, verbatim
    }

    private static let maximumDepth = 128
    private static let maximumLineLength = 1 << 20
    private static let maximumBulkLength = 1 << 30
    private static let maximumAggregateCount = 1 << 28

    private var buffer = ByteBuffer()
    private var stack: [Frame] = []
    private var pendingBulk: (kind: BulkKind, length: Int)?
    private var scannedLineBytes = 0

    package init() {}

    /// Bytes that belong to no element yet.
    var unreadBytes: Int { buffer.readableBytes }

    /// Adds what was read from the socket.
    package mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            var bytes = bytes
            buffer.writeBuffer(&bytes)
        }
    }

    /// The next complete reply, or nil if more bytes are needed.
    package mutating func next() throws(MalformedReply) -> RESPValue? {
        while true {
            guard let value = try nextElement() else {
                detachRemainder()
                return nil
            }
            if let reply = attach(value) { return reply }
        }
    }

    /// Moves the unread rest into storage of its own. Slices handed out keep sharing the old storage; growing that one later
    /// would copy it as a whole each time.
    private mutating func detachRemainder() {
        if let bulk = pendingBulk {
            guard buffer.readerIndex > 0 || buffer.readableBytes == 0 else { return }
            var fresh = ByteBufferAllocator().buffer(capacity: min(bulk.length + 2, 1 << 22))
            fresh.writeImmutableBuffer(buffer)
            buffer = fresh
        } else if buffer.readerIndex > 0 {
            buffer = buffer.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: buffer.readableBytesView)
        }
    }

    /// Puts a complete element into the aggregate it belongs to; returns it (or the aggregate it completed) at top level.
    private mutating func attach(_ element: consuming RESPValue) -> RESPValue? {
        if stack.isEmpty { return element }
        let top = stack.count - 1
        stack[top].elements.append(element)
        stack[top].remaining -= 1
        return stack[top].remaining > 0 ? nil : completeAggregate()
    }

    private mutating func completeAggregate() -> RESPValue? {
        while let frame = stack.popLast() {
            guard let aggregate = Self.value(of: frame) else { return nil }
            if stack.isEmpty { return aggregate }
            let top = stack.count - 1
            stack[top].elements.append(aggregate)
            stack[top].remaining -= 1
            if stack[top].remaining > 0 { return nil }
        }
        return nil
    }

    /// An attribute announces details about the reply that follows it; nothing here uses them.
    private static func value(of frame: Frame) -> RESPValue? {
        switch frame.kind {
        case .array: .array(frame.elements)
        case .map: .map(frame.elements)
        case .set: .set(frame.elements)
        case .push: .push(frame.elements)
        case .attribute: nil
        }
    }

    /// The next scalar or empty aggregate; opens frames for non-empty aggregates on its way.
    private mutating func nextElement() throws(MalformedReply) -> RESPValue? {
        while true {
            if let bulk = pendingBulk {
                guard buffer.readableBytes >= bulk.length + 2 else { return nil }
                return try readBulk(bulk.kind, length: bulk.length)
            }
            switch try readLine() {
            case nil:
                return nil
            case .number(let type, let number):
                switch type {
                case UInt8(ascii: "$"): if try beginBulk(.string, number) { return .null }
                case UInt8(ascii: ":"): return .integer(number)
                case UInt8(ascii: "*"): if let value = try beginAggregate(.array, number) { return value }
                case UInt8(ascii: "%"): if let value = try beginAggregate(.map, number) { return value }
                case UInt8(ascii: "~"): if let value = try beginAggregate(.set, number) { return value }
                case UInt8(ascii: ">"): if let value = try beginAggregate(.push, number) { return value }
                case UInt8(ascii: "|"): _ = try beginAggregate(.attribute, number)
                case UInt8(ascii: "!"): _ = try beginBulk(.error, number)
                default: _ = try beginBulk(.verbatim, number)
                }
            case .text(let type, let content):
                switch type {
                case UInt8(ascii: "+"): return .simpleString(content)
                case UInt8(ascii: "-"): return .error(RESPErrorReply(message: Self.text(content)))
                case UInt8(ascii: "_"): return .null
                case UInt8(ascii: "#"): return .boolean(try Self.boolean(content))
                case UInt8(ascii: ","): return .double(try Self.double(content))
                case UInt8(ascii: "("): return .bigNumber(content)
                default:
                    throw MalformedReply(
                        description: "a reply begins with byte 0x\(String(type, radix: 16)), which is no RESP type")
                }
            }
        }
    }

    /// Returns true for the RESP2 null string (length -1).
    private mutating func beginBulk(_ kind: BulkKind, _ length: Int64) throws(MalformedReply) -> Bool {
        if length == -1, kind == .string { return true }
        guard length >= 0, length <= Self.maximumBulkLength else {
            throw MalformedReply(description: "a string announces the impossible length \(length)")
        }
        pendingBulk = (kind, Int(length))
        return false
    }

    private mutating func readBulk(_ kind: BulkKind, length: Int) throws(MalformedReply) -> RESPValue {
        guard let content = buffer.readSlice(length: length),
            buffer.readInteger(as: UInt16.self) == 0x0D0A
        else {
            throw MalformedReply(description: "a string of \(length) bytes is not followed by CR LF")
        }
        pendingBulk = nil
        switch kind {
        case .string: return .bulkString(content)
        case .error: return .error(RESPErrorReply(message: Self.text(content)))
        case .verbatim:
            var text = content
            guard length >= 4 else {
                throw MalformedReply(description: "a verbatim string of \(length) bytes is too short for its format")
            }
            text.moveReaderIndex(forwardBy: 4)
            return .bulkString(text)
        }
    }

    private mutating func beginAggregate(
        _ kind: Aggregate, _ count: Int64
    ) throws(MalformedReply) -> RESPValue? {
        if count == -1, kind == .array { return .null }
        guard count >= 0, count <= Self.maximumAggregateCount else {
            throw MalformedReply(description: "an aggregate announces the impossible count \(count)")
        }
        let pairs = kind == .map || kind == .attribute
        let elements = Int(count) * (pairs ? 2 : 1)
        if elements == 0 { return Self.value(of: Frame(kind: kind, remaining: 0, elements: [])) }
        guard stack.count < Self.maximumDepth else {
            throw MalformedReply(description: "replies are nested deeper than \(Self.maximumDepth)")
        }
        var frame = Frame(kind: kind, remaining: elements, elements: [])
        // The count is the peer's claim: memory is taken as elements arrive.
        frame.elements.reserveCapacity(min(elements, 1024))
        stack.append(frame)
        return nil
    }

    /// The first line of an element: a type byte, and a number for the types that carry one, else text.
    private enum Line {
        case number(type: UInt8, Int64)
        case text(type: UInt8, ByteBuffer)
    }

    private enum Scan {
        case incomplete
        case withoutCarriageReturn
        case withoutType
        case invalidNumber(length: Int)
        case number(type: UInt8, Int64, length: Int)
        case text(type: UInt8, length: Int)
    }

    /// The next line, or nil if it is still incomplete.
    private mutating func readLine() throws(MalformedReply) -> Line? {
        switch scanLine() {
        case .incomplete:
            scannedLineBytes = buffer.readableBytes
            guard scannedLineBytes <= Self.maximumLineLength else {
                throw MalformedReply(description: "a line is longer than \(Self.maximumLineLength) bytes")
            }
            return nil
        case .withoutCarriageReturn:
            throw MalformedReply(description: "a line ends without CR")
        case .withoutType:
            throw MalformedReply(description: "a reply begins with an empty line")
        case .invalidNumber(let length):
            let text = buffer.getString(at: buffer.readerIndex + 1, length: length - 1) ?? ""
            throw MalformedReply(description: "\"\(text)\" is not a 64-bit integer")
        case .number(let type, let number, let length):
            scannedLineBytes = 0
            buffer.moveReaderIndex(forwardBy: length + 2)
            return .number(type: type, number)
        case .text(let type, let length):
            scannedLineBytes = 0
            buffer.moveReaderIndex(forwardBy: 1)
            guard let content = buffer.readSlice(length: length - 1) else { return nil }
            buffer.moveReaderIndex(forwardBy: 2)
            return .text(type: type, content)
        }
    }

    private func scanLine() -> Scan {
        buffer.withUnsafeReadableBytes { bytes in
            var lineFeed = scannedLineBytes
            while lineFeed < bytes.count, bytes[lineFeed] != 0x0A { lineFeed += 1 }
            guard lineFeed < bytes.count else { return .incomplete }
            guard lineFeed >= 1, bytes[lineFeed - 1] == 0x0D else { return .withoutCarriageReturn }
            let length = lineFeed - 1
            guard length >= 1 else { return .withoutType }
            let type = bytes[0]
            switch type {
            case UInt8(ascii: "$"), UInt8(ascii: ":"), UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "~"),
                UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "!"), UInt8(ascii: "="):
                guard let number = Self.integer(UnsafeRawBufferPointer(rebasing: bytes[1..<length])) else {
                    return .invalidNumber(length: length)
                }
                return .number(type: type, number, length: length)
            default:
                return .text(type: type, length: length)
            }
        }
    }

    private static func text(_ buffer: ByteBuffer) -> String {
        buffer.withUnsafeReadableBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let first = bytes.first else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var index = isNegative || first == UInt8(ascii: "+") ? 1 : 0
        guard index < bytes.count else { return nil }
        var value: Int64 = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative
                ? shifted.subtractingReportingOverflow(Int64(digit))
                : shifted.addingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        return value
    }

    private static func double(_ buffer: ByteBuffer) throws(MalformedReply) -> Double {
        let text = text(buffer)
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        case "nan": return .nan
        default:
            guard let value = Double(text) else {
                throw MalformedReply(description: "\"\(text)\" is not a floating-point number")
            }
            return value
        }
    }

    private static func boolean(_ buffer: ByteBuffer) throws(MalformedReply) -> Bool {
        switch text(buffer) {
        case "t": return true
        case "f": return false
        case let other: throw MalformedReply(description: "\"\(other)\" is not a boolean")
        }
    }
}
