// Owns: sessions of the dashboard, kept in signed cookies: nothing to store, nothing to lose at a restart if there is a secret.

import Crypto
import FoundationEssentials

/// Makes and reads session cookies.
struct DashboardSessions: Sendable {
    static let cookie = "queue_dashboard"
    static let lifetime = Duration.seconds(8 * 3600)

    private let key: SymmetricKey
    private let now: @Sendable () -> Date

    /// - Parameter secret: shared by all processes behind one address; nil makes one for this process.
    init(secret: String?, now: @escaping @Sendable () -> Date = { Date() }) {
        key =
            secret.map {
                HKDF<SHA256>.deriveKey(
                    inputKeyMaterial: SymmetricKey(data: Array($0.utf8)), info: Array("queue dashboard session".utf8),
                    outputByteCount: 32)
            } ?? SymmetricKey(size: .bits256)
        self.now = now
    }

    /// The value of a `Set-Cookie` header.
    ///
    /// - Parameter isSecure: whether the browser speaks HTTPS.
    func setCookie(for userID: String, isSecure: Bool) -> String {
        let end = Int(now().timeIntervalSince1970) + Int(Self.lifetime.components.seconds)
        return header("\(userID).\(end).\(signature(userID, end))", Int(Self.lifetime.components.seconds), isSecure)
    }

    /// The value of a `Set-Cookie` header that ends the session.
    func endingCookie(isSecure: Bool) -> String { header("", 0, isSecure) }

    private func header(_ value: String, _ maxAge: Int, _ isSecure: Bool) -> String {
        "\(Self.cookie)=\(value); Path=/dashboard; Max-Age=\(maxAge); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// The user whose session a `Cookie` header carries, if it is genuine and not over.
    func userID(cookies header: String?) -> String? {
        guard let header else { return nil }
        for cookie in header.split(separator: ";") {
            let pair = cookie.trimmingPrefix { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0] == Self.cookie else { continue }
            let parts = pair[1].split(separator: ".").map(String.init)
            guard parts.count == 3, let end = Int(parts[1]), Double(end) > now().timeIntervalSince1970,
                let mac = Self.bytes(hex: parts[2]),
                HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: Self.message(parts[0], end), using: key)
            else { continue }
            return parts[0]
        }
        return nil
    }

    private static func message(_ userID: String, _ end: Int) -> [UInt8] { Array("\(userID).\(end)".utf8) }

    private func signature(_ userID: String, _ end: Int) -> String {
        HMAC<SHA256>.authenticationCode(for: Self.message(userID, end), using: key)
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private static func bytes(hex: String) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
