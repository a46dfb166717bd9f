// A text as pixels, drawn by Pango, which shapes every script and takes missing characters from other fonts
// (media.md §13). The text is never markup.

import CPango

/// One text laid out in one font.
final class TextDrawing {
    private let fonts: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let layout: OpaquePointer
    private let family: String?

    private static let fallback = "Noto Sans, DejaVu Sans, sans-serif"
    /// Size at which a font is measured, in pixels.
    private static let trial = 200.0

    /// Lays out `text`, in fonts of its own so that any thread may do so.
    init(_ text: String, family: String?) throws {
        guard let fonts = pango_cairo_font_map_new() else {
            throw MediaError(.processingFailed, "The fonts of this machine cannot be read")
        }
        guard let context = pango_font_map_create_context(fonts), let layout = pango_layout_new(context) else {
            media_object_release(fonts)
            throw MediaError(.processingFailed, "There is no memory to lay out a text")
        }
        self.fonts = fonts
        self.context = context
        self.layout = layout
        self.family = family
        // Neither hints nor coloured edges: the same picture on every machine with the same fonts.
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        setFont(size: Self.trial)
        pango_layout_set_text(layout, text, -1)
    }

    deinit {
        media_object_release(UnsafeMutableRawPointer(layout))
        media_object_release(UnsafeMutableRawPointer(context))
        media_object_release(fonts)
    }

    /// What a reader of the result should know about its letters.
    func warnings() -> [String] {
        var warnings: [String] = []
        if let family, pango_font_map_get_family(fonts, family) == nil {
            warnings.append("The font \"\(family)\" is not installed; another one was used")
        }
        let missing = pango_layout_get_unknown_glyphs_count(layout)
        if missing > 0 {
            warnings.append("\(missing) characters of the text are in none of the installed fonts")
        }
        return warnings
    }

    /// Draws the text in one colour, capital letters `capHeight` pixels high, smaller if it would not fit `box`.
    func bitmap(capHeight: Double, box: PixelSize, color: CSSColor) throws -> OverlayBitmap {
        setFont(size: Self.trial)
        var size = Self.trial * capHeight / max(1, capHeightOfTrial())
        setFont(size: size)
        var area = inked()
        // Widths do not shrink quite evenly, so once may not be enough.
        for _ in 0..<4 where area.width > box.width || area.height > box.height {
            size *= 0.99 * min(Double(box.width) / Double(area.width), Double(box.height) / Double(area.height))
            setFont(size: size)
            area = inked()
        }
        let canvas = try CairoCanvas(size: area.size)
        cairo_set_source_rgba(
            canvas.context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255,
            Double(color.alpha) / 255)
        cairo_move_to(canvas.context, Double(-area.x), Double(-area.y))
        pango_cairo_update_layout(canvas.context, layout)
        pango_cairo_show_layout(canvas.context, layout)
        return try canvas.bitmap()
    }

    private func setFont(size: Double) {
        let description = pango_font_description_new()
        pango_font_description_set_family(description, family.map { "\($0), \(Self.fallback)" } ?? Self.fallback)
        pango_font_description_set_weight(description, PANGO_WEIGHT_BOLD)
        pango_font_description_set_absolute_size(description, max(1, size) * Double(PANGO_SCALE))
        pango_layout_set_font_description(layout, description)
        pango_font_description_free(description)
    }

    private func capHeightOfTrial() -> Double {
        guard let letter = pango_layout_copy(layout) else { return Self.trial * 0.7 }
        defer { media_object_release(UnsafeMutableRawPointer(letter)) }
        pango_layout_set_text(letter, "H", -1)
        var ink = PangoRectangle()
        pango_layout_get_pixel_extents(letter, &ink, nil)
        return Double(ink.height)
    }

    /// The box of all pixels that carry ink, seen from the layout's origin.
    private func inked() -> PixelRectangle {
        var ink = PangoRectangle()
        pango_layout_get_pixel_extents(layout, &ink, nil)
        return PixelRectangle(
            x: Int(ink.x) - 1, y: Int(ink.y) - 1, width: max(1, Int(ink.width)) + 2, height: max(1, Int(ink.height)) + 2
        )
    }
}
