// From a recipe to the settings of an encoder.

import CFFmpeg

enum VideoEncoding {
    /// Frames of more pixels than this are encoded with a shorter look-ahead and fewer threads, since each frame that
    /// waits or is worked on costs memory: a 4K video then stays below a gigabyte.
    static let largeFrame = 1920 * 1200
    /// Pixels of a 4K frame of either shape.
    static let ultraHighDefinition = 4096 * 2304

    static func settings(
        for recipe: VideoRecipe, stream: MediaStream, timeBase: AVRational, globalHeader: Bool
    ) -> EncoderSettings {
        var settings = EncoderSettings(name: recipe.codec.encoder, timeBase: timeBase)
        settings.size = recipe.geometry.canvas
        settings.colors = VideoChain.colors(of: stream)
        let rate = recipe.frameRate ?? rateOfFrames(stream)
        settings.frameRate = rate
        settings.keyframeInterval = max(1, Int((rate.value * recipe.keyframeSeconds).rounded()))
        if globalHeader { settings.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
        switch recipe.codec {
        case .h264: h264(recipe, &settings)
        case .hevc: hevc(recipe, &settings)
        case .vp9: vp9(recipe, &settings)
        case .av1: av1(recipe, &settings)
        }
        return settings
    }

    static func rateOfFrames(_ stream: MediaStream) -> AVRational {
        let average = stream.pointer.pointee.avg_frame_rate
        if average.isPositive { return average }
        let lowest = stream.pointer.pointee.r_frame_rate
        return lowest.isPositive ? lowest : AVRational(num: 25, den: 1)
    }

    private static func rate(_ mode: RateMode, _ settings: inout EncoderSettings) {
        switch mode {
        case .quality(let quality, let maximum):
            settings.options.append(("crf", decimal(quality)))
            if let maximum {
                settings.maximumBitRate = maximum
                settings.bufferBits = 2 * maximum
            }
        case .average(let bits, let maximum, let buffer):
            settings.bitRate = bits
            if let maximum {
                settings.maximumBitRate = maximum
                settings.bufferBits = buffer ?? 2 * maximum
            }
        }
    }

    private static func h264(_ recipe: VideoRecipe, _ settings: inout EncoderSettings) {
        settings.options = [("preset", recipe.preset.rawValue), ("profile", "high")]
        rate(recipe.rate, &settings)
        if recipe.geometry.canvas.pixels > largeFrame {
            settings.options += [("rc-lookahead", "10"), ("threads", "2")]
        }
        switch recipe.pass {
        case .first(let log):
            settings.flags |= AV_CODEC_FLAG_PASS1
            settings.options.append(("stats", log))
        case .second(let log):
            settings.flags |= AV_CODEC_FLAG_PASS2
            settings.options.append(("stats", log))
        case nil: break
        }
    }

    private static func hevc(_ recipe: VideoRecipe, _ settings: inout EncoderSettings) {
        settings.tag = cffmpeg_tag(104, 118, 99, 49)
        settings.options = [("preset", recipe.preset.rawValue)]
        rate(recipe.rate, &settings)
        var parameters = "log-level=none"
        if recipe.geometry.canvas.pixels > largeFrame { parameters += ":rc-lookahead=15:frame-threads=1" }
        switch recipe.pass {
        case .first(let log): parameters += ":pass=1:stats=\(escaped(log))"
        case .second(let log): parameters += ":pass=2:stats=\(escaped(log))"
        case nil: break
        }
        settings.options.append(("x265-params", parameters))
    }

    /// A value inside a list of settings, which the library takes apart at colons.
    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if "\\':".contains(character) { text.append("\\") }
            text.append(character)
        }
    }

    private static func vp9(_ recipe: VideoRecipe, _ settings: inout EncoderSettings) {
        settings.options = [("deadline", "good"), ("cpu-used", "\(recipe.preset.vp9Speed)"), ("row-mt", "1")]
        rate(recipe.rate, &settings)
        // Constant quality needs a bit rate of zero, or the ceiling as the bit rate.
        if case .quality(_, let maximum) = recipe.rate {
            settings.bitRate = maximum ?? 0
            settings.maximumBitRate = nil
            settings.bufferBits = nil
        }
    }

    private static func av1(_ recipe: VideoRecipe, _ settings: inout EncoderSettings) {
        settings.options = [("preset", "\(recipe.preset.av1Preset)")]
        rate(recipe.rate, &settings)
        if case .quality(let quality, _) = recipe.rate {
            settings.options.removeAll { $0.name == "crf" }
            settings.options.append(("crf", "\(Int(quality.rounded()))"))
            settings.maximumBitRate = nil
            settings.bufferBits = nil
        }
    }
}
