// From a decoded frame to the one that is encoded: the steps, in the order that costs least.

import CFFmpeg

struct VideoChain {
    let stream: MediaStream
    let recipe: VideoRecipe
    /// Where fades are, in the input's own time; nil for none.
    var fadeIn: Double?
    var fadeOut: Double?

    /// Colours of the result.
    ///
    /// Without tags players guess from the height, so the guess for the source is written down: it would be another one
    /// for a result of another size.
    static func colors(of stream: MediaStream) -> ColorTags {
        if stream.isHighDynamicRange { return .bt709 }
        let parameters = stream.parameters.pointee
        var tags = ColorTags(
            range: AVCOL_RANGE_MPEG, primaries: parameters.color_primaries, transfer: parameters.color_trc,
            matrix: parameters.color_space)
        let isHigh = min(stream.width, stream.height) >= 720
        if tags.matrix == AVCOL_SPC_UNSPECIFIED || tags.matrix == AVCOL_SPC_RGB {
            tags.matrix = isHigh ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
        }
        if tags.primaries == AVCOL_PRI_UNSPECIFIED {
            tags.primaries = tags.matrix == AVCOL_SPC_BT709 ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M
        }
        if tags.transfer == AVCOL_TRC_UNSPECIFIED {
            tags.transfer = tags.matrix == AVCOL_SPC_BT709 ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M
        }
        return tags
    }

    /// The steps for frames like `frame`.
    func steps(for frame: Frame) -> [FilterStep] {
        var steps: [FilterStep] = []
        if stream.isInterlaced || frame.pointer.pointee.interlaced_frame != 0 {
            steps.append(FilterStep("bwdif", [("mode", "send_frame"), ("deint", "interlaced")]))
        }
        if let rate = recipe.frameRate { steps.append(FilterStep("fps", [("fps", "\(rate.num)/\(rate.den)")])) }
        steps += turningSteps
        steps += scalingSteps(for: frame)
        if stream.isHighDynamicRange { steps += Self.toneMapping }
        if recipe.blur > 0 { steps.append(FilterStep("gblur", [("sigma", "\(recipe.blur)")])) }
        steps.append(FilterStep("format", [("pix_fmts", "yuv420p")]))
        steps += paddingSteps
        if recipe.fade > 0 {
            if let fadeIn { steps.append(Self.fade("in", at: fadeIn, recipe.fade)) }
            if let fadeOut { steps.append(Self.fade("out", at: fadeOut - recipe.fade, recipe.fade)) }
        }
        steps.append(FilterStep("setsar", [("sar", "1")]))
        return steps
    }

    /// What puts the picture on its canvas, if that is larger.
    var paddingSteps: [FilterStep] {
        let geometry = recipe.geometry
        guard geometry.canvas != geometry.scaled else { return [] }
        return [
            FilterStep(
                "pad",
                [
                    ("w", "\(geometry.canvas.width)"), ("h", "\(geometry.canvas.height)"),
                    ("x", "\(geometry.offset.x)"), ("y", "\(geometry.offset.y)"),
                    ("color", "0x" + Self.hexadecimal(geometry.background)),
                ])
        ]
    }

    private static func fade(_ direction: String, at moment: Double, _ length: Double) -> FilterStep {
        FilterStep(
            "fade", [("type", direction), ("start_time", decimal(max(0, moment))), ("duration", decimal(length))])
    }

    private static func hexadecimal(_ color: UInt32) -> String {
        let digits = String(color, radix: 16)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    var turningSteps: [FilterStep] {
        let orientation = stream.orientation
        var steps = orientation.isMirrored ? [FilterStep("hflip")] : []
        switch orientation.quarterTurns {
        case 1: steps.append(FilterStep("transpose", [("dir", "clock")]))
        case 2: steps += [FilterStep("hflip"), FilterStep("vflip")]
        case 3: steps.append(FilterStep("transpose", [("dir", "cclock")]))
        default: break
        }
        return steps
    }

    /// Cuts and scales in one go, from stored pixels, which may not be square.
    func scalingSteps(for frame: Frame) -> [FilterStep] {
        var steps: [FilterStep] = []
        let isTurned = stream.orientation.isTurned
        let stored = isTurned ? frame.size.turned : frame.size
        let expected = stream.displaySize
        var part = stored
        if let crop = recipe.geometry.crop {
            // From square pixels of the size the file announced to pixels as they are.
            let x = Double(stored.width) / Double(expected.width)
            let y = Double(stored.height) / Double(expected.height)
            let cut = PixelRectangle(
                x: min(Int(Double(crop.x) * x), stored.width - 1), y: min(Int(Double(crop.y) * y), stored.height - 1),
                width: max(1, Int((Double(crop.width) * x).rounded())),
                height: max(1, Int((Double(crop.height) * y).rounded())))
            part = PixelSize(
                width: min(cut.width, stored.width - cut.x), height: min(cut.height, stored.height - cut.y))
            steps.append(
                FilterStep(
                    "crop",
                    [
                        ("w", "\(part.width)"), ("h", "\(part.height)"), ("x", "\(cut.x)"), ("y", "\(cut.y)"),
                        ("exact", "1"),
                    ]))
        }
        let isFullRange =
            frame.pointer.pointee.color_range == AVCOL_RANGE_JPEG || Self.fullRangeFormats.contains(frame.pixelFormat)
        let isRGB = (av_pix_fmt_desc_get(frame.pixelFormat)?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
        if part != recipe.geometry.scaled || isFullRange || isRGB {
            var options: [(name: String, value: String)] = [
                ("w", "\(recipe.geometry.scaled.width)"), ("h", "\(recipe.geometry.scaled.height)"),
                ("flags", Self.scalerFlags),
            ]
            if isFullRange { options.append(("out_range", "tv")) }
            if isRGB {
                let matrix = Self.colors(of: stream).matrix == AVCOL_SPC_BT709 ? "bt709" : "bt601"
                options += [("out_color_matrix", matrix), ("out_range", "tv")]
            }
            steps.append(FilterStep("scale", options))
        }
        return steps
    }

    /// Bicubic with exact rounding: what the command-line tool is compared at.
    static let scalerFlags = "bicubic+accurate_rnd"

    private static let fullRangeFormats = [
        AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P,
    ]

    /// Whether high dynamic range can be turned into ordinary range.
    static var canToneMap: Bool { LibAV.hasFilter("zscale") && LibAV.hasFilter("tonemap") }

    /// Through linear light; without it such pictures look grey.
    static let toneMapping: [FilterStep] =
        canToneMap
        ? [
            FilterStep("zscale", [("t", "linear"), ("npl", "100")]),
            FilterStep("format", [("pix_fmts", "gbrpf32le")]),
            FilterStep("zscale", [("p", "bt709")]),
            FilterStep("tonemap", [("tonemap", "hable"), ("desat", "0")]),
            FilterStep("zscale", [("t", "bt709"), ("m", "bt709"), ("r", "tv")]),
        ] : []
}

/// A number as the libraries read it: a point, no exponent.
func decimal(_ value: Double) -> String {
    let millionths = Int64((value * 1_000_000).rounded())
    let (whole, part) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    let digits = String(part)
    let sign = millionths < 0 ? "-" : ""
    return "\(sign)\(whole)." + String(repeating: "0", count: 6 - digits.count) + digits
}
