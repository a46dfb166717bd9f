// Frame durations of animated WebP. ImageMagick 6 starts each frame at the moment it should end, so that every frame is
// shown for the duration of the next one and the last for an average. Owns: the cure.

struct WebPTiming {
    /// How long each frame is to be shown, in milliseconds.
    var delays: [Int]

    /// What to tell ImageMagick for a frame so that the file gets the right duration: the one of the frame before.
    func delayToSet(at index: Int) -> Int { Self.written(delays[index == 0 ? 0 : index - 1]) }

    /// Writes the duration of the last frame into the file: the whole minus all others. (Equal frames in a row are
    /// merged by the encoder, so the file may have fewer frames than were given.)
    func repair(_ bytes: inout [UInt8]) {
        var frames: [(offset: Int, duration: Int)] = []
        var offset = 12
        while offset + 8 <= bytes.count {
            let size = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
            if bytes[offset..<offset + 4].elementsEqual("ANMF".utf8), offset + 24 <= bytes.count {
                let place = offset + 8 + 12
                frames.append((place, (0..<3).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }))
            }
            offset += 8 + size + size % 2
        }
        guard let last = frames.last else { return }
        let total = delays.reduce(0) { $0 + Self.written($1) }
        let rest = total - frames.dropLast().reduce(0) { $0 + $1.duration }
        guard (0..<1 << 24).contains(rest) else { return }
        for index in 0..<3 { bytes[last.offset + index] = UInt8(truncatingIfNeeded: rest >> (8 * index)) }
    }

    /// Durations below 10 ms are shown as 100 ms, as browsers do; the writer of ImageMagick replaces them so, too.
    private static func written(_ delay: Int) -> Int { delay < 10 ? 100 : delay / 10 * 10 }
}
