// The names in an IPTC block, as photo editors write it into JPEG.

struct IPTCRecords {
    /// Who made the picture (2:80).
    private(set) var byline: String?
    /// Whom it belongs to (2:116).
    private(set) var copyright: String?

    /// Looks through the resources of Photoshop for the one that holds IPTC.
    init(photoshop bytes: [UInt8]) {
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
        }
        var offset = 0
        while offset + 12 <= bytes.count, bytes[offset..<offset + 4].elementsEqual("8BIM".utf8) {
            let kind = number(offset + 4, 2)
            let nameSize = 1 + Int(bytes[offset + 6])
            let sizePlace = offset + 6 + nameSize + nameSize % 2
            guard sizePlace + 4 <= bytes.count else { return }
            let size = number(sizePlace, 4)
            let start = sizePlace + 4
            guard size <= bytes.count - start else { return }
            if kind == 0x0404 { read(bytes[start..<start + size]) }
            offset = start + size + size % 2
        }
    }

    private mutating func read(_ records: ArraySlice<UInt8>) {
        var rest = records
        while rest.count >= 5, rest.first == 0x1C {
            let head = Array(rest.prefix(5))
            let size = Int(head[3]) << 8 | Int(head[4])
            rest = rest.dropFirst(5)
            guard size <= rest.count else { return }
            let text = String(decoding: rest.prefix(size), as: UTF8.self)
            switch (head[1], head[2]) {
            case (2, 80) where !text.isEmpty: byline = byline ?? text
            case (2, 116) where !text.isEmpty: copyright = copyright ?? text
            default: break
            }
            rest = rest.dropFirst(size)
        }
    }
}
