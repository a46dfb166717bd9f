// Which part of a picture is kept when it is cut, or where it stands when it is padded.

/// A place in a box, as fractions of the free space: 0 is left or top, 1 is right or bottom.
public struct ImagePosition: Sendable, Equatable {
    /// Fraction of the horizontal free space that lies to the left.
    public var horizontal: Double
    /// Fraction of the vertical free space that lies above.
    public var vertical: Double

    /// Makes a position from fractions, each from 0 to 1.
    public init(horizontal: Double, vertical: Double) {
        self.horizontal = horizontal
        self.vertical = vertical
    }

    /// The middle. The default.
    public static let center = ImagePosition(horizontal: 0.5, vertical: 0.5)

    static let words: [String: ImagePosition] = [
        "center": .center, "centre": .center,
        "north": ImagePosition(horizontal: 0.5, vertical: 0), "south": ImagePosition(horizontal: 0.5, vertical: 1),
        "west": ImagePosition(horizontal: 0, vertical: 0.5), "east": ImagePosition(horizontal: 1, vertical: 0.5),
        "northwest": ImagePosition(horizontal: 0, vertical: 0), "northeast": ImagePosition(horizontal: 1, vertical: 0),
        "southwest": ImagePosition(horizontal: 0, vertical: 1), "southeast": ImagePosition(horizontal: 1, vertical: 1),
    ]

    private static let places = "center, north, northeast, east, southeast, south, southwest, west, northwest"
    private static let share = "or \"x%,y%\" with values from 0 to 100"
    static let fixedAllowed = "\(places), \(share)"
    static let allowed = "\(places), attention, entropy, \(share)"

    /// Reads one of the nine compass words, or `"30%,70%"`.
    public init?(_ text: String) {
        if let word = Self.words[text] {
            self = word
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let x = Self.fraction(parts[0]), let y = Self.fraction(parts[1]) else { return nil }
        self.init(horizontal: x, vertical: y)
    }

    private static func fraction(_ text: Substring) -> Double? {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.last == "%", let percent = Double(trimmed.dropLast()), (0...100).contains(percent) else {
            return nil
        }
        return percent / 100
    }
}
