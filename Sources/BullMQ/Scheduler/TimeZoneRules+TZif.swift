// Owns: reading compiled time zone files (RFC 8536, "TZif", versions 1 to 4).

extension TimeZoneRules {
    /// Reads the content of a file; nil if it is malformed.
    init?(tzif bytes: [UInt8]) {
        guard var block = TZifBlock(bytes, at: 0, timeSize: 4) else { return nil }
        var future: POSIXTimeZone?
        if block.version >= UInt8(ascii: "2") {
            // The first block is for readers of 1990: it ends in 2038, and may be empty.
            guard let wide = TZifBlock(bytes, at: block.end, timeSize: 8) else { return nil }
            block = wide
            guard let footer = Self.footer(of: bytes, at: wide.end) else { return nil }
            if !footer.isEmpty {
                guard let rules = POSIXTimeZone(parsing: footer) else { return nil }
                future = rules
            }
        }
        guard let offsets = block.offsets(), let changes = block.changes(offsets), let first = offsets.first else {
            return nil
        }
        self.init(initialOffset: first, changes: changes, future: future)
    }

    /// The line after the data.
    private static func footer(of bytes: [UInt8], at start: Int) -> String? {
        let newline = UInt8(ascii: "\n")
        guard start < bytes.count, bytes[start] == newline,
            let end = bytes[(start + 1)...].firstIndex(of: newline)
        else { return nil }
        return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    }
}

/// One header with its data.
private struct TZifBlock {
    let version: UInt8
    let end: Int
    private let bytes: [UInt8]
    private let start, timeSize, timeCount, typeCount: Int

    /// - Parameter timeSize: bytes of an instant. Nil if the file ends before the block does.
    init?(_ bytes: [UInt8], at position: Int, timeSize: Int) {
        guard bytes.count >= position + 44, bytes[position..<position + 4].elementsEqual("TZif".utf8) else {
            return nil
        }
        version = bytes[position + 4]
        let counts = (0..<6).map { Self.number(bytes, at: position + 20 + $0 * 4, size: 4) }
        guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
        let (utcCount, standardCount, leapCount, nameSize) = (counts[0], counts[1], counts[2], counts[5])
        (timeCount, typeCount) = (counts[3], counts[4])
        self.bytes = bytes
        self.timeSize = timeSize
        start = position + 44
        let size =
            timeCount * (timeSize + 1) + typeCount * 6 + nameSize + leapCount * (timeSize + 4) + standardCount
            + utcCount
        end = start + size
        guard end <= bytes.count else { return nil }
    }

    /// The offset of each type.
    func offsets() -> [Int]? {
        let first = start + timeCount * (timeSize + 1)
        let offsets = (0..<typeCount).map { Self.number(bytes, at: first + $0 * 6, size: 4) }
        return offsets.allSatisfy { $0.magnitude < 200_000 } ? offsets : nil
    }

    /// The changes that concern the offset. (Others only rename the zone, or call the same offset "summer".)
    func changes(_ offsets: [Int]) -> [TimeZoneRules.Change]? {
        guard var current = offsets.first else { return nil }
        var changes: [TimeZoneRules.Change] = []
        var previous = Int.min
        for index in 0..<timeCount {
            let instant = Self.number(bytes, at: start + index * timeSize, size: timeSize)
            let type = Int(bytes[start + timeCount * timeSize + index])
            guard type < offsets.count, instant > previous else { return nil }
            previous = instant
            guard offsets[type] != current else { continue }
            changes.append(TimeZoneRules.Change(instant: instant, before: current, after: offsets[type]))
            current = offsets[type]
        }
        return changes
    }

    /// A number with its sign, most significant byte first.
    private static func number(_ bytes: [UInt8], at position: Int, size: Int) -> Int {
        let value = bytes[position..<position + size].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value))
    }
}
