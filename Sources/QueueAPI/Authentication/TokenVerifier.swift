// Owns: from a token to its caller: locally where that is sound, through Directus otherwise (Directus, section 2.3).

import FoundationEssentials
import Synchronization

/// Asks Directus whose token this is.
protocol IdentityProvider: Sendable {
    /// The user, or nil for a token that is not valid or not a user's.
    ///
    /// - Throws: `IdentityUnavailable` when there is no telling.
    func caller(of token: BearerToken) async throws(IdentityUnavailable) -> Caller?
}

/// Directus cannot be asked; the token may be good.
struct IdentityUnavailable: Error {}

/// Verifies tokens and remembers the outcome for a while.
final class TokenVerifier: Sendable {
    private let local: LocalTokenVerifier?
    private let remote: (any IdentityProvider)?
    private let cache = TokenCache()
    private let pending = Mutex<[BearerToken.Digest: Task<Result<Caller?, IdentityUnavailable>, Never>]>([:])

    /// How long a positive answer is believed, and a negative one.
    static let validLifetime = Duration.seconds(60)
    static let invalidLifetime = Duration.seconds(5)

    init(local: LocalTokenVerifier?, remote: (any IdentityProvider)?) {
        self.local = local
        self.remote = remote
    }

    /// The caller of a request with this `Authorization` header.
    ///
    /// - Throws: 401, or 503 if Directus is needed and does not answer.
    func caller(authorization header: String?) async throws(APIError) -> Caller {
        guard let token = BearerToken(authorization: header) else { throw .unauthorized }
        return try await caller(of: token)
    }

    /// The caller whose token this is.
    func caller(of token: BearerToken) async throws(APIError) -> Caller {
        let digest = token.digest
        switch cache.finding(digest, at: .now) {
        case .valid(let caller): return caller
        case .invalid: throw .unauthorized
        case nil: break
        }
        guard let caller = try await verify(token, digest) else {
            cache.remember(.invalid, of: digest, until: .now + Self.invalidLifetime)
            throw .unauthorized
        }
        return caller
    }

    private func verify(_ token: BearerToken, _ digest: BearerToken.Digest) async throws(APIError) -> Caller? {
        if let local, token.kind == .access {
            guard let verified = await local.verify(token) else { return nil }
            let remaining = Duration.seconds(max(0, verified.expiresAt.timeIntervalSinceNow))
            cache.remember(.valid(verified.caller), of: digest, until: .now + min(remaining, Self.validLifetime))
            return verified.caller
        }
        guard let remote else { return nil }
        switch await answer(of: remote, token, digest) {
        case .success(let caller):
            if let caller { cache.remember(.valid(caller), of: digest, until: .now + Self.validLifetime) }
            return caller
        case .failure: throw .directusUnavailable
        }
    }

    /// One question for each token at a time, however many ask; those who stop waiting do not stop it.
    private func answer(
        of remote: any IdentityProvider, _ token: BearerToken, _ digest: BearerToken.Digest
    ) async -> Result<Caller?, IdentityUnavailable> {
        let question = pending.withLock { pending in
            if let asked = pending[digest] { return asked }
            let question = Task {
                let answer: Result<Caller?, IdentityUnavailable>
                do throws(IdentityUnavailable) {
                    answer = .success(try await remote.caller(of: token))
                } catch {
                    answer = .failure(error)
                }
                _ = self.pending.withLock { $0.removeValue(forKey: digest) }
                return answer
            }
            pending[digest] = question
            return question
        }
        return await question.value
    }
}
