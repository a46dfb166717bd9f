// What an answer that is no success says (Directus, section 9). Proxies answer HTML, so nothing is taken for granted.

import FoundationEssentials
import NIOCore
import NIOHTTP1

enum Refusal {
    private struct Body: Decodable {
        var errors: [Entry]

        struct Entry: Decodable {
            var message: String?
            var extensions: DirectusRow?
        }
    }

    /// - Parameter secret: The token that was sent; some servers quote it.
    static func error(status: Int, headers: HTTPHeaders, body: ByteBuffer, hiding secret: String?) -> DirectusError {
        var error = DirectusError(code(of: status), status: status, message: "Directus answered with status \(status)")
        error.retryAfter = headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0) }
        if (300..<400).contains(status) {
            error.message = "Directus answered with a redirect; is the address complete, with https and its path?"
            return error
        }
        if let body = try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)), !body.errors.isEmpty {
            let first = body.errors[0]
            if let code = first.extensions?["code"]?.string, !code.isEmpty, code.utf8.count <= 100 {
                error.code = DirectusError.Code(rawValue: code)
            }
            error.field = first.extensions?["field"]?.string
            let texts = body.errors.prefix(5).compactMap { $0.extensions?["reason"]?.string ?? $0.message }
            if !texts.isEmpty { error.message = clean(texts.joined(separator: "; "), hiding: secret) }
        } else if body.readableBytes > 0 {
            let text = clean(String(decoding: body.readableBytesView.prefix(2000), as: UTF8.self), hiding: secret)
            error.message += ", and not in Directus's words: \(text)"
        }
        return error
    }

    private static func code(of status: Int) -> DirectusError.Code {
        switch status {
        case 400: .invalidPayload
        case 401: .invalidCredentials
        // A 403 without Directus's envelope is a proxy's and says nothing about rows.
        case 413: .contentTooLarge
        case 416: .rangeNotSatisfiable
        case 429: .tooManyRequests
        case 500: .internalServerError
        case 503: .serviceUnavailable
        default: .invalidAnswer
        }
    }

    /// The first 500 bytes as one line, without the token.
    private static func clean(_ text: String, hiding secret: String?) -> String {
        var text = text
        if let secret { text = text.replacing(secret, with: "[token]") }
        var line = ""
        for character in text {
            let isBlank = character.isWhitespace || character.unicodeScalars.allSatisfy { $0.value < 32 }
            if isBlank {
                if line.last != " " { line.append(" ") }
            } else {
                line.append(character)
            }
            if line.utf8.count >= 500 { return line + "…" }
        }
        return line
    }
}

enum RetryAfter {
    /// Whole seconds, as Directus writes them. A date, as a proxy may write, leaves the pause to the policy.
    static func pause(_ text: String) -> Duration? {
        guard let seconds = Double(text.trimming(while: \.isWhitespace)), seconds.isFinite else { return nil }
        return .seconds(min(max(seconds, 0), 86400))
    }
}
