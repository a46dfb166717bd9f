// What has to be known about a colour profile without a colour library.

enum ICCProfile {
    /// Whether a profile calls itself sRGB, in either of the two text encodings of ICC descriptions.
    static func describesSRGB(_ profile: [UInt8]) -> Bool {
        mentions(profile, Array("sRGB".utf8)) || mentions(profile, "sRGB".utf8.flatMap { [0, $0] })
    }

    /// The profile's name for people, e.g. `Display P3`; nil if it has none that can be read.
    static func description(_ profile: [UInt8]) -> String? {
        func number(_ offset: Int) -> Int? {
            guard offset >= 0, offset + 4 <= profile.count else { return nil }
            return profile[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard let count = number(128), count <= 100 else { return nil }
        for place in (0..<count).map({ 132 + 12 * $0 }) where number(place) == 0x6465_7363 {
            guard let start = number(place + 4), let kind = number(start) else { return nil }
            switch kind {
            case 0x6465_7363:
                guard let size = number(start + 8), size > 1, start + 12 + size <= profile.count else { return nil }
                return String(decoding: profile[start + 12..<start + 11 + size], as: UTF8.self)
            case 0x6D6C_7563:
                guard let size = number(start + 20), let offset = number(start + 24), size > 1,
                    start + offset + size <= profile.count
                else { return nil }
                let units = stride(from: start + offset, to: start + offset + size - 1, by: 2).map {
                    UInt16(profile[$0]) << 8 | UInt16(profile[$0 + 1])
                }
                return String(decoding: units, as: UTF16.self)
            default: return nil
            }
        }
        return nil
    }

    private static func mentions(_ profile: [UInt8], _ text: [UInt8]) -> Bool {
        let head = profile.prefix(2048)
        return head.indices.contains { head[$0...].starts(with: text) }
    }
}
