// Lengths on a canvas: pixels or a share of it.

/// A distance on a canvas.
public enum OverlayLength: Sendable, Equatable {
    /// Whole pixels.
    case pixels(Int)
    /// A share of the canvas; 0.02 is two percent.
    case fraction(Double)

    static let allowed = "pixels (12 or \"12px\") or a percentage (\"2%\")"

    /// The length in pixels, where `whole` is what a percentage refers to.
    public func resolved(of whole: Int) -> Int {
        switch self {
        case .pixels(let count): count
        case .fraction(let share): Int((share * Double(whole)).rounded())
        }
    }

    /// Reads `12`, `12px` or `2.5%`.
    init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Double(text.dropLast()), (-1000...1000).contains(percent) else { return nil }
            self = .fraction(percent / 100)
        } else {
            let digits = text.hasSuffix("px") ? text.dropLast(2) : text[...]
            guard let count = Int(digits), (-100_000...100_000).contains(count) else { return nil }
            self = .pixels(count)
        }
    }
}

extension StrictParameters {
    /// A length: a whole number of pixels, `"12px"` or `"2%"`.
    func length(_ key: String) throws -> OverlayLength? {
        if let count = try? integer(key, in: -100_000...100_000) { return .pixels(count) }
        guard has(key) else { return nil }
        guard let length = try? text(key, allowed: OverlayLength.allowed, parse: OverlayLength.init) else {
            throw wrong(key, OverlayLength.allowed)
        }
        return length
    }
}
