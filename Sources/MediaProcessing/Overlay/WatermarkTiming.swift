// When and where a watermark shows in a video (media.md §13). Pictures have no use for it.

/// The part of a visible watermark that depends on time.
public struct WatermarkTiming: Sendable, Equatable {
    /// Whether the mark stays in one place.
    public enum Movement: String, Sendable, CaseIterable {
        /// It stays. The default.
        case none
        /// It goes from corner to corner, so that no crop gets rid of it.
        case corners
    }

    /// When the mark appears, in seconds. Default 0.
    public var start: Double
    /// When it disappears, in seconds; nil means at the end.
    public var end: Double?
    /// How long it takes to appear and to disappear, in seconds. Default 0.
    public var fade: Double
    /// Whether it moves. Default ``Movement/none``.
    public var movement: Movement
    /// How long it stays in each corner, in seconds. Default 10.
    public var interval: Double

    /// The whole time, without fading or moving.
    public init() {
        start = 0
        fade = 0
        movement = .none
        interval = 10
    }

    static let keys: Set<String> = ["start", "end", "fade", "move", "interval"]

    init(_ parameters: StrictParameters) throws {
        start = try parameters.number("start", in: 0...86400) ?? 0
        end = try parameters.number("end", in: 0...86400)
        fade = try parameters.number("fade", in: 0...60) ?? 0
        movement = try parameters.choice("move") ?? .none
        interval = try parameters.number("interval", in: 0.5...3600) ?? 10
        if let end, end <= start { throw parameters.wrong("end", "later than \"start\"") }
    }

    /// How strongly the mark shows at a moment, 0 to 1; `length` is the whole time in seconds, if known.
    public func strength(at time: Double, length: Double? = nil) -> Double {
        let last = end ?? length ?? .infinity
        guard time >= start, time < last else { return 0 }
        guard fade > 0 else { return 1 }
        return min(1, (time - start) / fade, (last - time) / fade)
    }

    /// The corner a moving mark is in at a moment; nil if it stays where it is.
    public func corner(at time: Double) -> ImagePosition? {
        guard movement == .corners else { return nil }
        let corners = ["southeast", "northwest", "northeast", "southwest"].compactMap { ImagePosition.words[$0] }
        return corners[Int(max(0, time - start) / interval) % corners.count]
    }
}
