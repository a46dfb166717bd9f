// Removing metadata from JPEG, segment by segment (media.md §15).

struct JPEGSegments {
    private let reader: ByteReader
    private let removal: MetadataRemoval

    init(_ bytes: [UInt8], _ removal: MetadataRemoval) {
        reader = ByteReader(bytes: bytes, format: .jpeg)
        self.removal = removal
    }

    func stripped() throws -> StrippedFile {
        var file = StrippedFile()
        file.bytes.reserveCapacity(reader.bytes.count)
        file.bytes += try reader.slice(0, 2)
        /// Where the little EXIF that stays is put: after JFIF, before everything else.
        var residuePlace = 2
        var scans = 0
        var offset = 2
        while true {
            let marker = try marker(at: &offset)
            switch marker {
            case 0xD9:
                guard scans > 0 else { throw reader.format.damaged("it has no picture data") }
                file.bytes += [0xFF, 0xD9]
                file.removeTrailer(bytes: reader.bytes.count - offset)
                insertResidue(into: &file, at: residuePlace)
                return file
            case 0xD0...0xD7, 0x01:
                // Restart markers stand inside picture data, which is copied as a whole; elsewhere they mean nothing.
                continue
            case 0x00, 0xD8: throw reader.format.damaged("marker \(marker) where a segment should begin")
            default: break
            }
            let size = try reader.big(offset, 2)
            guard size >= 2 else { throw reader.format.damaged("a segment of \(size) bytes") }
            let content = try reader.slice(offset + 2, size - 2)
            let kept = try sort(marker, content, into: &file)
            if let kept {
                file.bytes += [0xFF, marker, UInt8((kept.count + 2) >> 8), UInt8((kept.count + 2) & 0xFF)] + kept
                if marker == 0xE0 { residuePlace = file.bytes.count }
            }
            offset += size
            if marker == 0xDA {
                scans += 1
                let end = endOfScan(from: offset)
                file.bytes += reader.bytes[offset..<end]
                offset = end
            }
        }
    }

    /// The marker at `offset`, which then points behind it. Any number of 0xFF may fill the gap before it.
    private func marker(at offset: inout Int) throws -> UInt8 {
        guard try reader.big(offset, 1) == 0xFF else {
            throw reader.format.damaged("no marker where a segment should begin")
        }
        while try reader.big(offset, 1) == 0xFF { offset += 1 }
        offset += 1
        return reader.bytes[offset - 1]
    }

    /// Where the entropy-coded data that begins at `start` ends: at a marker that is neither a stuffed byte nor a
    /// restart.
    private func endOfScan(from start: Int) -> Int {
        reader.bytes.withUnsafeBufferPointer { bytes in
            var offset = start
            while offset + 1 < bytes.count {
                let next = bytes[offset + 1]
                if bytes[offset] == 0xFF, next != 0, !(0xD0...0xD7).contains(next) { return offset }
                offset += 1
            }
            return bytes.count
        }
    }

    /// What stays of a segment; nil if nothing does.
    private func sort(
        _ marker: UInt8, _ content: ArraySlice<UInt8>, into file: inout StrippedFile
    ) throws -> ArraySlice<UInt8>? {
        let size = content.count + 4
        switch marker {
        case 0xE0 where content.starts(with: "JFIF\0".utf8): return jfif(content, &file)
        case 0xE0 where content.starts(with: "JFXX\0".utf8): file.remove("thumbnail", bytes: size)
        case 0xE1 where content.starts(with: "Exif\0".utf8): file.removeExif(content, bytes: size)
        case 0xE1
        where content.starts(with: "http://ns.adobe.com/xap/1.0/".utf8)
            || content.starts(with: "http://ns.adobe.com/xmp/extension/".utf8):
            file.remove("xmp", bytes: size)
        case 0xE2 where content.starts(with: "ICC_PROFILE\0".utf8) && content.count > 14:
            file.profile += content.dropFirst(14)
            if removal.profile == .keep { return content }
            file.remove("icc", bytes: size)
        case 0xE2 where content.starts(with: "MPF\0".utf8): file.remove("mpf", bytes: size)
        case 0xEB where content.starts(with: "JP".utf8):
            if !removal.removesCredentials {
                file.keptCredentials = true
                return content
            }
            file.remove("c2pa", bytes: size)
        case 0xED where content.starts(with: "Photoshop 3.0\0".utf8):
            let names = IPTCRecords(photoshop: Array(content.dropFirst(14)))
            file.credit.add(artist: names.byline, copyright: names.copyright)
            file.remove("iptc", bytes: size)
        case 0xEE where content.starts(with: "Adobe".utf8) && content.count >= 12:
            // Says how colours were transformed: without it CMYK and some RGB pictures come out wrong.
            return content.prefix(12)
        case 0xE0...0xEF: file.remove("app\(marker - 0xE0)", bytes: size)
        case 0xFE: file.remove("comment", bytes: size)
        default: return content
        }
        return nil
    }

    /// JFIF without its uncompressed preview.
    private func jfif(_ content: ArraySlice<UInt8>, _ file: inout StrippedFile) -> ArraySlice<UInt8>? {
        guard content.count > 14 else { return content.count == 14 ? content : nil }
        file.remove("thumbnail", bytes: content.count - 14)
        return content.prefix(12) + [0, 0]
    }

    private func insertResidue(into file: inout StrippedFile, at place: Int) {
        guard let residue = removal.residue(of: file.credit, orientation: file.orientation) else { return }
        let size = residue.bytes.count + 2
        guard size <= 0xFFFF else { return }
        file.bytes.insert(contentsOf: [0xFF, 0xE1, UInt8(size >> 8), UInt8(size & 0xFF)] + residue.bytes, at: place)
    }
}
