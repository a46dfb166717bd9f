// Dimensions of pictures. Owns: reading them from the first bytes of PNG, JPEG, GIF and WebP files.

struct ImageSize: Equatable {
    var width: Int
    var height: Int

    /// The dimensions; nil if these are not the first bytes of a picture that is known here.
    init?(head: [UInt8]) {
        guard let size = Self.png(head) ?? Self.gif(head) ?? Self.webP(head) ?? Self.jpeg(head) else { return nil }
        self = size
    }

    private init(_ width: Int, _ height: Int) {
        self.width = width
        self.height = height
    }

    private static func png(_ head: [UInt8]) -> ImageSize? {
        guard head.count >= 24, head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
        return ImageSize(big(head, 16, 4), big(head, 20, 4))
    }

    private static func gif(_ head: [UInt8]) -> ImageSize? {
        guard head.count >= 10, head.starts(with: Array("GIF8".utf8)) else { return nil }
        return ImageSize(little(head, 6, 2), little(head, 8, 2))
    }

    private static func webP(_ head: [UInt8]) -> ImageSize? {
        guard head.count >= 30, head.starts(with: Array("RIFF".utf8)), head[8..<12].elementsEqual("WEBP".utf8) else {
            return nil
        }
        if head[12..<16].elementsEqual("VP8X".utf8) {
            return ImageSize(little(head, 24, 3) + 1, little(head, 27, 3) + 1)
        }
        if head[12..<16].elementsEqual("VP8L".utf8) {
            let bits = little(head, 21, 4)
            return ImageSize(bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        }
        return ImageSize(little(head, 26, 2) & 0x3FFF, little(head, 28, 2) & 0x3FFF)
    }

    private static func jpeg(_ head: [UInt8]) -> ImageSize? {
        guard head.starts(with: [0xFF, 0xD8]) else { return nil }
        var index = 2
        while index + 9 < head.count, head[index] == 0xFF {
            let marker = head[index + 1]
            // Start of frame, of whatever kind of compression.
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                return ImageSize(big(head, index + 7, 2), big(head, index + 5, 2))
            }
            index += 2 + big(head, index + 2, 2)
        }
        return nil
    }

    private static func big(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
        bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func little(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
        bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
