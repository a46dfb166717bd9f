// Colours as parameters write them: the CSS spellings, nothing of ImageMagick's.

/// A colour with alpha, 8 bits a channel, sRGB.
public struct CSSColor: Sendable, Equatable {
    /// Red, 0 to 255.
    public var red: UInt8
    /// Green, 0 to 255.
    public var green: UInt8
    /// Blue, 0 to 255.
    public var blue: UInt8
    /// Alpha: 0 is transparent, 255 is opaque.
    public var alpha: UInt8

    /// Makes a colour from its channels.
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// Opaque white.
    public static let white = CSSColor(red: 255, green: 255, blue: 255)
    /// Transparent black.
    public static let transparent = CSSColor(red: 0, green: 0, blue: 0, alpha: 0)

    static let allowed = "a CSS colour: a name, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb(r, g, b) or rgba(r, g, b, alpha)"

    /// The colour laid over white, for formats without transparency.
    var opaque: CSSColor {
        func over(_ channel: UInt8) -> UInt8 {
            let (color, weight) = (Int(channel), Int(alpha))
            let sum = color * weight + 255 * (255 - weight)
            return UInt8((sum + 127) / 255)
        }
        return CSSColor(red: over(red), green: over(green), blue: over(blue))
    }

    /// Reads a CSS colour: a name, hexadecimal digits, `rgb()` or `rgba()`.
    public init?(_ text: String) {
        let text = text.lowercased().filter { !$0.isWhitespace }
        if text.hasPrefix("#") {
            self.init(hexadecimal: text.dropFirst())
        } else if text.hasPrefix("rgb"), text.hasSuffix(")") {
            self.init(function: text)
        } else if text == "transparent" {
            self = .transparent
        } else if let value = Self.named[text] {
            self.init(
                red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
        } else {
            return nil
        }
    }

    private init?(hexadecimal digits: Substring) {
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        let values = digits.compactMap { $0.hexDigitValue.map(UInt8.init) }
        switch values.count {
        case 3, 4:
            self.init(
                red: values[0] * 17, green: values[1] * 17, blue: values[2] * 17,
                alpha: values.count == 4 ? values[3] * 17 : 255)
        case 6, 8:
            self.init(
                red: values[0] << 4 | values[1], green: values[2] << 4 | values[3], blue: values[4] << 4 | values[5],
                alpha: values.count == 8 ? values[6] << 4 | values[7] : 255)
        default: return nil
        }
    }

    private init?(function text: String) {
        guard let open = text.firstIndex(of: "(") else { return nil }
        let name = text[..<open]
        let parts = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
        guard (name == "rgb" && parts.count == 3) || (name == "rgba" && parts.count == 4) else { return nil }
        let channels = parts.prefix(3).compactMap { UInt8($0) }
        guard channels.count == 3 else { return nil }
        var alpha = 1.0
        if parts.count == 4 {
            guard let value = Double(parts[3]), (0...1).contains(value) else { return nil }
            alpha = value
        }
        self.init(
            red: channels[0], green: channels[1], blue: channels[2], alpha: UInt8((alpha * 255).rounded()))
    }
}
