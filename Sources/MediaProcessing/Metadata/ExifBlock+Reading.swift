// What EXIF tells about how a picture was taken: only what can be told to anybody. Where it was taken is answered with
// yes or no; owners, serial numbers and maker notes are never read.

extension ExifBlock {
    private enum Tag {
        static let make = 0x010F
        static let model = 0x0110
        static let software = 0x0131
        static let exifDirectory = 0x8769
        static let gpsDirectory = 0x8825
        static let exposureTime = 0x829A
        static let aperture = 0x829D
        static let sensitivity = 0x8827
        static let taken = 0x9003
        static let flash = 0x9209
        static let focalLength = 0x920A
        static let lens = 0xA434
    }

    /// Whether the block says where the picture was taken.
    var hasLocation: Bool {
        guard let place = entry(Tag.gpsDirectory, in: directory), let start = number(place + 8, 4) else { return false }
        // An empty directory, or one with nothing but its version, tells no place.
        return (number(base + start, 2) ?? 0) > 1
    }

    /// Whether there is a second directory, which holds a preview.
    var hasThumbnail: Bool {
        directory.flatMap { number($0.upperBound, 4) }.map { $0 != 0 } ?? false
    }

    /// Camera, lens and exposure, by the names they have in a result.
    var publicFacts: [String: MediaValue] {
        let taking = entry(Tag.exifDirectory, in: directory).flatMap { number($0 + 8, 4) }
            .flatMap { directory(at: base + $0) }
        var facts: [String: MediaValue] = [:]
        let texts = [
            ("make", Tag.make, directory), ("model", Tag.model, directory), ("software", Tag.software, directory),
            ("lens", Tag.lens, taking), ("taken_at", Tag.taken, taking),
        ]
        for (name, tag, directory) in texts {
            if let value = text(tag, in: directory) { facts[name] = .text(value) }
        }
        let ratios = [
            ("exposure_seconds", Tag.exposureTime), ("f_number", Tag.aperture),
            ("focal_length_mm", Tag.focalLength),
        ]
        for (name, tag) in ratios {
            if let value = ratio(tag, in: taking) { facts[name] = .number(value) }
        }
        if let value = short(Tag.sensitivity, in: taking) { facts["iso"] = .integer(value) }
        if let value = short(Tag.flash, in: taking) { facts["flash"] = .boolean(value & 1 == 1) }
        return facts
    }

    private func ratio(_ tag: Int, in directory: Range<Int>?) -> Double? {
        guard let place = entry(tag, in: directory), number(place + 2, 2) == 5, let start = number(place + 8, 4),
            let over = number(base + start, 4), let under = number(base + start + 4, 4), under > 0
        else { return nil }
        return Double(over) / Double(under)
    }

    private func short(_ tag: Int, in directory: Range<Int>?) -> Int? {
        entry(tag, in: directory).flatMap { number($0 + 2, 2) == 3 ? number($0 + 8, 2) : nil }
    }
}
