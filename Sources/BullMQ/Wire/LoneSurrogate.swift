// Owns: the stand-in for an unpaired UTF-16 surrogate, which JSON text can name (`\ud83d`) and a Swift string cannot hold.

/// The stand-in: U+FDD0, then the surrogate's number plus 0x800 (U+E000…U+E7FF). As UTF-8 that is `EF B7 90`, then
/// `EE 80 80` … `EE 9F BF`: six bytes, as long as the escape.
enum LoneSurrogate {
    /// The first byte of the stand-in. It also begins other characters from U+F000 up.
    static let firstByte: UInt8 = 0xEF

    /// The length of the stand-in, and of the escape.
    static let length = 6

    /// Writes the stand-in of a surrogate.
    static func write(_ surrogate: UInt16, to output: UnsafeMutableBufferPointer<UInt8>, at index: Int) {
        let moved = surrogate + 0x800
        output[index] = 0xEF
        output[index + 1] = 0xB7
        output[index + 2] = 0x90
        output[index + 3] = 0xE0 | UInt8(moved >> 12)
        output[index + 4] = 0x80 | UInt8(moved >> 6 & 0x3F)
        output[index + 5] = 0x80 | UInt8(moved & 0x3F)
    }

    /// The surrogate whose stand-in begins at `index`, if one does.
    static func surrogate(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt16? {
        guard index + length <= bytes.count,
            bytes[index] == 0xEF, bytes[index + 1] == 0xB7, bytes[index + 2] == 0x90,
            bytes[index + 3] == 0xEE, bytes[index + 4] < 0xA0
        else { return nil }
        let moved = 0xE000 | UInt16(bytes[index + 4] & 0x3F) << 6 | UInt16(bytes[index + 5] & 0x3F)
        return moved - 0x800
    }
}
