// From a watermark's parameters to pixels at their places (media.md §13).

/// A rim around a mark that would otherwise hardly show.
public enum WatermarkHalo: Sendable {
    /// Black, for light surroundings.
    case dark
    /// White, for dark surroundings.
    case light
}

extension VisibleWatermark {
    /// Most tiles on one canvas.
    private static let mostTiles = 2500

    /// Draws the mark for a canvas: one bitmap, or one for each tile. Opacity is applied, timing is not.
    ///
    /// - Parameters:
    ///   - canvas: Size of the picture or frame, upright.
    ///   - halo: A rim to make the mark visible; see ``WatermarkVisibility``.
    /// - Throws: ``MediaError/Code/invalidParameter`` if the mark would lie outside or the tiles would be too many; what
    ///   reading the picture throws.
    public func rendered(for canvas: PixelSize, halo: WatermarkHalo? = nil) throws -> [PlacedOverlay] {
        let gap = margin.resolved(of: canvas.shortSide)
        let box = PixelSize(width: max(1, canvas.width - 2 * gap), height: max(1, canvas.height - 2 * gap))
        var mark = try bare(for: canvas, box: box)
        if let halo { mark = Self.surrounded(mark, by: halo) }
        mark = try mark.rotated(by: rotation).faded(by: opacity)
        if tiled { return try tiles(of: mark, on: canvas) }

        let corner: (x: Int, y: Int)
        switch place {
        case .position(let position):
            let offset = position.offset(of: mark.size, in: box)
            corner = (gap + offset.x, gap + offset.y)
        case .corner(let x, let y):
            corner = (x.resolved(of: canvas.width), y.resolved(of: canvas.height))
        }
        guard let placed = mark.placed(x: corner.x, y: corner.y, on: canvas) else {
            throw MediaError(
                .invalidParameter, "The watermark would be outside the picture of \(canvas) pixels", parameter: "x")
        }
        return [placed]
    }

    /// What to tell about a text's letters: a font that is not there, characters that no font has.
    public func warnings() throws -> [String] {
        guard case .text(let text) = content else { return [] }
        return try TextDrawing(text, family: font).warnings()
    }

    /// The mark before rotation and opacity.
    private func bare(for canvas: PixelSize, box: PixelSize) throws -> OverlayBitmap {
        switch content {
        case .picture:
            guard let pictureFile else {
                throw MediaError(
                    .invalidParameter, "The watermark's picture was not fetched", parameter: "image_file_id")
            }
            let width = max(1, Int(((scale ?? 0.15) * Double(canvas.width)).rounded()))
            do {
                return try OverlayBitmap(reading: pictureFile, width: min(width, box.width), height: box.height)
            } catch let error as MediaError {
                throw MediaError(error.code, "The watermark's picture: \(error.message)", parameter: error.parameter)
            }
        case .text(let text):
            let capHeight = max(6, (scale ?? 0.03) * Double(canvas.shortSide))
            let line = max(1, Int((capHeight / 9).rounded()))
            let border = 2 * line
            let inner = PixelSize(width: max(1, box.width - 2 * border), height: max(1, box.height - 2 * border))
            let letters = try TextDrawing(text, family: font)
                .bitmap(capHeight: capHeight, box: inner, color: color)
            return embellished(letters, line: line, border: border)
        }
    }

    /// Letters with their shadow and outline beneath.
    private func embellished(_ letters: OverlayBitmap, line: Int, border: Int) -> OverlayBitmap {
        let shape = Silhouette(of: letters, border: border)
        let empty = OverlayBitmap(
            size: shape.size, pixels: [UInt8](repeating: 0, count: 4 * shape.size.pixels))
        var mark = empty
        if shadow {
            mark = mark.covered(
                by: shape.spread(radius: 2 * line, gain: 1).filled(.black.faded(to: 160), offset: line))
        }
        let outline: CSSColor?
        switch stroke {
        case .automatic: outline = (color.luminance > 110 ? CSSColor.black : .white).faded(to: 150)
        case .color(let named): outline = named
        case .off: outline = nil
        }
        if let outline { mark = mark.covered(by: shape.spread(radius: line, gain: 4).filled(outline)) }
        return mark.covered(by: letters)
    }

    private static func surrounded(_ mark: OverlayBitmap, by halo: WatermarkHalo) -> OverlayBitmap {
        let radius = max(2, mark.size.shortSide / 24)
        let shape = Silhouette(of: mark, border: 2 * radius).spread(radius: radius, gain: 4)
        return shape.filled(halo == .dark ? .black : .white).covered(by: mark)
    }

    /// Rows of marks, each second row moved by half a step, around the canvas's middle.
    private func tiles(of mark: OverlayBitmap, on canvas: PixelSize) throws -> [PlacedOverlay] {
        let step = PixelSize(
            width: max(8, Int(Double(mark.size.width) * (1 + spacing))),
            height: max(8, Int(Double(mark.size.height) * (1 + spacing))))
        let columns = canvas.width / step.width / 2 + 2
        let rows = canvas.height / step.height / 2 + 2
        guard (2 * columns + 1) * (2 * rows + 1) <= Self.mostTiles else {
            throw MediaError(
                .invalidParameter,
                "The watermark would be repeated more than \(Self.mostTiles) times: raise \"scale\" or \"spacing\"",
                parameter: "tile")
        }
        let middle = (x: (canvas.width - mark.size.width) / 2, y: (canvas.height - mark.size.height) / 2)
        return (-rows...rows).flatMap { row in
            (-columns...columns).compactMap { column in
                let shift = row.isMultiple(of: 2) ? 0 : step.width / 2
                return mark.placed(
                    x: middle.x + column * step.width + shift, y: middle.y + row * step.height, on: canvas)
            }
        }
    }
}

extension CSSColor {
    /// Opaque black.
    static let black = CSSColor(red: 0, green: 0, blue: 0)

    /// The colour with another alpha.
    func faded(to alpha: UInt8) -> CSSColor { CSSColor(red: red, green: green, blue: blue, alpha: alpha) }

    /// Luma, 0 to 255 (BT.709).
    var luminance: Double { 0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue) }
}
