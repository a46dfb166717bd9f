// One input to one output: reads packets, hands them to the tracks, writes what comes back.

import CFFmpeg

/// What a result is made of.
struct TranscodingPlan {
    var container: MediaContainer
    var video: VideoTreatment = .drop
    var audio: [AudioTreatment] = []
    /// Text streams that are copied.
    var subtitles: [MediaStream] = []
    /// Stretches of the input, in seconds from its start, that follow each other in the result.
    var segments: [Segment] = [.whole]
    /// The file's own tags.
    var tags: [String: String] = [:]
    /// Applied to a copied video stream.
    var messageFilter: MessageFilter?
    /// Whether room for the index may be reserved where its size is known beforehand.
    var mayReserveIndex = true

    /// The streams of a plan that copies them from beginning to end; nil if it does anything else.
    var wholeCopies: [MediaStream]? {
        guard segments == [.whole] else { return nil }
        var streams = subtitles
        switch video {
        case .copy(let stream): streams.append(stream)
        case .encode: return nil
        case .drop: break
        }
        for treatment in audio {
            switch treatment {
            case .copy(let stream): streams.append(stream)
            case .encode: return nil
            case .drop: break
            }
        }
        return streams
    }
}

/// What became of a plan.
struct TranscodingOutcome {
    var warnings: [String] = []
    var frames = 0
}

final class Transcoder {
    private let input: MediaInput
    private let plan: TranscodingPlan
    private let work: Work
    private let progress: (Double) throws -> Void

    private let output: MediaOutput?
    private var video: VideoTrack?
    private var audio: [Int: AudioTrack] = [:]
    private var copies: [Int: CopiedTrack] = [:]
    private let packet: Packet
    private var lastMoment = 0.0

    /// Prepares everything; nothing is written before ``run()``.
    ///
    /// - Parameters:
    ///   - file: Where the result goes; nil decodes and encodes without writing, for the first of two passes.
    ///   - progress: Receives fractions from 0 to 1, and may throw to stop.
    init(
        _ input: MediaInput, _ plan: TranscodingPlan, to file: PendingFile?, work: Work,
        progress: @escaping (Double) throws -> Void
    ) throws {
        self.input = input
        self.plan = plan
        self.work = work
        self.progress = progress
        packet = try Packet()
        let output = try file.map { try MediaOutput($0, muxer: plan.container.muxer) }
        self.output = output
        try prepareVideo(output)
        try prepareAudio(output)
        for stream in plan.subtitles {
            guard let output else { break }
            let target = try output.addStream(copying: stream, tags: Self.keptTags(stream))
            copies[stream.index] = CopiedTrack(stream: stream, target: target, output: output, filter: nil)
        }
        output?.setTags(plan.tags)
        input.select(Set(copies.keys).union(audio.keys).union(videoIndex.map { [$0] } ?? []))
    }

    private var videoIndex: Int? {
        if case .encode(let stream, _) = plan.video { stream.index } else { nil }
    }

    private func prepareVideo(_ output: MediaOutput?) throws {
        switch plan.video {
        case .drop: break
        case .copy(let stream):
            guard let output else { break }
            let target = try output.addStream(copying: stream, tags: Self.keptTags(stream))
            plan.messageFilter?.apply(to: target.pointer.pointee.codecpar)
            copies[stream.index] = CopiedTrack(
                stream: stream, target: target, output: output, filter: plan.messageFilter)
        case .encode(let stream, let recipe):
            let slot = StreamSlot(output)
            let track = try VideoTrack(
                stream, recipe, limits: input.limits, globalHeader: output?.wantsGlobalHeaders ?? true,
                write: slot.write)
            slot.stream = try output?.addStream(track.codec, tags: Self.keptTags(stream))
            video = track
        }
    }

    private func prepareAudio(_ output: MediaOutput?) throws {
        for treatment in plan.audio {
            switch treatment {
            case .drop: break
            case .copy(let stream):
                guard let output else { break }
                let target = try output.addStream(copying: stream, tags: Self.keptTags(stream))
                copies[stream.index] = CopiedTrack(stream: stream, target: target, output: output, filter: nil)
            case .encode(let stream, let recipe):
                let slot = StreamSlot(output)
                let track = try AudioTrack(
                    stream, recipe, limits: input.limits, globalHeader: output?.wantsGlobalHeaders ?? true,
                    write: slot.write)
                slot.stream = try output?.addStream(track.codec, tags: Self.keptTags(stream))
                audio[stream.index] = track
            }
        }
    }

