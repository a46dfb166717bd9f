// EXIF as far as this module needs it: neutralise what no longer holds after the pixels were turned, or write a minimal
// block with the names of those who made the picture.

/// An EXIF block: `Exif\0\0` and a TIFF structure.
struct ExifBlock: Equatable, Sendable {
    private(set) var bytes: [UInt8]
    private static let prefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
    private static let artistTag = 0x013B
    private static let copyrightTag = 0x8298
    private static let orientationTag = 0x0112

    /// Takes a block as found in a file.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A block with nothing but the given names and orientation; nil if there are none.
    init?(artist: String?, copyright: String?, orientation: Int? = nil) {
        let entries = [(Self.artistTag, artist), (Self.copyrightTag, copyright)].compactMap { tag, text in
            text.flatMap { $0.isEmpty ? nil : (tag, Array($0.utf8) + [0]) }
        }
        let count = entries.count + (orientation == nil ? 0 : 1)
        guard count > 0 else { return nil }
        var directory: [UInt8] = Self.short(count)
        var data: [UInt8] = []
        let dataStart = 8 + 2 + 12 * count + 4
        if let orientation {
            // First, since tags are in ascending order.
            directory +=
                Self.short(Self.orientationTag) + Self.short(3) + Self.long(1) + Self.short(orientation) + [0, 0]
        }
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

    /// The name of the person who made the picture.
    var artist: String? { text(Self.artistTag) }
    /// The copyright notice.
    var copyright: String? { text(Self.copyrightTag) }

    /// The orientation that the block states, 1 to 8.
    var orientation: Int? {
        guard let place = entry(Self.orientationTag).map({ $0 + 8 }) else { return nil }
        let value = number(place, 2)
        return value.flatMap { (1...8).contains($0) ? $0 : nil }
    }

    /// Sets the orientation to 1 and unlinks the embedded preview, which shows the picture as it was before.
    mutating func markUpright() {
        guard let directory else { return }
        if let place = entry(Self.orientationTag).map({ $0 + 8 }) {
            bytes.replaceSubrange(place..<place + 4, with: isLittleEndian ? [1, 0, 0, 0] : [0, 1, 0, 0])
        }
        let link = directory.upperBound
        bytes.replaceSubrange(link..<link + 4, with: [0, 0, 0, 0])
    }

    /// Where the entries of the first directory are; the link to the next directory follows them.
    var directory: Range<Int>? { number(base + 4, 4).flatMap { directory(at: base + $0) } }

    /// The entries of the directory that begins at a place.
    func directory(at place: Int) -> Range<Int>? {
        guard let count = number(place, 2) else { return nil }
        let entries = place + 2
        guard entries + 12 * count + 4 <= bytes.count else { return nil }
        return entries..<entries + 12 * count
    }

    private func entry(_ tag: Int) -> Int? { entry(tag, in: directory) }

    /// Where the entry for `tag` is.
    func entry(_ tag: Int, in directory: Range<Int>?) -> Int? {
        directory.flatMap { stride(from: $0.lowerBound, to: $0.upperBound, by: 12).first { number($0, 2) == tag } }
    }

    private func text(_ tag: Int) -> String? { text(tag, in: directory) }

    /// The text that an entry holds.
    func text(_ tag: Int, in directory: Range<Int>?) -> String? {
        guard let entry = entry(tag, in: directory), number(entry + 2, 2) == 2, let count = number(entry + 4, 4),
            let start = count <= 4 ? entry + 8 : number(entry + 8, 4).map({ base + $0 }), start + count <= bytes.count
        else { return nil }
        let text = String(decoding: bytes[start..<start + count].prefix { $0 != 0 }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    /// Where the TIFF structure begins, from which all places are counted.
    var base: Int { bytes.starts(with: Self.prefix) ? Self.prefix.count : 0 }
    private var isLittleEndian: Bool { bytes.count > base && bytes[base] == 0x49 }

    /// A number in the block's byte order; nil beyond its end.
    func number(_ offset: Int, _ count: Int) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return (0..<count).reduce(0) { sum, index in
            sum | Int(bytes[offset + index]) << (8 * (isLittleEndian ? index : count - 1 - index))
        }
    }

    private static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    private static func long(_ value: Int) -> [UInt8] { short(value >> 16) + short(value & 0xFFFF) }
}
