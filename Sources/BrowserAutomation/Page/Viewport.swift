// Owns what a page is shown on: its size, its density, whether fingers touch it.

/// The screen a page sees.
public struct Viewport: Sendable, Hashable {
    /// Width in CSS pixels.
    public var width: Int
    /// Height in CSS pixels.
    public var height: Int
    /// Device pixels per CSS pixel. Default 1.
    public var scale: Double
    /// Whether the page is laid out as on a phone: `<meta name="viewport">` counts, scroll bars lie over the page.
    public var isMobile: Bool
    /// Whether there is a touch screen.
    public var hasTouch: Bool

    /// A screen of this size.
    public init(width: Int, height: Int, scale: Double = 1, isMobile: Bool = false, hasTouch: Bool = false) {
        self.width = width
        self.height = height
        self.scale = scale
        self.isMobile = isMobile
        self.hasTouch = hasTouch
    }

    /// A usual desktop window, 1280 × 900.
    public static let desktop = Viewport(width: 1280, height: 900)
    /// A usual phone held upright, 390 × 844 at three pixels each.
    public static let phone = Viewport(width: 390, height: 844, scale: 3, isMobile: true, hasTouch: true)
    /// A usual tablet held upright, 820 × 1180 at two pixels each.
    public static let tablet = Viewport(width: 820, height: 1180, scale: 2, isMobile: true, hasTouch: true)
}
