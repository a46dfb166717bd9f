// Multipart bodies as they stream by. Owns: the state between two buffers; holds never more than one buffer and a
// boundary (Directus, section 10.1).

import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A parser of `multipart/form-data`: buffers in, events out.
struct MultipartParser {
    enum Event: Equatable {
        case part(name: String, filename: String?, contentType: String?)
        case bytes(ByteBuffer)
        case partEnd
        case end
    }

    private enum State { case preamble, headers, body, done }

    private static let maximumHeaders = 16_384

    private let delimiter: [UInt8]
    private var buffer = ByteBuffer()
    private var state = State.preamble

    /// A parser for the boundary of a `Content-Type` header.
    ///
    /// - Throws: `INVALID_PAYLOAD` if there is none.
    init(contentType: String) throws {
        let parameters = HeaderParameters(contentType)
        guard parameters.value.lowercased() == "multipart/form-data", let boundary = parameters["boundary"],
            (1...200).contains(boundary.utf8.count)
        else { throw StandInError.invalidPayload("The body needs to be multipart/form-data with a boundary") }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first boundary has no line break before it; with this one all are alike.
        buffer.writeString("\r\n")
    }

    mutating func append(_ part: ByteBuffer) {
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(part)
    }

    /// The next event; nil if more bytes are needed.
    mutating func next() throws -> Event? {
        switch state {
        case .preamble:
            guard let index = find(delimiter) else {
                skip(keeping: delimiter.count)
                return nil
            }
            buffer.moveReaderIndex(forwardBy: index + delimiter.count)
            state = .headers
            return try next()
        case .headers: return try headers()
        case .body: return body()
        case .done: return nil
        }
    }

    private mutating func headers() throws -> Event? {
        guard buffer.readableBytes >= 2 else { return nil }
        if buffer.getBytes(at: buffer.readerIndex, length: 2) == Array("--".utf8) {
            state = .done
            return .end
        }
        // A part without headers has the empty line at once.
        guard let end = find(Array("\r\n\r\n".utf8)) else {
            guard buffer.readableBytes <= Self.maximumHeaders else {
                throw StandInError.invalidPayload("The headers of a part are too long")
            }
            return nil
        }
        let text = buffer.readString(length: end) ?? ""
        buffer.moveReaderIndex(forwardBy: 4)
        var disposition = HeaderParameters("")
        var type: String?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = HeaderParameters(value)
            case "content-type": type = value
            default: continue
            }
        }
        guard disposition.value.lowercased() == "form-data" else {
            throw StandInError.invalidPayload("A part has no Content-Disposition")
        }
        state = .body
        // The line break that ends the headers may also begin the boundary of an empty part.
        buffer.moveReaderIndex(to: buffer.readerIndex - 2)
        isAtStart = true
        return .part(name: disposition["name"] ?? "", filename: disposition["filename"], contentType: type)
    }

    private var isAtStart = false

    private mutating func body() -> Event? {
        let index = find(delimiter)
        if isAtStart {
            if index == 0 {
                isAtStart = false
            } else {
                guard index != nil || buffer.readableBytes >= delimiter.count else { return nil }
                buffer.moveReaderIndex(forwardBy: 2)
                isAtStart = false
                return body()
            }
        }
        if let index {
            if index > 0, let part = buffer.readSlice(length: index) { return .bytes(part) }
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .headers
            return .partEnd
        }
        let length = buffer.readableBytes - (delimiter.count - 1)
        guard length > 0, let part = buffer.readSlice(length: length) else { return nil }
        return .bytes(part)
    }

    private mutating func skip(keeping count: Int) {
        buffer.moveReaderIndex(forwardBy: max(0, buffer.readableBytes - count))
    }

    /// Where `pattern` begins, counted from the reader index.
    private func find(_ pattern: [UInt8]) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let first = pattern.first, let base = bytes.baseAddress else { return nil }
            var start = 0
            // Gigabytes go through here: memchr looks at many bytes at once.
            while bytes.count - start >= pattern.count,
                let found = memchr(base + start, Int32(first), bytes.count - start - pattern.count + 1)
            {
                let index = UnsafeRawPointer(found) - base
                if memcmp(found, pattern, pattern.count) == 0 { return index }
                start = index + 1
            }
            return nil
        }
    }
}

/// A header with parameters, such as `form-data; name="file"; filename="a.jpg"`.
struct HeaderParameters {
    private(set) var value: String
    private var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = text[...]
        value = String(Self.take(&rest, until: ";")).trimmed
        while !rest.isEmpty {
            rest = rest.drop { $0 == ";" || $0 == " " || $0 == "\t" }
            let name = Self.take(&rest, until: "=").lowercased()
            guard !name.isEmpty else { break }
            if rest.first == "\"" {
                rest = rest.dropFirst()
                parameters[name] = Self.quoted(&rest)
            } else {
                parameters[name] = String(Self.take(&rest, until: ";")).trimmed
            }
        }
    }

    subscript(name: String) -> String? { parameters[name] }

    private static func take(_ rest: inout Substring, until end: Character) -> Substring {
        let index = rest.firstIndex(of: end) ?? rest.endIndex
        let taken = rest[..<index]
        rest = rest[index...].dropFirst()
        return taken
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var text = ""
        while let character = rest.popFirst() {
            if character == "\"" { break }
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                text.append(next)
                rest = rest.dropFirst()
            } else {
                text.append(character)
            }
        }
        // Browsers write quotes and line breaks so.
        return text.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
