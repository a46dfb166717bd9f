// The byte that aligns a TIFF's directory. ImageMagick's memory blob leaves it as it happened to be, so that the same
// picture would not always give the same bytes.

enum TIFFPadding {
    /// Sets the bytes between the picture data and the directory to zero.
    static func clear(_ bytes: inout [UInt8]) {
        guard bytes.count > 8 else { return }
        let little = bytes[0] == 0x49
        func number(_ offset: Int, _ count: Int) -> Int {
            guard offset >= 0, offset + count <= bytes.count else { return 0 }
            return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * (little ? $1 : count - 1 - $1)) }
        }
        /// Values of a directory entry of type SHORT (3) or LONG (4), in place or by reference.
        func values(_ entry: Int) -> [Int] {
            let width = number(entry + 2, 2) == 3 ? 2 : 4
            let count = min(number(entry + 4, 4), bytes.count)
            let start = count * width <= 4 ? entry + 8 : number(entry + 8, 4)
            return (0..<count).map { number(start + $0 * width, width) }
        }
        let directory = number(4, 4)
        var offsets: [Int] = []
        var sizes: [Int] = []
        for entry in (0..<number(directory, 2)).map({ directory + 2 + 12 * $0 }) {
            switch number(entry, 2) {
            case 273: offsets = values(entry)
            case 279: sizes = values(entry)
            default: break
            }
        }
        let end = zip(offsets, sizes).map { $0 + $1 }.max() ?? directory
        guard end > 8, end < directory, directory <= bytes.count else { return }
        for index in end..<directory { bytes[index] = 0 }
    }
}
