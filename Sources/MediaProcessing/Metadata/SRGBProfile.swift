// An ICC profile of sRGB, made by code: the target of every colour conversion. It is never embedded in a result.

enum SRGBProfile {
    /// The profile's bytes: ICC version 4, matrix and parametric curve of IEC 61966-2-1, adapted to D50.
    static let bytes: [UInt8] = {
        let curve = parametricCurve([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])
        let tags: [(String, [UInt8])] = [
            ("desc", text("sRGB")),
            ("cprt", text("No copyright, use freely")),
            ("wtpt", xyz([(0.9642, 1, 0.8249)])),
            ("rXYZ", xyz([(0.43607, 0.22249, 0.01392)])),
            ("gXYZ", xyz([(0.38515, 0.71687, 0.09708)])),
            ("bXYZ", xyz([(0.14307, 0.06061, 0.71410)])),
            ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
            (
                "chad",
                type("sf32")
                    + [1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678]
                    .flatMap(fixed)
            ),
        ]
        let tableSize = 4 + 12 * tags.count
        var table = word(tags.count)
        var data: [UInt8] = []
        for (name, body) in tags {
            table += Array(name.utf8) + word(128 + tableSize + data.count) + word(body.count)
            data += body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        }
        return header(size: 128 + table.count + data.count) + table + data
    }()

    private static func header(size: Int) -> [UInt8] {
        var header = word(size) + word(0) + word(0x0420_0000)
        header += Array("mntrRGB XYZ ".utf8)
        // A fixed date, so that the profile is always the same.
        for value in [2026, 1, 1, 0, 0, 0] { header += [UInt8(value >> 8), UInt8(value & 0xFF)] }
        header += Array("acsp".utf8) + word(0) + word(0) + word(0) + word(0) + word(0) + word(0) + word(0)
        header += fixed(0.9642) + fixed(1) + fixed(0.8249)
        return header + [UInt8](repeating: 0, count: 128 - header.count)
    }

    private static func text(_ text: String) -> [UInt8] {
        let characters = Array(text.utf16)
        return type("mluc") + word(1) + word(12) + Array("enUS".utf8) + word(2 * characters.count) + word(28)
            + characters.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    private static func xyz(_ values: [(Double, Double, Double)]) -> [UInt8] {
        type("XYZ ") + values.flatMap { fixed($0.0) + fixed($0.1) + fixed($0.2) }
    }

    private static func parametricCurve(_ parameters: [Double]) -> [UInt8] {
        type("para") + [0, 3, 0, 0] + parameters.flatMap(fixed)
    }

    private static func type(_ name: String) -> [UInt8] { Array(name.utf8) + word(0) }

    private static func fixed(_ value: Double) -> [UInt8] {
        word(Int(UInt32(bitPattern: Int32((value * 65536).rounded()))))
    }

    private static func word(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
