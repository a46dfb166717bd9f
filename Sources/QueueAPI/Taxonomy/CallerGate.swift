// Owns: who may drop the taxonomy cache (queue API, section 7). The rule it keeps: nobody who is elsewhere looks local.

import Crypto
import HTTPTypes
import NIOCore

/// Admits callers from this machine, from trusted networks, and those who know the secret.
struct CallerGate: Sendable {
    let secret: String?
    let trusted: [AddressRange]

    /// - Parameters:
    ///   - peer: the other end of the TCP connection.
    ///   - authority: the `Host` of the request.
    func admits(peer: SocketAddress?, headers: HTTPFields, authority: String?) -> Bool {
        if let secret, let given = headers[Self.secretHeader], Self.areEqual(given, secret) { return true }
        guard let peer else { return false }
        if trusted.contains(where: { $0.contains(peer) }) { return true }
        return AddressRange.loopback.contains { $0.contains(peer) }
            && !Self.signsOfAProxyOrPage.contains { headers[$0] != nil } && Self.isLocalName(authority)
    }

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a valid field name") }
        return name
    }

    static let secretHeader = name("X-Queue-Secret")

    /// A reverse proxy on this machine makes every request look local, and so does a page in a browser that runs here.
    private static let signsOfAProxyOrPage = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "Origin"].map(name)

    /// `localhost` or an address: a name that somebody's DNS points here is neither.
    static func isLocalName(_ authority: String?) -> Bool {
        guard let authority else { return false }
        if authority.hasPrefix("[") {
            let end = authority.firstIndex(of: "]") ?? authority.endIndex
            return AddressRange(String(authority[..<end].dropFirst())) != nil
        }
        let host = authority.prefix { $0 != ":" }
        return host.lowercased() == "localhost" || AddressRange(String(host)) != nil
    }

    /// Takes the same time for every wrong value.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        SHA256.hash(data: Array(left.utf8)) == SHA256.hash(data: Array(right.utf8))
    }
}
