// Owns: tokens of every kind, good and bad.

import Crypto
import Foundation

enum Tokens {
    static let secret = "a secret of the tests, long enough for everybody"
    static let userID = "0d1f6a0e-2c4b-4a59-9b1e-6a4a2f8f2a01"
    static let otherID = "0d1f6a0e-2c4b-4a59-9b1e-6a4a2f8f2a02"
    static let adminID = "0d1f6a0e-2c4b-4a59-9b1e-6a4a2f8f2a03"
    static let jobID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
    static let fileID = "550e8400-e29b-41d4-a716-446655440000"

    static let user = signed(claims(["id": userID]))
    static let other = signed(claims(["id": otherID]))
    static let admin = signed(claims(["id": adminID, "admin_access": true]))

    /// Claims of an access token, with changes; a change to nothing removes the claim.
    static func claims(_ changes: [String: any Sendable], without removed: [String] = []) -> [String: any Sendable] {
        let now = Int(Date().timeIntervalSince1970)
        var claims: [String: any Sendable] = [
            "role": NSNull(), "app_access": true, "admin_access": false, "iat": now, "exp": now + 900,
            "iss": "directus",
        ]
        claims.merge(changes) { $1 }
        for name in removed { claims[name] = nil }
        return claims
    }

    /// Signs any claims under any header, as the attacker or Directus would.
    static func signed(
        _ claims: [String: any Sendable], algorithm: String = "HS256", secret: String = secret
    ) -> String {
        let header = encoded(["alg": algorithm, "typ": "JWT"])
        let payload = encoded(claims)
        let signature = hmac("\(header).\(payload)", secret)
        return "\(header).\(payload).\(signature)"
    }

    static func unsigned(_ claims: [String: any Sendable]) -> String {
        "\(encoded(["alg": "none", "typ": "JWT"])).\(encoded(claims))."
    }

    private static func encoded(_ object: [String: any Sendable]) -> String {
        do {
            return base64URL(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
        } catch {
            preconditionFailure("claims are JSON: \(error)")
        }
    }

    private static func hmac(_ text: String, _ secret: String) -> String {
        base64URL(
            Data(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))))
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
