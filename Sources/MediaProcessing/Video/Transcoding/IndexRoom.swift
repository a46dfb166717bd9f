// Room for the index in front of an MPEG-4 copy. Without it the muxer learns the index's size last, and moves the whole
// file to make room; a copy of an MPEG-4 file knows the size beforehand, since the input's index tells it.

import CFFmpeg

/// The most bytes that the index of a whole copy takes.
struct IndexRoom: Equatable {
    let bytes: Int
    /// Packets of each copied stream, by the input's indices; with more of them the room may be too small.
    let packets: [Int: Int]

    /// Measures the room; nil if the input does not tell, or if more would be reserved than `limit` bytes.
    init?(copying streams: [MediaStream], of input: MediaInput, tags: [String: String], limit: Int) {
        // Other formats have no list of all packets; fragmented files have it in many pieces.
        guard input.containerNames.contains("mp4"), streams.allSatisfy({ $0.frameCount > 0 }) else { return nil }
        let tables = streams.map { SampleTable($0) }
        guard !tables.isEmpty, tables.allSatisfy({ $0.packets > 0 }) else { return nil }
        let all = tables.reduce(0) { $0 + $1.packets }
        var bytes = 1024
        for table in tables { bytes += table.size(amongPackets: all) }
        // What is kept as text is there once for each of two ways to write it.
        for (name, value) in tags { bytes += 256 + 2 * (name.utf8.count + value.utf8.count) }
        guard bytes <= min(limit, Int(Int32.max)) else { return nil }
        self.bytes = bytes
        packets = Dictionary(
            uniqueKeysWithValues: zip(streams, tables).map { stream, table in (stream.index, table.packets) })
    }

    /// A hundredth of the file may be left unused.
    static func reasonable(for input: MediaInput) -> Int { input.bytes / 100 }
}

/// Thrown when the input turns out to hold more than it announced: the copy has to begin again without room.
struct IndexRoomExceeded: Error {}

/// What the tables of one stream hold in the result (ISO/IEC 14496-12, 8.6 and 8.7).
private struct SampleTable {
    private(set) var packets: Int
    private var durations = 2
    private var data = 0
    private let description: Int
    private let isVideo: Bool

    init(_ stream: MediaStream) {
        isVideo = stream.kind == .video
        // Headers of the track, its edits, and what the side data become.
        description = 3072 + 2 * Int(stream.parameters.pointee.extradata_size)
        let indexed = Int(avformat_index_get_entries_count(stream.pointer))
        packets = indexed
        var last: (stamp: Int64, step: Int64)?
        for number in 0..<indexed {
            guard let entry = avformat_index_get_entry(stream.pointer, Int32(number))?.pointee else { continue }
            data += Int(entry.size)
            let step = entry.timestamp - (last?.stamp ?? entry.timestamp)
            if step != last?.step { durations += 1 }
            // Times that do not grow are corrected, which makes one more step.
            if step <= 0 { durations += 1 }
            last = (entry.timestamp, step)
        }
        if stream.kind == .subtitle {
            // The muxer puts an empty text after each one.
            packets *= 2
        }
        if stream.kind == .subtitle || !Self.keepsTimes(stream) { durations = packets + 2 }
    }

    /// Whether the result counts time in the same units or in whole parts of them, so that steps stay equal.
    private static func keepsTimes(_ stream: MediaStream) -> Bool {
        guard stream.timeBase.num == 1, stream.timeBase.den > 0 else { return false }
        return stream.kind == .video || stream.sampleRate % Int(stream.timeBase.den) == 0
    }

    /// - Parameter all: Packets of all streams together.
    func size(amongPackets all: Int) -> Int {
        // A chunk ends where another stream's packet follows, and before it grows over a megabyte.
        let chunks = min(packets, 1 + all - packets + 2 * (data >> 20 + 1))
        // Its size; and of pictures when they are shown, whether they are key frames, and whether others need them.
        let perPacket = isVideo ? 4 + 8 + 4 + 4 + 1 : 4
        return description + packets * perPacket + durations * 8 + chunks * (8 + 12)
    }
}
