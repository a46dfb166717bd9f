// Owns: verifying access tokens with the secret of Directus, without asking it (Directus, section 2.1).

import FoundationEssentials
import JWTKit

/// Verifies JWTs that Directus signed.
struct LocalTokenVerifier: Sendable {
    /// A token that was found valid.
    struct Verified: Sendable {
        let caller: Caller
        let expiresAt: Date
    }

    private let keys: JWTKeyCollection
    private let clockSkew: TimeInterval
    private let now: @Sendable () -> Date

    /// - Parameter secret: the `SECRET` of Directus, as it is configured there.
    init(
        secret: String, clockSkew: Duration = .seconds(5), now: @escaping @Sendable () -> Date = { Date() }
    ) async {
        keys = JWTKeyCollection()
        // HMAC itself fills short keys with zeros; JWTKit wants to see 32 bytes.
        var key = Array(secret.utf8)
        while key.count < 32 { key.append(0) }
        await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        self.clockSkew = clockSkew.inSeconds
        self.now = now
    }

    /// Nil for every token that is not a valid access token of a user.
    func verify(_ token: BearerToken) async -> Verified? {
        // Judged before the key is touched: whatever the header asks for, only this algorithm is used.
        guard token.algorithm == "HS256" else { return nil }
        let claims: DirectusClaims
        do {
            claims = try await keys.verify(token.text, as: DirectusClaims.self)
        } catch {
            // Whatever is wrong with it, the answer is the same, so that nothing can be learned from it.
            return nil
        }
        let now = now()
        guard claims.expiresAt.addingTimeInterval(clockSkew) > now,
            claims.notBefore.map({ $0.addingTimeInterval(-clockSkew) <= now }) ?? true,
            let userID = claims.userID.flatMap(UUIDText.normalized)
        else { return nil }
        return Verified(caller: Caller(userID: userID, isAdmin: claims.isAdmin), expiresAt: claims.expiresAt)
    }
}

/// What an access token says (Directus, section 1.2).
struct DirectusClaims: JWTPayload {
    let userID: String?
    let isAdmin: Bool
    let issuer: String
    let expiresAt: Date
    let notBefore: Date?
    let share: String?

    enum CodingKeys: String, CodingKey {
        case userID = "id"
        case role
        case isAdmin = "admin_access"
        case hasAppAccess = "app_access"
        case issuer = "iss"
        case expiresAt = "exp"
        case notBefore = "nbf"
        case share
        case audience = "aud"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Directus signs links for invitations and new passwords with the same key; they lack these three.
        for key in [CodingKeys.role, .isAdmin, .hasAppAccess] where !container.contains(key) {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: decoder.codingPath, debugDescription: "not an access token"))
        }
        // A token that was issued for one application may do less than its user (Directus, section 18).
        guard !container.contains(.audience) else {
            throw DecodingError.dataCorruptedError(
                forKey: .audience, in: container, debugDescription: "for another audience")
        }
        userID = try container.decodeIfPresent(String.self, forKey: .userID)
        isAdmin = try container.decodeIfPresent(Bool.self, forKey: .isAdmin) ?? false
        issuer = try container.decode(String.self, forKey: .issuer)
        expiresAt = Date(timeIntervalSince1970: try container.decode(Double.self, forKey: .expiresAt))
        notBefore = try container.decodeIfPresent(Double.self, forKey: .notBefore).map(
            Date.init(timeIntervalSince1970:))
        share = try container.decodeIfPresent(String.self, forKey: .share)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(userID, forKey: .userID)
        try container.encodeNil(forKey: .role)
        try container.encode(isAdmin, forKey: .isAdmin)
        try container.encode(isAdmin, forKey: .hasAppAccess)
        try container.encode(issuer, forKey: .issuer)
        try container.encode(expiresAt.timeIntervalSince1970, forKey: .expiresAt)
        try container.encodeIfPresent(notBefore?.timeIntervalSince1970, forKey: .notBefore)
        try container.encodeIfPresent(share, forKey: .share)
    }

    func verify(using algorithm: some JWTAlgorithm) throws {
        guard issuer == "directus", share == nil else {
            throw JWTError.claimVerificationFailure(failedClaim: nil, reason: "not a user's token of Directus")
        }
    }
}
