// The owners of one packet (coded data) and one frame (pixels or samples).

import CFFmpeg

/// Coded data of one stream; refilled again and again.
final class Packet {
    let pointer: UnsafeMutablePointer<AVPacket>

    init() throws { pointer = try LibAV.allocated(av_packet_alloc()) }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&pointer)
    }

    func clear() { av_packet_unref(pointer) }
}

/// Decoded pixels or samples; refilled again and again.
final class Frame {
    let pointer: UnsafeMutablePointer<AVFrame>

    init() throws { pointer = try LibAV.allocated(av_frame_alloc()) }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&pointer)
    }

    func clear() { av_frame_unref(pointer) }

    /// Another reference to the same data.
    func reference() throws -> Frame {
        let copy = try Frame()
        try LibAV.check(av_frame_ref(copy.pointer, pointer), "keep a frame")
        return copy
    }

    var size: PixelSize { PixelSize(width: Int(pointer.pointee.width), height: Int(pointer.pointee.height)) }

    var pixelFormat: AVPixelFormat { AVPixelFormat(pointer.pointee.format) }

    /// When a decoded frame of a stream is shown, in seconds of the file's own time, as far as that is known.
    func moment(in stream: MediaStream) -> Double? {
        let stamp = pointer.pointee.best_effort_timestamp
        return stamp == cffmpeg_no_pts ? nil : seconds(stamp, stream.timeBase)
    }
}

/// Samples waiting until there are enough for an encoder's frame.
final class SampleQueue {
    private let queue: OpaquePointer
    private let format: AVSampleFormat
    private let sampleRate: Int32
    private var layout: AVChannelLayout

    init(format: AVSampleFormat, layout: AVChannelLayout, sampleRate: Int32) throws {
        guard let queue = av_audio_fifo_alloc(format, layout.nb_channels, 4096) else {
            throw MediaError(.processingFailed, "Out of memory")
        }
        self.queue = queue
        self.format = format
        self.sampleRate = sampleRate
        self.layout = layout
    }

    deinit { av_audio_fifo_free(queue) }

    var count: Int32 { av_audio_fifo_size(queue) }

    func append(_ frame: Frame) throws {
        let samples = frame.pointer.pointee.nb_samples
        let planes = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)?
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        try LibAV.check(av_audio_fifo_write(queue, planes, samples), "keep samples")
    }

    /// Moves the oldest samples into a new frame.
    func take(_ samples: Int32) throws -> Frame {
        let frame = try Frame()
        frame.pointer.pointee.nb_samples = samples
        frame.pointer.pointee.format = format.rawValue
        frame.pointer.pointee.sample_rate = sampleRate
        try LibAV.check(av_channel_layout_copy(&frame.pointer.pointee.ch_layout, &layout), "describe channels")
        try LibAV.check(av_frame_get_buffer(frame.pointer, 0), "keep samples")
        let planes = UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)?
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        try LibAV.check(av_audio_fifo_read(queue, planes, samples), "take samples")
        return frame
    }
}
