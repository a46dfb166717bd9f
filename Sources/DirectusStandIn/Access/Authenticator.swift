// From a token to a caller. Owns: telling JWTs from static tokens, the outcome of bad ones (Directus, sections 1.3 and
// 1.4), and a memory of who may do what.

import FoundationEssentials
import GRDB
import JWTKit
import Synchronization

final class Authenticator: Sendable {
    private struct Memory {
        var generation = 0
        var known: [String: Accountability] = [:]
    }

    private static let capacity = 1_000

    private let database: any DatabaseWriter
    private let secret: String
    private let keys = Mutex<JWTKeyCollection?>(nil)
    private let memory = Mutex(Memory())

    init(database: any DatabaseWriter, secret: String) {
        self.database = database
        self.secret = secret
    }

    /// The caller with that token.
    ///
    /// - Throws: ``StandInError`` for every token that is not good.
    func accountability(ofToken token: String, now: Date) async throws -> Accountability {
        if let claims = try? DefaultJWTParser().parse(Data(token.utf8), as: AccessClaims.self).payload,
            claims.issuer == "directus"
        {
            return try await accountability(ofJWT: token, now: now)
        }
        let digest = TokenDigest.make(token)
        return try await remembered("token " + digest) { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT id, role, status FROM directus_users WHERE token = ?", arguments: [digest])
            guard let row, row["status"] == "active" else { throw StandInError.invalidCredentials }
            return try Self.accountability(user: row["id"], role: row["role"], db)
        }
    }

    /// A caller without a token: the public policy decides.
    func anonymous() async throws -> Accountability {
        try await remembered("nobody") { try Self.accountability(user: nil, role: nil, $0) }
    }

    private func accountability(ofJWT token: String, now: Date) async throws -> Accountability {
        let claims: AccessClaims
        do {
            let header = try DefaultJWTParser().parse(Data(token.utf8), as: AccessClaims.self).header
            guard header.alg == "HS256" else { throw StandInError.invalidToken }
            claims = try await signing().verify(token, as: AccessClaims.self)
        } catch is JWTError {
            throw StandInError.invalidToken
        }
        let seconds = Int(now.timeIntervalSince1970)
        if let notBefore = claims.notBefore, notBefore > seconds { throw StandInError.invalidToken }
        if let expiresAt = claims.expiresAt, expiresAt <= seconds { throw StandInError.tokenExpired }
        guard claims.hasMandatoryClaims else { throw StandInError.invalidToken }
        if let session = claims.session {
            let digest = TokenDigest.make(session)
            let user = try await database.read { db in
                try String.fetchOne(
                    db, sql: "SELECT user FROM standin_sessions WHERE token = ? AND expires > ?",
                    arguments: [digest, now.timeIntervalSince1970])
            }
            guard let user, user == claims.id else { throw StandInError.invalidCredentials }
        }
        if let share = claims.share { return Accountability(share: share) }
        guard let id = claims.id else { throw StandInError.invalidToken }
        let role = claims.role
        // Flags of the token are hints only: what the caller may do is looked up.
        return try await remembered("user \(id) \(role ?? "")") { try Self.accountability(user: id, role: role, $0) }
    }

    func sign(_ claims: AccessClaims) async throws -> String {
        try await signing().sign(claims)
    }

    /// Forgets what is known of callers; to be called after users, roles, policies or permissions changed.
    func forget() {
        memory.withLock {
            $0.generation += 1
            $0.known.removeAll(keepingCapacity: true)
        }
    }

    fileprivate func signing() async -> JWTKeyCollection {
        if let keys = keys.withLock({ $0 }) { return keys }
        // HMAC fills short keys with zeros; filled already, they are long enough for JWTKit.
        var key = Data(secret.utf8)
        if key.count < 32 { key.append(Data(count: 32 - key.count)) }
        let made = await JWTKeyCollection().add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        return keys.withLock { keys in
            let kept = keys ?? made
            keys = kept
            return kept
        }
    }

    private func remembered(
        _ name: String, _ look: @escaping @Sendable (Database) throws -> Accountability
    ) async throws -> Accountability {
        let (known, generation) = memory.withLock { ($0.known[name], $0.generation) }
        if let known { return known }
        let found = try await database.read(look)
        memory.withLock {
            // What was read before a change must not be remembered after it.
            guard $0.generation == generation else { return }
            if $0.known.count >= Self.capacity { $0.known.removeAll(keepingCapacity: true) }
            $0.known[name] = found
        }
        return found
    }

    /// What the policies of a user and its role add up to; the public one counts for those without a role.
    static func accountability(user: String?, role: String?, _ db: Database) throws -> Accountability {
        let policies = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT p.id, p.admin_access, p.app_access FROM directus_policies p
                JOIN directus_access a ON a.policy = p.id
                WHERE (a.user IS NOT NULL AND a.user = ?) OR (a.role IS NOT NULL AND a.role = ?)
                    OR (a.user IS NULL AND a.role IS NULL AND ?)
                """, arguments: [user, role, role == nil])
        var result = Accountability(user: user, role: role)
        for policy in policies {
            if user != nil && policy["admin_access"] { result.isAdmin = true }
            if user != nil && policy["app_access"] { result.hasAppAccess = true }
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM directus_permissions WHERE policy = ?", arguments: [policy["id"] as String])
            result.permissions += rows.map { row in
                Permission(
                    collection: row["collection"], action: row["action"], filter: Self.rule(row["permissions"]),
                    validation: Self.rule(row["validation"]),
                    presets: (row["presets"] as String?).flatMap { JSONValue(text: $0)?.object } ?? [:],
                    fields: (row["fields"] as String?)?.split(separator: ",").map(String.init) ?? [])
            }
        }
        return result
    }

    /// A filter of a permission row; one that is empty is none.
    private static func rule(_ text: String?) -> JSONValue? {
        guard let text, let value = JSONValue(text: text), !value.isNull, value.object?.isEmpty != true else {
            return nil
        }
        return value
    }
}

extension Authenticator {
    /// The refresh token that a session token carries.
    func session(of token: String) async throws -> String? {
        do {
            return try await signing().verify(token, as: AccessClaims.self).session
        } catch is JWTError {
            throw StandInError.invalidCredentials
        }
    }
}
