// `/assets`: the bytes of files (Directus, section 11). Owns: ranges, and the headers that go with bytes.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

extension StandInCore {
    func addAssetRoutes(to router: RouterGroup<StandInContext>) {
        for path in ["assets/:key", "assets/:key/:filename"] {
            let path = RouterPath(path)
            router.get(path) { request, context in try await self.asset(request, context) }
            router.head(path) { request, context in
                try await self.asset(request, context).createHeadResponse()
            }
        }
    }

    private static let transforms: Set<String> = [
        "key", "width", "height", "fit", "quality", "format", "withoutEnlargement", "focal_point_x", "focal_point_y",
        "transforms",
    ]

    private func asset(_ request: Request, _ context: StandInContext) async throws -> Response {
        let text = try context.parameters.require("key")
        let parameters = try QueryString.tree(request.uri.query)
        if parameters.object?.keys.contains(where: Self.transforms.contains) == true {
            throw StandInError.invalidQuery("Transformations are switched off")
        }
        let row = try await read(as: context.accountability) { items in
            let key = try items.key(.string(text), of: SystemCollections.files)
            // The permission is for the row; its bytes come with all that is needed to name them.
            try items.require([key], of: SystemCollections.files, for: .read)
            var trusted = items
            trusted.accountability = .system
            return try trusted.item(SystemCollections.files, key, fields: ["*"])
        }
        guard let name = row["filename_disk"]?.string, let size = await files.size(name) else {
            throw StandInError.forbidden
        }
        var response = Response(status: .ok)
        response.headers[.contentType] = row["type"]?.string ?? "application/octet-stream"
        response.headers[.acceptRanges] = "bytes"
        response.headers[.cacheControl] = "max-age=2592000"
        response.headers[.contentDisposition] = Self.disposition(
            isAttachment: parameters["download"] != nil, row["filename_download"]?.string ?? name)
        if let changed = (row["modified_on"]?.string ?? row["uploaded_on"]?.string).flatMap(Timestamp.parse) {
            response.headers[.lastModified] = Timestamp.http(changed)
        }
        if let modified = row["modified_on"]?.string.flatMap(Timestamp.parse) {
            response.headers[.eTag] = "\"\(Int(modified.timeIntervalSince1970))\""
        }
        var range = 0..<size
        if let header = request.headers[.range], let wanted = try ByteRange.parse(header, size: size) {
            range = wanted
            response.status = .partialContent
            response.headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
        }
        guard !range.isEmpty else { return response }
        response.body = try await FileIO().loadFile(
            path: files.path(name), range: range.lowerBound...(range.upperBound - 1), context: context)
        return response
    }

    private static func disposition(isAttachment: Bool, _ filename: String) -> String {
        let plain = String(
            String.UnicodeScalarView(
                filename.unicodeScalars.map { (0x20...0x7E).contains($0.value) && $0 != "\"" && $0 != "\\" ? $0 : "_" })
        )
        let encoded = filename.utf8.map { byte -> String in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            if isPlain || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
                return String(UnicodeScalar(byte))
            }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
        return "\(isAttachment ? "attachment" : "inline"); filename=\"\(plain)\"; filename*=UTF-8''\(encoded)"
    }
}

/// A `Range` header.
enum ByteRange {
    /// The bytes that are meant; nil for a header that is to be ignored.
    ///
    /// - Throws: `RANGE_NOT_SATISFIABLE` if there are no such bytes; an end has to be after the start.
    static func parse(_ header: String, size: Int) throws -> Range<Int>? {
        guard header.hasPrefix("bytes=") else { return nil }
        let text = header.dropFirst(6)
        guard !text.contains(","), let dash = text.firstIndex(of: "-") else { return nil }
        let first = text[..<dash]
        let last = text[text.index(after: dash)...]
        let refusal = StandInError(
            status: 416, code: "RANGE_NOT_SATISFIABLE", message: "Range \"\(header)\" is invalid or not satisfiable.",
            extensions: ["range": .string(header)])
        if first.isEmpty {
            guard let count = Int(last), count > 0, size > 0 else { throw refusal }
            return max(0, size - count)..<size
        }
        guard let start = Int(first), start >= 0, start < size else { throw refusal }
        if last.isEmpty { return start..<size }
        guard let end = Int(last), end > start else { throw refusal }
        return start..<min(end + 1, size)
    }
}
