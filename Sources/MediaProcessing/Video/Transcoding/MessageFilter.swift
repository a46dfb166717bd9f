// Removes what encoders write about themselves into H.264 and H.265 streams: messages of the kind "user data
// unregistered". All other messages stay, since captions and high dynamic range live there (media.md §15).

import CFFmpeg

/// Rewrites what is copied of one stream.
final class MessageFilter {
    enum Codec {
        case h264, hevc
    }

    private let codec: Codec
    /// Bytes of the length before each unit; nil if units begin with start codes.
    private let lengthSize: Int?
    /// Messages that were removed.
    private(set) var removed = 0

    /// Makes a filter, or nil for codecs without such messages.
    init?(_ stream: MediaStream) {
        switch stream.codec {
        case AV_CODEC_ID_H264: codec = .h264
        case AV_CODEC_ID_HEVC: codec = .hevc
        default: return nil
        }
        let parameters = stream.parameters.pointee
        let count = Int(parameters.extradata_size)
        guard let start = parameters.extradata, count >= 7, start[0] == 1 else {
            lengthSize = nil
            return
        }
        let position = codec == .h264 ? 4 : 21
        lengthSize = count > position ? Int(start[position] & 3) + 1 : 4
    }

    init(codec: Codec, lengthSize: Int?) {
        self.codec = codec
        self.lengthSize = lengthSize
    }

