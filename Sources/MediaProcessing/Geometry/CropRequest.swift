// The arithmetic of cropping (media.md §5, §8), without a picture: from what is asked for to a rectangle.

/// What part of an upright picture is to be kept.
public struct CropRequest: Sendable, Equatable {
    /// Unit of a rectangle's numbers.
    public enum Unit: String, Sendable, CaseIterable {
        /// Pixels, the default.
        case pixels = "px"
        /// Hundredths of the picture's width or height.
        case percent
        /// Shares of the picture's width or height, 0 to 1.
        case ratio
    }

    /// What is kept.
    public enum Window: Sendable, Equatable {
        /// A rectangle, in a unit.
        case rectangle(x: Double, y: Double, width: Double, height: Double, Unit)
        /// As much as possible in this proportion of width to height.
        case aspect(width: Double, height: Double)
        /// This size.
        case size(width: Double, height: Double, Unit)
    }

    /// Where a window without a place of its own is put.
    public enum Gravity: Sendable, Equatable {
        /// A fixed place.
        case position(ImagePosition)
        /// Around a point of the picture, in pixels, as near to the middle as the edges allow.
        case focalPoint(x: Int, y: Int)
        /// Where the eye is drawn to.
        case attention
        /// Where luminance varies most.
        case entropy
    }

    /// What is kept.
    public var window: Window
    /// Where. Default the centre; without meaning for a rectangle.
    public var gravity: Gravity
    /// Whether a window that is not wholly inside is refused instead of cut down. Default true.
    public var strict: Bool

    /// Makes a request.
    public init(_ window: Window, gravity: Gravity = .position(.center), strict: Bool = true) {
        self.window = window
        self.gravity = gravity
        self.strict = strict
    }
}

extension CropRequest {
    /// Where the window lies if that is known without looking at the picture; else only its size.
    enum Place: Equatable {
        case at(PixelRectangle)
        case somewhere(PixelSize)

        var size: PixelSize {
            switch self {
            case .at(let rectangle): rectangle.size
            case .somewhere(let size): size
            }
        }
    }

    /// The window in a picture of `size`.
    ///
    /// - Throws: ``MediaError/Code/invalidParameter`` if it is not inside, or if nothing of it is.
    func place(in size: PixelSize) throws -> Place {
        let inner: PixelSize
        switch window {
        case .rectangle(let x, let y, let width, let height, let unit):
            return .at(try rectangle(x: x, y: y, width: width, height: height, unit, in: size))
        case .aspect(let width, let height):
            let scale = min(Double(size.width) / width, Double(size.height) / height)
            inner = PixelSize(
                width: min(size.width, max(1, Int((width * scale).rounded()))),
                height: min(size.height, max(1, Int((height * scale).rounded()))))
        case .size(let width, let height, let unit):
            let wanted = PixelSize(
                width: max(1, unit.pixels(width, of: size.width)), height: max(1, unit.pixels(height, of: size.height)))
            inner = PixelSize(width: min(wanted.width, size.width), height: min(wanted.height, size.height))
            if strict, inner != wanted {
                throw MediaError(
                    .invalidParameter,
                    "The window of \(wanted) pixels is larger than the picture of \(size); "
                        + "ask for less or set \"strict\" to false", parameter: "width")
            }
        }
        switch gravity {
        case .position(let position):
            let offset = position.offset(of: inner, in: size)
            return .at(PixelRectangle(x: offset.x, y: offset.y, width: inner.width, height: inner.height))
        case .focalPoint(let x, let y):
            guard x < size.width, y < size.height else {
                throw MediaError(
                    .invalidParameter, "The focal point \(x),\(y) is outside the picture of \(size) pixels",
                    parameter: "focal_point_x")
            }
            return .at(
                PixelRectangle(
                    x: min(max(0, x - inner.width / 2), size.width - inner.width),
                    y: min(max(0, y - inner.height / 2), size.height - inner.height),
                    width: inner.width, height: inner.height))
        case .attention, .entropy: return .somewhere(inner)
        }
    }

    private func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ unit: Unit, in size: PixelSize
    ) throws -> PixelRectangle {
        // Edges are rounded, not sizes: rectangles that touch stay touching.
        let (left, top) = (unit.pixels(x, of: size.width), unit.pixels(y, of: size.height))
        let wanted = PixelRectangle(
            x: left, y: top, width: max(1, unit.pixels(x + width, of: size.width) - left),
            height: max(1, unit.pixels(y + height, of: size.height) - top))
        let all = PixelRectangle(x: 0, y: 0, width: size.width, height: size.height)
        let described = "\(wanted.size) pixels at \(wanted.x),\(wanted.y)"
        guard let inside = wanted.intersection(all) else {
            throw MediaError(
                .invalidParameter, "The rectangle of \(described) does not touch the picture of \(size) pixels",
                parameter: "x")
        }
        guard inside == wanted || !strict else {
            throw MediaError(
                .invalidParameter,
                "The rectangle of \(described) is not inside the picture of \(size) pixels; "
                    + "move it or set \"strict\" to false", parameter: "x")
        }
        return inside
    }
}

extension CropRequest.Unit {
    func pixels(_ value: Double, of whole: Int) -> Int {
        switch self {
        case .pixels: Int(value.rounded())
        case .percent: Int((value / 100 * Double(whole)).rounded())
        case .ratio: Int((value * Double(whole)).rounded())
        }
    }
}