    /// The language helps to choose a sound; everything else says more about where a file comes from.
    private static func keptTags(_ stream: MediaStream) -> [String: String] {
        guard let language = stream.tags["language"], language.count <= 8 else { return [:] }
        return ["language": language]
    }

    /// Makes the result.
    func run() throws -> TranscodingOutcome {
        try output?.writeHeader(index: placeIndex())
        let start = startOfInput
        let total = totalLength(start)
        var done = 0.0
        for (index, segment) in plan.segments.enumerated() {
            let range = (start: start + segment.start, end: segment.end.map { start + $0 } ?? .infinity)
            try begin(segment, range, offset: done, isFirst: index == 0)
            try read(until: range, offset: done, total: total)
            try video?.finishSegment()
            for track in audio.values { try track.finishSegment() }
            if let end = segment.end { done += end - segment.start }
        }
        try work.checkCancelled()
        try video?.finish()
        for index in audio.keys.sorted() { try audio[index]?.finish() }
        var outcome = try judge(total: total, start: start)
        try output?.writeTrailer()
        outcome.frames = video?.frames ?? copiedFrames
        return outcome
    }

    private func placeIndex() -> IndexPlacement {
        guard plan.container.hasIndexInFront else { return .asUsual }
        guard plan.mayReserveIndex, let streams = plan.wholeCopies,
            let room = IndexRoom(
                copying: streams, of: input, tags: plan.tags, limit: IndexRoom.reasonable(for: input))
        else { return .moved }
        for (index, packets) in room.packets { copies[index]?.mostPackets = packets }
        return .reserved(bytes: room.bytes)
    }

    private var copiedFrames: Int {
        if case .copy(let stream) = plan.video { copies[stream.index]?.packets ?? 0 } else { 0 }
    }

    /// The earliest moment of what is used.
    private var startOfInput: Double {
        let used = input.streams.filter { stream in
            stream.index == videoIndex || audio[stream.index] != nil || copies[stream.index] != nil
        }
        return used.compactMap(\.start).min() ?? input.start
    }

    private func totalLength(_ start: Double) -> Double? {
        let whole = input.duration
        var total = 0.0
        for segment in plan.segments {
            guard let end = segment.end ?? whole else { return nil }
            total += max(0, min(end, whole ?? end) - segment.start)
        }
        return total > 0 ? total : nil
    }

    private func begin(
        _ segment: Segment, _ range: (start: Double, end: Double), offset: Double, isFirst: Bool
    ) throws {
        let jumps = !isFirst || segment.start > 0 || input.wasRead
        if jumps, let stream = guide { try input.seek(to: range.start, in: stream) }
        let isPart = plan.segments.count > 1
        video?.begin(range, offset: offset, afterJump: jumps)
        for track in audio.values {
            let length = isPart ? segment.end.map { $0 - segment.start } : nil
            track.begin(range, exactLength: length, afterJump: jumps)
        }
        for track in copies.values { track.begin(range) }
    }

    /// The stream whose key frames decide where reading starts.
    private var guide: MediaStream? {
        switch plan.video {
        case .encode(let stream, _), .copy(let stream): return stream
        case .drop: break
        }
        let first = audio.keys.min() ?? copies.keys.min()
        return input.streams.first { $0.index == first }
    }

    private func read(until range: (start: Double, end: Double), offset: Double, total: Double?) throws {
        while try input.read(into: packet) {
            try work.checkCancelled()
            let index = Int(packet.pointer.pointee.stream_index)
            if let moment = moment(of: packet, index) {
                lastMoment = max(lastMoment, moment)
                if let total { try progress(min(1, max(0, (offset + moment - range.start) / total))) }
            }
            if index == videoIndex {
                try video?.take(packet)
            } else if let track = audio[index] {
                try track.take(packet)
            } else if let track = copies[index] {
                try track.take(packet)
            }
            if isPastEnd { break }
        }
    }

    private func moment(of packet: Packet, _ index: Int) -> Double? {
        let stamp = packet.pointer.pointee.dts
        guard stamp != cffmpeg_no_pts, let stream = input.streams.first(where: { $0.index == index }) else {
            return nil
        }
        return seconds(stamp, stream.timeBase)
    }