    /// Removes the messages from a packet, of which nothing may be left.
    func apply(to packet: Packet) throws {
        guard let data = packet.pointer.pointee.data else { return }
        let bytes = UnsafeBufferPointer(start: data, count: Int(packet.pointer.pointee.size))
        guard let rewritten = rewritten(bytes) else { return }
        // The data may be shared with the demuxer's buffer.
        try LibAV.check(av_packet_make_writable(packet.pointer), "change a packet")
        rewritten.bytes.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { packet.pointer.pointee.data.update(from: start, count: source.count) }
        }
        av_shrink_packet(packet.pointer, Int32(rewritten.bytes.count))
        removed += rewritten.removed
    }

    /// Removes the messages from what a file says about the stream before its first packet.
    func apply(to parameters: UnsafeMutablePointer<AVCodecParameters>) {
        guard let start = parameters.pointee.extradata else { return }
        let bytes = UnsafeMutableBufferPointer(start: start, count: Int(parameters.pointee.extradata_size))
        guard let rewritten = rewritten(header: UnsafeBufferPointer(bytes)) else { return }
        let rest = bytes[rewritten.bytes.count...]
        _ = bytes.update(fromContentsOf: rewritten.bytes)
        // Readers may look a little beyond the end, and shall find zeros.
        UnsafeMutableBufferPointer(rebasing: rest).update(repeating: 0)
        parameters.pointee.extradata_size = Int32(rewritten.bytes.count)
        removed += rewritten.removed
    }

    /// The header without the messages; nil if there is nothing to remove, or it is not understood.
    ///
    /// H.265 has lists of units by kind there (ISO/IEC 14496-15, 8.3.3.1); those of H.264 hold no messages.
    func rewritten(header: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], removed: Int)? {
        guard lengthSize != nil else { return rewritten(header) }
        guard codec == .hevc, header.count > Self.listCount else { return nil }
        var result = Array(header[...Self.listCount])
        result[Self.listCount] = 0
        var position = Self.listCount + 1
        var removed = 0
        for _ in 0..<header[Self.listCount] {
            guard let kind = header[position...].first,
                let list = keptUnits(header, from: &position, &removed)
            else { return nil }
            guard list.count > 0 else { continue }
            result[Self.listCount] += 1
            result += [kind] + Self.bigEndian(list.count) + list.bytes
        }
        return removed > 0 ? (result, removed) : nil
    }

    /// Where the number of lists is.
    private static let listCount = 22

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    /// The units of a list that are left; nil if it is cut off.
    private func keptUnits(
        _ header: UnsafeBufferPointer<UInt8>, from position: inout Int, _ removed: inout Int
    ) -> (count: Int, bytes: [UInt8])? {
        func number() -> Int? {
            guard header.count - position >= 2 else { return nil }
            defer { position += 2 }
            return Int(header[position]) << 8 | Int(header[position + 1])
        }
        position += 1
        guard let count = number() else { return nil }
        var list: (count: Int, bytes: [UInt8]) = (0, [])
        for _ in 0..<count {
            guard let length = number(), length <= header.count - position else { return nil }
            let unit = header[position..<position + length]
            position += length
            var bytes: [UInt8]? = Array(unit)
            if isMessage(unit), let kept = keptMessages(unit), kept.removed > 0 {
                removed += kept.removed
                bytes = kept.bytes
            }
            guard let bytes else { continue }
            list.count += 1
            list.bytes += Self.bigEndian(bytes.count) + bytes
        }
        return list
    }

    /// The units without the messages; nil if there is nothing to remove, or the data are not understood.
    func rewritten(_ bytes: UnsafeBufferPointer<UInt8>) -> (bytes: [UInt8], removed: Int)? {
        guard let units = units(of: bytes), units.contains(where: { isMessage(bytes[$0.content]) }) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var removed = 0
        for unit in units {
            let content = bytes[unit.content]
            guard isMessage(content), let kept = keptMessages(content) else {
                result.append(contentsOf: bytes[unit.whole])
                continue
            }
            removed += kept.removed
            if kept.removed == 0 {
                result.append(contentsOf: bytes[unit.whole])
            } else if let unitBytes = kept.bytes {
                append(unitBytes, to: &result)
            }
        }
        return removed > 0 ? (result, removed) : nil
    }

    private struct Unit {
        /// With its length or start code.
        var whole: Range<Int>
        var content: Range<Int>
    }

    private func units(of bytes: UnsafeBufferPointer<UInt8>) -> [Unit]? {
        guard let lengthSize else { return unitsByStartCode(bytes) }
        var units: [Unit] = []
        var position = 0
        while position < bytes.count {
            guard position + lengthSize <= bytes.count else { return nil }
            let length = bytes[position..<position + lengthSize].reduce(0) { $0 << 8 | Int($1) }
            let start = position + lengthSize
            guard length <= bytes.count - start else { return nil }
            units.append(Unit(whole: position..<start + length, content: start..<start + length))
            position = start + length
        }
        return units
    }

    private func unitsByStartCode(_ bytes: UnsafeBufferPointer<UInt8>) -> [Unit]? {
        var starts: [(code: Int, content: Int)] = []
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
                starts.append((index > 0 && bytes[index - 1] == 0 ? index - 1 : index, index + 3))
                index += 3
            } else {
                index += 1
            }
        }
        guard let first = starts.first, first.code == 0 else { return nil }
        return starts.indices.map { number in
            let end = number + 1 < starts.count ? starts[number + 1].code : bytes.count
            let content = min(starts[number].content, end)
            return Unit(whole: starts[number].code..<end, content: content..<end)
        }
    }

    private var headerSize: Int { codec == .h264 ? 1 : 2 }

    private func isMessage(_ unit: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard unit.count > headerSize, let first = unit.first else { return false }
        switch codec {
        case .h264: return first & 0x1F == 6
        case .hevc: return [39, 40].contains(first >> 1 & 0x3F)
        }
    }

    private static let unregistered = 5

    /// The unit without unregistered user data: nil bytes if nothing is left; nil if it is not understood.
    private func keptMessages(
        _ unit: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (bytes: [UInt8]?, removed: Int)? {
        let payload = Self.withoutEscapes(unit.dropFirst(headerSize))
        var kept: [UInt8] = []
        var removed = 0
        var position = 0
        // The end is marked by a byte 0x80.
        while position < payload.count, !(payload[position] == 0x80 && position >= payload.count - 1) {
            let start = position
            guard let type = Self.number(payload, &position), let size = Self.number(payload, &position),
                size <= payload.count - position
            else { return nil }
            position += size
            if type == Self.unregistered {
                removed += 1
            } else {
                kept.append(contentsOf: payload[start..<position])
            }
            // Some writers fill up with zeros.
            if payload[position...].allSatisfy({ $0 == 0 || $0 == 0x80 }) { break }
        }
        guard !kept.isEmpty else { return (nil, removed) }
        return (Array(unit.prefix(headerSize)) + Self.withEscapes(kept + [0x80]), removed)
    }

    private static func number(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var value = 0
        while position < bytes.count, bytes[position] == 0xFF {
            value += 255
            position += 1
        }
        guard position < bytes.count else { return nil }
        value += Int(bytes[position])
        position += 1
        return value
    }

    private static func withoutEscapes(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            result.append(byte)
        }
        return result
    }

    private static func withEscapes(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte <= 3 {
                result.append(3)
                zeros = 0
            }
            zeros = byte == 0 ? zeros + 1 : 0
            result.append(byte)
        }
        return result
    }

    private func append(_ unit: [UInt8], to result: inout [UInt8]) {
        if let lengthSize {
            for shift in stride(from: (lengthSize - 1) * 8, through: 0, by: -8) {
                result.append(UInt8(truncatingIfNeeded: unit.count >> shift))
            }
        } else {
            result += [0, 0, 0, 1]
        }
        result += unit
    }
}
