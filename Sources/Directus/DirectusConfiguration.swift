// Which Directus, as whom, and with how much patience (Directus, section 16).

import FoundationEssentials

/// The settings of a ``DirectusClient``.
public struct DirectusConfiguration: Sendable {
    /// The address without a slash at its end: `https://directus.example.com` or `http://host:8055/base`.
    public let url: String
    /// The static token of the service's own user; nil asks as the public. Never logged.
    public let token: String?
    /// Longest wait for a connection. Default 5 s.
    public var connectTimeout: Duration = .seconds(5)
    /// Longest time for one attempt of a call that carries no file, its answer included. Default 30 s.
    public var timeout: Duration = .seconds(30)
    /// Longest silence while an answer or a file is on its way. Default 60 s.
    public var idleTimeout: Duration = .seconds(60)
    /// How often a failed call is tried again.
    public var retries = DirectusRetryPolicy()
    /// Largest answer that is held in memory, in bytes. Default 16 MiB. Files are not held in memory.
    public var largestAnswer = 16 << 20
    /// Most connections at once. Default 16.
    public var connections = 16

    /// Makes the settings.
    ///
    /// - Parameters:
    ///   - url: Address of Directus: http or https, with a path if a proxy adds one; without credentials, query or
    ///     fragment. A slash at the end is dropped.
    ///   - token: Static token; surrounding whitespace is dropped, an empty one is none.
    /// - Throws: ``DirectusError/Code/invalidArgument`` for an address or a token that cannot be used.
    public init(url: String, token: String? = nil) throws(DirectusError) {
        var address = url.trimming(while: \.isWhitespace)
        while address.hasSuffix("/") { address.removeLast() }
        guard let parts = URLComponents(string: address), let scheme = parts.scheme?.lowercased(),
            scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
        else {
            throw DirectusError(
                .invalidArgument, message: "The address of Directus must look like http://host:8055 or https://host")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw DirectusError(
                .invalidArgument,
                message:
                    "The address of Directus must hold no credentials, no query and no fragment; give the token apart"
            )
        }
        self.url = address
        let token = token?.trimming(while: \.isWhitespace)
        if let token, !token.isEmpty {
            guard BearerToken.isSendable(token) else {
                throw DirectusError(
                    .invalidArgument, message: "The token for Directus holds characters that a header cannot carry")
            }
            self.token = token
        } else {
            self.token = nil
        }
    }
}

extension DirectusConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// The address and whether there is a token, not which.
    public var description: String { "\(url) (\(token == nil ? "no token" : "with a token"))" }
    /// The same: a debugger's log is a log, too.
    public var debugDescription: String { description }
}

extension String {
    func trimming(while predicate: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, predicate(first) { rest.removeFirst() }
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return String(rest)
    }
}

enum BearerToken {
    /// Whether a header can carry it and Directus can read it: visible ASCII, since the header is split at spaces.
    static func isSendable(_ token: String) -> Bool {
        !token.isEmpty && token.utf8.count <= 16384 && token.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