    private var isPastEnd: Bool {
        (video?.isPastEnd ?? true) && audio.values.allSatisfy(\.isPastEnd) && copies.values.allSatisfy(\.isPastEnd)
    }

    /// Refuses results of inputs that were mostly damaged, and tells of smaller damage.
    private func judge(total: Double?, start: Double) throws -> TranscodingOutcome {
        var outcome = TranscodingOutcome()
        if let video {
            if let warning = try video.checkHealth() { outcome.warnings.append(warning) }
            guard video.frames > 0 else {
                throw MediaError(.corruptInput, "There are no pictures in the part that was asked for")
            }
        }
        for index in audio.keys.sorted() {
            if let warning = try audio[index]?.checkHealth() { outcome.warnings.append(warning) }
        }
        if video == nil, audio.isEmpty, copies.values.allSatisfy({ $0.packets == 0 }) {
            throw MediaError(.corruptInput, "The input holds no data")
        }
        if input.isBroken { outcome.warnings.append(MediaInput.brokenWarning) }
        if plan.segments == [.whole], let total, total > 2, lastMoment - start < 0.9 * total - 1 {
            outcome.warnings.append(
                "The input ends early: \(decimal(lastMoment - start).dropLast(5)) of "
                    + "\(decimal(total).dropLast(5)) seconds could be read")
        }
        return outcome
    }
}

/// Where an encoder's packets go once the stream exists that they belong to.
private final class StreamSlot {
    private let output: MediaOutput?
    var stream: OutputStream?

    init(_ output: MediaOutput?) { self.output = output }

    func write(_ packet: Packet, _ timeBase: AVRational) throws {
        guard let output, let stream else { return }
        try output.write(packet, to: stream, timeBase: timeBase)
    }
}

/// A stream whose packets go to the result as they are, only with other times.
private final class CopiedTrack {
    private let stream: MediaStream
    private let target: OutputStream
    private let output: MediaOutput
    private let filter: MessageFilter?
    private var range: (start: Double, end: Double) = (0, .infinity)
    private var lastStamp: Int64?
    private var lastDuration: Int64 = 0
    private(set) var packets = 0
    /// For how many packets there is room.
    var mostPackets = Int.max
    private(set) var isPastEnd = false

    init(stream: MediaStream, target: OutputStream, output: MediaOutput, filter: MessageFilter?) {
        self.stream = stream
        self.target = target
        self.output = output
        self.filter = filter
    }

    func begin(_ range: (start: Double, end: Double)) {
        self.range = range
        isPastEnd = false
    }

    func take(_ packet: Packet) throws {
        let shift = Int64((range.start / stream.timeBase.value).rounded())
        if packet.pointer.pointee.dts == cffmpeg_no_pts {
            guard let stamp = missingStamp(packet, shift: shift) else { return }
            packet.pointer.pointee.dts = stamp
        }
        if seconds(packet.pointer.pointee.dts, stream.timeBase) >= range.end {
            isPastEnd = true
            return
        }
        if packet.pointer.pointee.pts != cffmpeg_no_pts { packet.pointer.pointee.pts -= shift }
        packet.pointer.pointee.dts -= shift
        // Containers want decoding times that grow.
        if let lastStamp, packet.pointer.pointee.dts <= lastStamp {
            packet.pointer.pointee.dts = lastStamp + 1
            if packet.pointer.pointee.pts < packet.pointer.pointee.dts {
                packet.pointer.pointee.pts = packet.pointer.pointee.dts
            }
        }
        lastStamp = packet.pointer.pointee.dts
        lastDuration = packet.pointer.pointee.duration
        if let filter {
            try filter.apply(to: packet)
            guard packet.pointer.pointee.size > 0 else { return }
        }
        packets += 1
        guard packets <= mostPackets else { throw IndexRoomExceeded() }
        try output.write(packet, to: target, timeBase: stream.timeBase)
    }

    /// Some containers do not say when the first packets are decoded: as much earlier than shown as frames are reordered.
    private func missingStamp(_ packet: Packet, shift: Int64) -> Int64? {
        if let lastStamp { return lastStamp + shift + max(1, lastDuration) }
        let shown = packet.pointer.pointee.pts
        guard shown != cffmpeg_no_pts else { return nil }
        let reordered = Double(stream.parameters.pointee.video_delay)
        let delay = reordered / (stream.frameRate ?? 25) / stream.timeBase.value
        return shown - Int64(delay.rounded())
    }
}
