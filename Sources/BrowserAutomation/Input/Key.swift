// Owns what the protocol must be told about a key for a page to believe that it was pressed.

/// A key of a keyboard, with modifiers: `"Enter"`, `"a"`, `"Control+Shift+K"`.
public struct Key: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The key's name as in `KeyboardEvent.key`.
    public let name: String
    /// The keys held down meanwhile.
    public let modifiers: Modifiers

    /// A key by its name.
    public init(_ name: String, _ modifiers: Modifiers = []) {
        self.name = name
        self.modifiers = modifiers
    }

    /// `Control`, `Shift`, `Alt` and `Meta` may come before the key, each with a plus sign.
    public init(stringLiteral text: String) {
        var modifiers: Modifiers = []
        var rest = Substring(text)
        while let plus = rest.firstIndex(of: "+"), rest.count > 1, let modifier = Modifiers(name: rest[..<plus]) {
            modifiers.insert(modifier)
            rest = rest[rest.index(after: plus)...]
        }
        self.init(String(rest), modifiers)
    }

    /// The physical key, its number, and the text it types.
    struct Stroke: Sendable, Hashable {
        var key: String
        var code: String
        var number: Int
        var text: String?
    }

    private static let named: [String: Stroke] = {
        let list: [(String, Int, String?)] = [
            ("Backspace", 8, nil), ("Tab", 9, nil), ("Enter", 13, "\r"), ("Escape", 27, nil), ("PageUp", 33, nil),
            ("PageDown", 34, nil), ("End", 35, nil), ("Home", 36, nil), ("ArrowLeft", 37, nil), ("ArrowUp", 38, nil),
            ("ArrowRight", 39, nil), ("ArrowDown", 40, nil), ("Insert", 45, nil), ("Delete", 46, nil),
            ("F1", 112, nil), ("F2", 113, nil), ("F3", 114, nil), ("F4", 115, nil), ("F5", 116, nil),
            ("F6", 117, nil), ("F7", 118, nil), ("F8", 119, nil), ("F9", 120, nil), ("F10", 121, nil),
            ("F11", 122, nil), ("F12", 123, nil),
        ]
        var strokes = Dictionary(
            uniqueKeysWithValues: list.map { ($0.0, Stroke(key: $0.0, code: $0.0, number: $0.1, text: $0.2)) })
        strokes["Space"] = Stroke(key: " ", code: "Space", number: 32, text: " ")
        for (name, number) in [("Shift", 16), ("Control", 17), ("Alt", 18), ("Meta", 91)] {
            strokes[name] = Stroke(key: name, code: name + "Left", number: number, text: nil)
        }
        return strokes
    }()

    /// Punctuation of the US layout: the key's code and number.
    private static let punctuation: [Character: (String, Int)] = [
        ";": ("Semicolon", 186), ":": ("Semicolon", 186), "=": ("Equal", 187), "+": ("Equal", 187),
        ",": ("Comma", 188), "<": ("Comma", 188), "-": ("Minus", 189), "_": ("Minus", 189), ".": ("Period", 190),
        ">": ("Period", 190), "/": ("Slash", 191), "?": ("Slash", 191), "`": ("Backquote", 192),
        "~": ("Backquote", 192), "[": ("BracketLeft", 219), "{": ("BracketLeft", 219), "\\": ("Backslash", 220),
        "|": ("Backslash", 220), "]": ("BracketRight", 221), "}": ("BracketRight", 221), "'": ("Quote", 222),
        "\"": ("Quote", 222),
    ]
    private static let shiftedDigits = Array(")!@#$%^&*(")

    /// How the key is told to the browser; `nil` for a name that no key has.
    var stroke: Stroke? {
        if let stroke = Self.named[name] { return stroke }
        guard name.count == 1, let character = name.first else { return nil }
        switch character {
        case "\n", "\r": return Self.named["Enter"]
        case "\t": return Self.named["Tab"]
        case " ": return Self.named["Space"]
        default: break
        }
        if character.isASCII, character.isLetter {
            let upper = character.uppercased()
            // Shift makes a capital of a letter, as on a keyboard.
            let key = modifiers.contains(.shift) ? upper : name
            return Stroke(key: key, code: "Key" + upper, number: Int(character.uppercased().utf8.first ?? 0), text: key)
        }
        if character.isASCII, let digit = character.wholeNumberValue {
            return Stroke(key: name, code: "Digit\(digit)", number: 48 + digit, text: name)
        }
        if let digit = Self.shiftedDigits.firstIndex(of: character) {
            return Stroke(key: name, code: "Digit\(digit)", number: 48 + digit, text: name)
        }
        guard let (code, number) = Self.punctuation[character] else { return nil }
        return Stroke(key: name, code: code, number: number, text: name)
    }
}

/// Keys that change what others mean while they are held down.
public struct Modifiers: OptionSet, Sendable, Hashable {
    /// The protocol's bits.
    public let rawValue: Int

    /// From the protocol's bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Alt, Option on a Mac.
    public static let alt = Modifiers(rawValue: 1)
    /// Control.
    public static let control = Modifiers(rawValue: 2)
    /// Meta: Command on a Mac.
    public static let meta = Modifiers(rawValue: 4)
    /// Shift.
    public static let shift = Modifiers(rawValue: 8)

    init?(name: Substring) {
        switch name {
        case "Alt": self = .alt
        case "Control": self = .control
        case "Meta": self = .meta
        case "Shift": self = .shift
        default: return nil
        }
    }
}
