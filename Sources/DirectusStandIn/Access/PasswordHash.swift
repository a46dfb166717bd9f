// Passwords as they are kept. Owns: the derivation and its spelling `scrypt$<rounds>$<salt>$<key>`.

import Crypto
import CryptoExtras
import FoundationEssentials
import NIOPosix

enum PasswordHash {
    /// What to keep for a password; derived on a thread that may block.
    static func make(_ password: String, rounds: Int) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        let key = try await derive(password, salt, rounds: rounds)
        return "scrypt$\(rounds)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    /// Whether a password is the one that was kept.
    static func matches(_ password: String, kept: String) async throws -> Bool {
        let parts = kept.split(separator: "$").map(String.init)
        guard parts.count == 4, parts[0] == "scrypt", let rounds = Int(parts[1]),
            let salt = Data(base64Encoded: parts[2]), let expected = Data(base64Encoded: parts[3])
        else { return false }
        let key = try await derive(password, salt, rounds: rounds)
        // A keyed digest of both, since the comparison of two of those takes the same time whatever differs.
        let secret = SymmetricKey(size: .bits256)
        return HMAC<SHA256>.isValidAuthenticationCode(
            HMAC<SHA256>.authenticationCode(for: key, using: secret), authenticating: expected, using: secret)
    }

    private static func derive(_ password: String, _ salt: Data, rounds: Int) async throws -> Data {
        try await NIOThreadPool.singleton.runIfActive {
            try KDF.Scrypt.deriveKey(
                from: Data(password.utf8), salt: salt, outputByteCount: 32, rounds: rounds, blockSize: 8, parallelism: 1
            ).withUnsafeBytes { Data($0) }
        }
    }
}

/// Tokens as they are kept: a digest, so that the database does not give them away.
enum TokenDigest {
    static func make(_ token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
