// Owns: strings seen as their UTF-8 bytes. Swift compares strings by canonical equivalence ("é" in one or two code points is
// the same); Redis, JavaScript and Lua compare bytes, and so must everything that ends up in a key or a member name.

extension String {
    /// Runs `body` over the UTF-8 of the string, without a copy for native strings.
    @inline(__always)
    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable(body) { return result }
        var contiguous = self
        return try contiguous.withUTF8(body)
    }

    /// Whether both strings have the same UTF-8.
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withUTF8Bytes { left in
            other.withUTF8Bytes { right in
                for index in left.indices where left[index] != right[index] { return false }
                return true
            }
        }
    }

    /// Feeds the UTF-8 to a hasher, consistently with ``hasSameBytes(as:)``.
    func hashBytes(into hasher: inout Hasher) {
        withUTF8Bytes { bytes in
            hasher.combine(bytes.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }
}

extension Collection<UInt8> {
    /// Runs `body` over the bytes, copying them first only if they are not contiguous.
    @inline(__always)
    func withContiguousBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try withContiguousStorageIfAvailable(body) { return result }
        return try Array(self).withUnsafeBufferPointer(body)
    }
}

/// A string as a dictionary key that is compared by its bytes.
struct ByteKey: Hashable, Sendable {
    let string: String

    init(_ string: String) { self.string = string }

    static func == (left: ByteKey, right: ByteKey) -> Bool { left.string.hasSameBytes(as: right.string) }

    func hash(into hasher: inout Hasher) { string.hashBytes(into: &hasher) }
}
