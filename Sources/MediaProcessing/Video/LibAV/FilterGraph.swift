// The owner of one filter graph: a chain of steps whose settings are names and values, never parsed from one text.

import CFFmpeg

/// One filter and its settings.
struct FilterStep {
    var name: String
    var options: [(name: String, value: String)]

    init(_ name: String, _ options: [(name: String, value: String)] = []) {
        self.name = name
        self.options = options
    }
}

/// What goes into or comes out of a graph.
enum FilterFormat {
    /// Frames of a size, pixel format, time base, pixel aspect and rate.
    case video(Frame, timeBase: AVRational, pixelAspect: AVRational, frameRate: AVRational?)
    /// Samples with a rate, format and layout.
    case audio(Frame, timeBase: AVRational)
}

final class FilterGraph {
    private let graph: UnsafeMutablePointer<AVFilterGraph>
    private let sources: [UnsafeMutablePointer<AVFilterContext>]
    private let sink: UnsafeMutablePointer<AVFilterContext>

    /// Builds a chain for frames like the first one of the stream.
    ///
    /// - Parameters:
    ///   - format: What will be pushed.
    ///   - steps: The chain. The filter that takes a second input gets it from `side`.
    ///   - side: What will be pushed into the last step as its second input.
    init(_ format: FilterFormat, steps: [FilterStep], side: FilterFormat? = nil) throws {
        let graph = try LibAV.allocated(avfilter_graph_alloc())
        var owned: UnsafeMutablePointer<AVFilterGraph>? = graph
        do {
            var sources = [try Self.source(format, in: graph, name: "in")]
            var last = sources[0]
            for (index, step) in steps.enumerated() {
                let filter = try Self.filter(step, in: graph, name: "step\(index)")
                try LibAV.check(avfilter_link(last, 0, filter, 0), "connect the filter \(step.name)")
                if index == steps.count - 1, let side {
                    let second = try Self.source(side, in: graph, name: "side")
                    try LibAV.check(avfilter_link(second, 0, filter, 1), "connect the filter \(step.name)")
                    sources.append(second)
                }
                last = filter
            }
            let isVideo = if case .video = format { true } else { false }
            let sink = try Self.filter(
                FilterStep(isVideo ? "buffersink" : "abuffersink"), in: graph, name: "out")
            try LibAV.check(avfilter_link(last, 0, sink, 0), "connect the filters")
            try LibAV.check(avfilter_graph_config(graph, nil), "set up the filters")
            self.graph = graph
            self.sources = sources
            self.sink = sink
        } catch {
            avfilter_graph_free(&owned)
            throw error
        }
    }

    deinit {
        var graph: UnsafeMutablePointer<AVFilterGraph>? = graph
        avfilter_graph_free(&graph)
    }

    private static func filter(
        _ step: FilterStep, in graph: UnsafeMutablePointer<AVFilterGraph>, name: String
    ) throws -> UnsafeMutablePointer<AVFilterContext> {
        guard let filter = avfilter_get_by_name(step.name) else {
            throw MediaError(.capabilityMissing, "The installed FFmpeg has no filter \(step.name)")
        }
        let context = try LibAV.allocated(avfilter_graph_alloc_filter(graph, filter, name))
        try LibAVOptions(step.options).withDictionary { dictionary in
            try LibAV.check(avfilter_init_dict(context, &dictionary), "set up the filter \(step.name)")
            guard av_dict_count(dictionary) == 0 else {
                throw MediaError(.capabilityMissing, "The installed FFmpeg's filter \(step.name) lacks a setting")
            }
        }
        return context
    }

    private static func source(
        _ format: FilterFormat, in graph: UnsafeMutablePointer<AVFilterGraph>, name: String
    ) throws -> UnsafeMutablePointer<AVFilterContext> {
        let parameters = try LibAV.allocated(av_buffersrc_parameters_alloc())
        defer { av_free(parameters) }
        let kind: String
        switch format {
        case .video(let frame, let timeBase, let pixelAspect, let frameRate):
            kind = "buffer"
            parameters.pointee.format = frame.pointer.pointee.format
            parameters.pointee.width = frame.pointer.pointee.width
            parameters.pointee.height = frame.pointer.pointee.height
            parameters.pointee.time_base = timeBase
            parameters.pointee.sample_aspect_ratio = pixelAspect
            if let frameRate { parameters.pointee.frame_rate = frameRate }
        case .audio(let frame, let timeBase):
            kind = "abuffer"
            parameters.pointee.format = frame.pointer.pointee.format
            parameters.pointee.sample_rate = frame.pointer.pointee.sample_rate
            parameters.pointee.time_base = timeBase
            // A layout without named channels gets the usual names for that number.
            if frame.pointer.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
                av_channel_layout_default(
                    &parameters.pointee.ch_layout, frame.pointer.pointee.ch_layout.nb_channels)
            } else {
                av_channel_layout_copy(&parameters.pointee.ch_layout, &frame.pointer.pointee.ch_layout)
            }
        }
        guard let filter = avfilter_get_by_name(kind) else {
            throw MediaError(.capabilityMissing, "The installed FFmpeg has no filter \(kind)")
        }
        let context = try LibAV.allocated(avfilter_graph_alloc_filter(graph, filter, name))
        try LibAV.check(av_buffersrc_parameters_set(context, parameters), "describe the input of the filters")
        try LibAV.check(avfilter_init_dict(context, nil), "set up the filters")
        return context
    }

    /// Time base of what comes out.
    var timeBase: AVRational { av_buffersink_get_time_base(sink) }

    /// Gives a frame to the chain, or nil when there are no more. The chain takes over the frame's data.
    func push(_ frame: Frame?, into source: Int = 0) throws {
        if let frame, frame.pointer.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC,
            frame.pointer.pointee.nb_samples > 0
        {
            av_channel_layout_default(&frame.pointer.pointee.ch_layout, frame.pointer.pointee.ch_layout.nb_channels)
        }
        let code = av_buffersrc_add_frame_flags(sources[source], frame?.pointer, 0)
        // A chain that needs no more says so when it is given more.
        if code == cffmpeg_error_eof { return }
        try LibAV.check(code, "filter a frame")
    }

    /// Fetches what is ready; false if the chain needs more or has ended.
    func pull(into frame: Frame) throws -> Bool {
        frame.clear()
        let code = av_buffersink_get_frame(sink, frame.pointer)
        if code == cffmpeg_error_again || code == cffmpeg_error_eof { return false }
        try LibAV.check(code, "filter a frame")
        return true
    }
}
