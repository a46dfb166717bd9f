// What an access token says. Owns: the claims and their presence (Directus, section 1.2).

import FoundationEssentials
import JWTKit

struct AccessClaims: JWTPayload {
    var id: String?
    var role: String?
    var appAccess = false
    var adminAccess = false
    var session: String?
    var share: String?
    var issuer: String?
    var issuedAt: Int?
    var expiresAt: Int?
    var notBefore: Int?
    /// Whether the three claims are there that make a token an access token; a null is there.
    var hasMandatoryClaims = true

    enum CodingKeys: String, CodingKey {
        case id, role, session, share
        case appAccess = "app_access"
        case adminAccess = "admin_access"
        case issuer = "iss"
        case issuedAt = "iat"
        case expiresAt = "exp"
        case notBefore = "nbf"
    }

    init(id: String, role: String?, appAccess: Bool, adminAccess: Bool, session: String?, issuedAt: Int, expiresAt: Int)
    {
        self.id = id
        self.role = role
        self.appAccess = appAccess
        self.adminAccess = adminAccess
        self.session = session
        issuer = "directus"
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decodeIfPresent(String.self, forKey: .id)
        role = try container.decodeIfPresent(String.self, forKey: .role)
        appAccess = try container.decodeIfPresent(Bool.self, forKey: .appAccess) ?? false
        adminAccess = try container.decodeIfPresent(Bool.self, forKey: .adminAccess) ?? false
        session = try container.decodeIfPresent(String.self, forKey: .session)
        share = try container.decodeIfPresent(String.self, forKey: .share)
        issuer = try container.decodeIfPresent(String.self, forKey: .issuer)
        issuedAt = try container.decodeIfPresent(Double.self, forKey: .issuedAt).flatMap { Int(exactly: $0.rounded()) }
        expiresAt = try container.decodeIfPresent(Double.self, forKey: .expiresAt).flatMap {
            Int(exactly: $0.rounded())
        }
        notBefore = try container.decodeIfPresent(Double.self, forKey: .notBefore).flatMap {
            Int(exactly: $0.rounded())
        }
        hasMandatoryClaims =
            container.contains(.role) && container.contains(.appAccess) && container.contains(.adminAccess)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(id, forKey: .id)
        // Present even if null.
        try container.encode(role, forKey: .role)
        try container.encode(appAccess, forKey: .appAccess)
        try container.encode(adminAccess, forKey: .adminAccess)
        try container.encodeIfPresent(session, forKey: .session)
        try container.encodeIfPresent(share, forKey: .share)
        try container.encodeIfPresent(issuer, forKey: .issuer)
        try container.encodeIfPresent(issuedAt, forKey: .issuedAt)
        try container.encodeIfPresent(expiresAt, forKey: .expiresAt)
    }

    /// Times are judged by the caller, which tells an expired token from a forged one.
    func verify(using algorithm: some JWTAlgorithm) {}
}
