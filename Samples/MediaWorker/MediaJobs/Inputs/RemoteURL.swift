// A URL that a job gave us, taken apart with suspicion (media.md §18).

public import FoundationEssentials

/// An `http` or `https` URL that may be asked, as far as its text tells; its host's addresses are checked when it is.
public struct RemoteURL: Sendable, Equatable {
    /// The URL as it will be requested.
    public let url: URL
    /// Host without brackets.
    public let host: String
    /// Port, explicit or the scheme's.
    public let port: Int
    /// Whether the scheme is `https`.
    public let isSecure: Bool

    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - text: At most 2048 characters, without credentials.
    ///   - base: What a relative reference (of a redirect) refers to.
    ///   - ports: Ports that may be asked.
    public init(_ text: String, relativeTo base: URL? = nil, ports: Set<Int>) throws {
        guard text.utf8.count <= 2048, !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }),
            let url = URL(string: text, relativeTo: base)?.absoluteURL
        else {
            throw MediaJobError(.invalidData, "\"input_url\" must be a URL of at most 2048 characters")
        }
        let scheme = url.scheme?.lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw MediaJobError(.forbiddenURL, "\"input_url\" must be an http or https URL")
        }
        guard url.user == nil, url.password == nil else {
            throw MediaJobError(.forbiddenURL, "\"input_url\" must not carry a user name or password")
        }
        // Only plain ASCII: the host that is resolved and pinned must be the same text that the HTTP client looks up.
        let authority = url.absoluteString.drop { $0 != "/" }.dropFirst(2).prefix { !"/?#".contains($0) }
        guard let host = url.host, !host.isEmpty, host.utf8.allSatisfy(Self.isPlain), !authority.contains("%") else {
            throw MediaJobError(.invalidData, "\"input_url\" must name a host, without percent signs")
        }
        isSecure = scheme == "https"
        port = url.port ?? (isSecure ? 443 : 80)
        guard ports.contains(port) else {
            let allowed = ports.sorted().map(String.init).joined(separator: ", ")
            throw MediaJobError(.forbiddenURL, "\"input_url\" must use one of the ports \(allowed), not \(port)")
        }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.url = url
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._:[]".utf8.contains(byte)
        }
    }
}
