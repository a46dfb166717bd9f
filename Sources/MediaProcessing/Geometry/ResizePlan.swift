// The arithmetic of resizing (media.md §4), without a picture: from sizes and rules to the steps to take.

/// What is asked for, in upright pixels.
struct ResizeRequest: Equatable, Sendable {
    var width: Int?
    var height: Int?
    var fit: FitRule = .cover
    var withoutEnlargement = true
    var withoutReduction = false
}

/// The steps that turn a picture of one size into the size asked for. Everything is in upright pixels.
///
/// Steps in order: cut `precut` out of the input, scale that to `scaled`, cut a window of `window` out of it, pad to
/// `canvas`.
struct ResizePlan: Equatable, Sendable {
    /// The part of the input that can reach the result, where scaling all of it would be a waste; else nil.
    var precut: PixelSize?
    /// Size after scaling.
    var scaled: PixelSize
    /// Size of what is kept after scaling; equal to `scaled` when nothing is cut.
    var window: PixelSize
    /// Size of the result; larger than `window` when padded.
    var canvas: PixelSize
    /// The smaller of the two scale factors: below 1 means less pixels than before.
    var scale: Double

    init(input: PixelSize, request: ResizeRequest) {
        let ratioX = request.width.map { Double($0) / Double(input.width) }
        let ratioY = request.height.map { Double($0) / Double(input.height) }

        guard let ratioX, let ratioY, let width = request.width, let height = request.height else {
            // One side given: proportional, whatever the fit rule.
            let scale = Self.limited(ratioX ?? ratioY ?? 1, request)
            self.init(scale: scale, scaled: Self.scaled(input, by: scale))
            return
        }
        let box = PixelSize(width: width, height: height)
        switch request.fit {
        case .fill:
            let x = Self.limited(ratioX, request)
            let y = Self.limited(ratioY, request)
            self.init(
                scale: min(x, y),
                scaled: PixelSize(width: Self.side(input.width, x), height: Self.side(input.height, y)))
        case .inside:
            let scale = Self.limited(min(ratioX, ratioY), request)
            self.init(scale: scale, scaled: Self.scaled(input, by: scale))
        case .outside:
            let scale = Self.limited(max(ratioX, ratioY), request)
            self.init(scale: scale, scaled: Self.scaled(input, by: scale))
        case .contain:
            let scale = Self.limited(min(ratioX, ratioY), request)
            self.init(scale: scale, scaled: Self.scaled(input, by: scale))
            canvas = PixelSize(width: max(width, scaled.width), height: max(height, scaled.height))
        case .cover:
            self.init(covering: box, input: input, scale: Self.limited(max(ratioX, ratioY), request))
        }
    }

    private init(scale: Double, scaled: PixelSize) {
        self.scale = scale
        self.scaled = scaled
        window = scaled
        canvas = scaled
    }

    private init(covering box: PixelSize, input: PixelSize, scale: Double) {
        self.init(scale: scale, scaled: Self.scaled(input, by: scale))
        window = PixelSize(width: min(box.width, scaled.width), height: min(box.height, scaled.height))
        canvas = window
        // A very long strip scaled to cover a box would be mostly cut off again, and could be gigantic in between: cut
        // first, to the window's share of the input rounded up to whole pixels.
        guard scaled.pixels > 4 * window.pixels else { return }
        let part = PixelSize(
            width: min(input.width, Int((Double(window.width) / scale).rounded(.up))),
            height: min(input.height, Int((Double(window.height) / scale).rounded(.up))))
        precut = part
        scaled = PixelSize(
            width: max(window.width, Self.side(part.width, scale)),
            height: max(window.height, Self.side(part.height, scale)))
    }

    private static func limited(_ scale: Double, _ request: ResizeRequest) -> Double {
        var scale = scale
        if request.withoutEnlargement { scale = min(scale, 1) }
        if request.withoutReduction { scale = max(scale, 1) }
        return scale
    }

    private static func scaled(_ size: PixelSize, by scale: Double) -> PixelSize {
        PixelSize(width: side(size.width, scale), height: side(size.height, scale))
    }

    private static func side(_ length: Int, _ scale: Double) -> Int {
        max(1, Int((Double(length) * scale).rounded()))
    }
}

extension ImagePosition {
    /// The top left corner of a window of size `inner` inside `outer`.
    func offset(of inner: PixelSize, in outer: PixelSize) -> (x: Int, y: Int) {
        (
            Int((Double(outer.width - inner.width) * horizontal).rounded()),
            Int((Double(outer.height - inner.height) * vertical).rounded())
        )
    }
}
