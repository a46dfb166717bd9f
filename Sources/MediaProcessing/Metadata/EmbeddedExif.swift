// Where PNG and WebP keep their EXIF. ImageMagick 6 reads it from there but does not derive the orientation from it.

extension ImageFormat {
    /// The orientation, 1 to 8, that an EXIF chunk of a PNG or WebP states; nil if there is none.
    func chunkOrientation(in bytes: [UInt8]) -> Int? {
        let found: ArraySlice<UInt8>? =
            switch self {
            case .png: Self.chunk("eXIf", in: bytes, from: 8, sizeFirst: true)
            case .webp: Self.chunk("EXIF", in: bytes, from: 12, sizeFirst: false)
            default: nil
            }
        return found.flatMap { ExifBlock(Array($0)).orientation }
    }

    /// Walks PNG chunks (size, name, content, checksum; big endian) or RIFF chunks (name, size, content; little endian,
    /// even).
    private static func chunk(
        _ wanted: String, in bytes: [UInt8], from start: Int, sizeFirst isPNG: Bool
    ) -> ArraySlice<UInt8>? {
        var offset = start
        while offset + 8 <= bytes.count {
            let sizeBytes = isPNG ? bytes[offset..<offset + 4] : bytes[offset + 4..<offset + 8]
            let name = isPNG ? bytes[offset + 4..<offset + 8] : bytes[offset..<offset + 4]
            let size = (isPNG ? Array(sizeBytes) : sizeBytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
            let content = offset + 8
            guard content + size <= bytes.count else { return nil }
            if name.elementsEqual(wanted.utf8) { return bytes[content..<content + size] }
            offset = content + size + (isPNG ? 4 : size % 2)
        }
        return nil
    }
}
