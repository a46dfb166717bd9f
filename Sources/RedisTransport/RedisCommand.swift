public import NIOCore

/// One command, encoded as Redis expects it: an array of byte strings.
///
/// ```swift
/// let command = RedisCommand("SET", "greeting", "hello")
/// ```
public struct RedisCommand: Sendable {
    package var encoded: ByteBuffer

    /// Encodes a command from its name and text arguments.
    public init(_ words: String...) {
        self.init(words)
    }

    /// Encodes a command from its name and text arguments.
    public init(_ words: [String]) {
        var size = 16
        for word in words { size += word.utf8.count + 16 }
        self.init(argumentCount: words.count, capacity: size)
        for word in words { append(word) }
    }

    /// Begins a command of exactly `argumentCount` arguments (the name included), to be filled with `append`.
    ///
    /// - Parameter capacity: an estimate of the encoded size in bytes, so that one allocation suffices.
    public init(argumentCount: Int, capacity: Int = 256) {
        encoded = ByteBufferAllocator().buffer(capacity: capacity)
        encoded.writeWithUnsafeMutableBytes(minimumWritableBytes: 24) {
            Self.writeHeader(UInt8(ascii: "*"), argumentCount, to: $0)
        }
    }

    /// Begins with arguments that are already encoded, the count of all included.
    package init(head: ByteBuffer, capacity: Int) {
        encoded = ByteBufferAllocator().buffer(capacity: head.readableBytes + capacity)
        encoded.writeImmutableBuffer(head)
    }

    /// Adds a text argument.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Adds an integer argument in decimal.
    public mutating func append(_ number: some FixedWidthInteger) {
        append(String(number))
    }

    /// Adds a byte-string argument.
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append(bytes: $0) }
    }

    /// Adds a byte-string argument.
    public mutating func append(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { append(bytes: $0) }
    }

    /// Adds a byte-string argument.
    public mutating func append(bytes: UnsafeRawBufferPointer) {
        encoded.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + 26) { target in
            var end = Self.writeHeader(UInt8(ascii: "$"), bytes.count, to: target)
            if let source = bytes.baseAddress, let start = target.baseAddress {
                (start + end).copyMemory(from: source, byteCount: bytes.count)
                end += bytes.count
            }
            target[end] = 0x0D
            target[end + 1] = 0x0A
            return end + 2
        }
    }

    /// Writes a type byte, a non-negative decimal number and CR LF; returns how many bytes that took, at most 22.
    private static func writeHeader(_ type: UInt8, _ number: Int, to target: UnsafeMutableRawBufferPointer) -> Int {
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        target[0] = type
        var index = digits
        rest = number
        while index > 0 {
            target[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            index -= 1
        }
        target[digits + 1] = 0x0D
        target[digits + 2] = 0x0A
        return digits + 3
    }
}
