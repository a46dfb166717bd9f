// Paths and query strings: everything that comes from outside is percent-encoded, so that nothing can leave its place.

enum Path {
    /// `/items/media_jobs/…?fields=…` of parts that are not yet encoded.
    static func of(_ parts: String..., parameters: [(String, String)] = []) throws(DirectusError) -> String {
        var path = ""
        for part in parts {
            // An encoded dot segment is still one for servers that decode before they normalise.
            guard !part.isEmpty, part != ".", part != ".." else {
                throw DirectusError(.invalidArgument, message: "\"\(part)\" cannot be part of a path")
            }
            path += "/" + encoded(part)
        }
        guard !parameters.isEmpty else { return path }
        return path + "?" + parameters.map { encoded($0) + "=" + encoded($1) }.joined(separator: "&")
    }

    /// All but the unreserved characters of RFC 3986 as `%XX`.
    static func encoded(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = Array("0123456789ABCDEF".unicodeScalars)
                result.unicodeScalars.append("%")
                result.unicodeScalars.append(digits[Int(byte >> 4)])
                result.unicodeScalars.append(digits[Int(byte & 15)])
            }
        }
        return result
    }
}
