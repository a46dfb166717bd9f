// The secrets of hidden watermarks, by name.

import InvisibleWatermark

/// The keys that a process can hide and read marks with. Copies share what was prepared.
public struct WatermarkKeyring: Sendable {
    private let keys: [String: WatermarkKey]
    /// The name of the key that is used when none is asked for.
    public let standard: String

    /// Makes a keyring. Preparing a key takes a fraction of a second.
    ///
    /// - Parameters:
    ///   - secrets: Secrets by their names, each of at least 16 bytes.
    ///   - standard: The name of the key that is used when none is asked for.
    /// - Throws: ``MediaError/Code/invalidParameter`` if a secret is too short or there is none called `standard`.
    public init(secrets: [String: String], standard: String) throws {
        keys = try secrets.mapValues { secret in
            do {
                return try WatermarkKey(secret: Array(secret.utf8))
            } catch let error as WatermarkError {
                throw MediaError(.invalidParameter, error.message)
            }
        }
        guard keys[standard] != nil else {
            throw MediaError(.invalidParameter, "There is no watermark key called \"\(standard)\"")
        }
        self.standard = standard
    }

    /// The names, sorted.
    public var names: [String] { keys.keys.sorted() }

    func key(named name: String?) throws -> (name: String, key: WatermarkKey) {
        let name = name ?? standard
        guard let key = keys[name] else {
            throw MediaError(
                .invalidParameter, "\"key_id\" must be one of: \(names.joined(separator: ", "))", parameter: "key_id")
        }
        return (name, key)
    }
}

/// An operation that needs a key; whoever runs it gives it the keyring.
public protocol KeyedOperation: MediaOperation {
    /// Takes the keys.
    mutating func use(_ keys: WatermarkKeyring)
}

extension KeyedOperation {
    static func keyMissing() -> MediaError {
        MediaError(.capabilityMissing, "No watermark key is configured; set MEDIA_WATERMARK_KEY to a secret text")
    }
}

extension StrictParameters {
    /// A key's name.
    func keyName() throws -> String? {
        try text("key_id", allowed: "the name of a key") { (1...100).contains($0.count) ? $0 : nil }
    }
}
