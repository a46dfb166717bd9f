// Owns: uuids as the text they travel as, always in lower case.

import Crypto

enum UUIDText {
    /// The lower-case form of a uuid in its usual form with hyphens; nil for any other text.
    static func normalized(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for index in bytes.indices {
            let byte = bytes[index]
            switch index {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): break
                case UInt8(ascii: "A")...UInt8(ascii: "F"): bytes[index] = byte | 0x20
                default: return nil
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A new random uuid (version 4).
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for word in [generator.next(), generator.next()] as [UInt64] {
            withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
        }
        return text(bytes, version: 4)
    }

    /// The uuid of a name within a namespace (version 5): the same text for the same pair.
    ///
    /// - Parameter namespace: a uuid in its usual form.
    static func named(_ name: String, in namespace: String) -> String {
        var hash = Insecure.SHA1()
        hash.update(data: bytes(of: namespace))
        hash.update(data: Array(name.utf8))
        return text(Array(hash.finalize().prefix(16)), version: 5)
    }

    private static func bytes(of uuid: String) -> [UInt8] {
        let digits = uuid.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func text(_ bytes: [UInt8], version: UInt8) -> String {
        String(unsafeUninitializedCapacity: 36) { target in
            var end = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    target[end] = UInt8(ascii: "-")
                    end += 1
                }
                let byte =
                    switch index {
                    case 6: byte & 0x0F | version << 4
                    case 8: byte & 0x3F | 0x80
                    default: byte
                    }
                target[end] = hexDigits[Int(byte >> 4)]
                target[end + 1] = hexDigits[Int(byte & 15)]
                end += 2
            }
            return end
        }
    }
}
