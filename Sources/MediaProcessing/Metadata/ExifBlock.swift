// EXIF as far as this module needs it: neutralise what no longer holds after the pixels were turned, or write a minimal block
// with the names of those who made the picture.

/// An EXIF block: `Exif\0\0` and a TIFF structure.
struct ExifBlock {
    private(set) var bytes: [UInt8]
    private static let prefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
    private static let artist = 0x013B
    private static let copyright = 0x8298
    private static let orientation = 0x0112

    /// Takes a block as found in a file.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A block with nothing but the given names; nil if there are none.
    init?(artist: String?, copyright: String?) {
        let entries = [(Self.artist, artist), (Self.copyright, copyright)].compactMap { tag, text in
            text.flatMap { $0.isEmpty ? nil : (tag, Array($0.utf8) + [0]) }
        }
        guard !entries.isEmpty else { return nil }
        var directory: [UInt8] = Self.short(entries.count)
        var data: [UInt8] = []
        let dataStart = 8 + 2 + 12 * entries.count + 4
        for (tag, text) in entries {
            directory += Self.short(tag) + Self.short(2) + Self.long(text.count)
            if text.count <= 4 {
                directory += text + [UInt8](repeating: 0, count: 4 - text.count)
            } else {
                directory += Self.long(dataStart + data.count)
                data += text + (text.count % 2 == 1 ? [0] : [])
            }
        }
        bytes = Self.prefix + [0x4D, 0x4D, 0, 42] + Self.long(8) + directory + Self.long(0) + data
    }

    /// The orientation that the block states, 1 to 8.
    var orientation: Int? {
        guard let directory, let place = directory.orientation else { return nil }
        let value = number(place, 2)
        return value.flatMap { (1...8).contains($0) ? $0 : nil }
    }

    /// Sets the orientation to 1 and unlinks the embedded preview, which shows the picture as it was before.
    mutating func markUpright() {
        guard let directory else { return }
        if let place = directory.orientation {
            bytes.replaceSubrange(place..<place + 4, with: isLittleEndian ? [1, 0, 0, 0] : [0, 1, 0, 0])
        }
        bytes.replaceSubrange(directory.end..<directory.end + 4, with: [0, 0, 0, 0])
    }

    /// Offsets in `bytes` of the orientation's value and of the link to the next directory.
    private var directory: (orientation: Int?, end: Int)? {
        guard let first = number(base + 4, 4), let count = number(base + first, 2) else { return nil }
        let entries = base + first + 2
        let end = entries + 12 * count
        guard end + 4 <= bytes.count else { return nil }
        let index = (0..<count).first { number(entries + 12 * $0, 2) == Self.orientation }
        return (index.map { entries + 12 * $0 + 8 }, end)
    }

    private var base: Int { bytes.starts(with: Self.prefix) ? Self.prefix.count : 0 }
    private var isLittleEndian: Bool { bytes.count > base && bytes[base] == 0x49 }

    private func number(_ offset: Int, _ count: Int) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return (0..<count).reduce(0) { sum, index in
            sum | Int(bytes[offset + index]) << (8 * (isLittleEndian ? index : count - 1 - index))
        }
    }

    private static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    private static func long(_ value: Int) -> [UInt8] { short(value >> 16) + short(value & 0xFFFF) }
}
