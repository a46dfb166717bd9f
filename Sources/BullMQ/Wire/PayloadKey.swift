// Owns: coding keys that are not the cases of someone's enumeration.

/// Any member name, or a position in an array.
struct PayloadKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    /// The name Codable gives a superclass's part.
    static let `super` = PayloadKey("super")

    init(_ name: String) {
        self.stringValue = name
        self.intValue = nil
    }

    init(index: Int) {
        self.stringValue = String(index)
        self.intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }

    init?(intValue: Int) { self.init(index: intValue) }
}
