// Logins. Owns: passwords checked, refresh tokens given out, used once and forgotten (Directus, section 3).

import FoundationEssentials
import GRDB

/// What a login or a refresh gives.
struct SessionTokens: Sendable {
    var accessToken: String
    var refreshToken: String
    /// Milliseconds that the access token lives.
    var expires: Int
}

/// How the tokens travel.
enum SessionMode: String, Sendable {
    case json, cookie, session
}

struct Sessions: Sendable {
    var database: any DatabaseWriter
    var authenticator: Authenticator
    var configuration: StandInConfiguration

    func login(email: String, password: String, mode: SessionMode, now: Date) async throws -> SessionTokens {
        let start = ContinuousClock.now
        do {
            let user = try await database.read { db in
                try User(
                    db, "SELECT id, status, password FROM directus_users WHERE lower(email) = ?", [email.lowercased()])
            }
            guard let user, let kept = user.password else { throw StandInError.invalidCredentials }
            try user.requireActive()
            guard try await PasswordHash.matches(password, kept: kept) else { throw StandInError.invalidCredentials }
            return try await open(user: user.id, replacing: nil, mode: mode, now: now)
        } catch let refusal as StandInError {
            // Whatever was wrong, it takes as long to say so.
            try await Task.sleep(until: start + configuration.loginStall, clock: .continuous)
            throw refusal
        }
    }

    func refresh(_ token: String, mode: SessionMode, now: Date) async throws -> SessionTokens {
        let digest = TokenDigest.make(token)
        let user = try await database.read { db in
            try User(
                db,
                """
                SELECT u.id, u.status, u.password FROM standin_sessions s JOIN directus_users u ON u.id = s.user
                WHERE s.token = ? AND s.expires > ?
                """, [digest, now.timeIntervalSince1970])
        }
        guard let user else { throw StandInError.invalidCredentials }
        try user.requireActive()
        return try await open(user: user.id, replacing: digest, mode: mode, now: now)
    }

    func logout(_ token: String) async throws {
        let digest = TokenDigest.make(token)
        try await database.write { db in
            try db.execute(sql: "DELETE FROM standin_sessions WHERE token = ?", arguments: [digest])
        }
    }

    private func open(user: String, replacing old: String?, mode: SessionMode, now: Date) async throws -> SessionTokens
    {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let refresh = String((0..<64).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] })
        let digest = TokenDigest.make(refresh)
        let lifetime = mode == .session ? configuration.sessionLifetime : configuration.accessTokenLifetime
        let kept = mode == .session ? configuration.sessionLifetime : configuration.refreshTokenLifetime
        let seconds = now.timeIntervalSince1970
        let expiry = seconds + Double(kept.components.seconds)
        let access = try await database.write { db in
            if let old {
                try db.execute(sql: "DELETE FROM standin_sessions WHERE token = ?", arguments: [old])
                guard db.changesCount == 1 else { throw StandInError.invalidCredentials }
            }
            try db.execute(sql: "DELETE FROM standin_sessions WHERE expires <= ?", arguments: [seconds])
            try db.execute(
                sql: "INSERT INTO standin_sessions (token, user, expires) VALUES (?, ?, ?)",
                arguments: [digest, user, expiry])
            try db.execute(
                sql: "UPDATE directus_users SET last_access = ? WHERE id = ?",
                arguments: [Timestamp.instant(now), user])
            let role = try String.fetchOne(
                db, sql: "SELECT role FROM directus_users WHERE id = ?", arguments: [user])
            return try Authenticator.accountability(user: user, role: role, db)
        }
        let claims = AccessClaims(
            id: user, role: access.role, appAccess: access.hasAppAccess || access.isAdmin, adminAccess: access.isAdmin,
            session: mode == .session ? refresh : nil, issuedAt: Int(seconds),
            expiresAt: Int(seconds) + Int(lifetime.components.seconds))
        let milliseconds = lifetime.components.seconds * 1_000
        return SessionTokens(
            accessToken: try await authenticator.sign(claims), refreshToken: refresh, expires: Int(milliseconds))
    }
}

/// What a login has to know of a user.
private struct User: Sendable {
    var id: String
    var status: String
    var password: String?

    init?(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws {
        guard let row = try Row.fetchOne(db, sql: sql, arguments: arguments) else { return nil }
        id = row["id"]
        status = row["status"]
        password = row["password"]
    }

    func requireActive() throws {
        guard status != "active" else { return }
        throw status == "suspended" ? StandInError.userSuspended : StandInError.invalidCredentials
    }
}
