// Owns: the JSON form of a tier table. It is read strictly: what is not understood is refused, with its place, because a
// misspelt word in a table of limits must not silently give or take away.

import Foundation

extension TierTable {
    /// Reads a table from JSON; see ``TierTable`` for the form.
    ///
    /// - Throws: ``TierTableError``, with the place of the first thing that is wrong.
    public init(json: some Sequence<UInt8>) throws(TierTableError) {
        let document: TierDocument
        do {
            document = try JSONDecoder().decode(TierDocument.self, from: Data(json))
        } catch {
            throw TierTableError(decoding: error)
        }
        var resolved: [String: [String: Allowance]] = [:]
        for tier in document.tiers.keys {
            resolved[tier] = try document.allowances(of: tier)
        }
        try self.init(defaultTier: document.defaultTier, tiers: resolved)
    }
}

/// The document as it is written, tiers not yet resolved.
private struct TierDocument: Decodable {
    var defaultTier: String
    var tiers: [String: Tier]

    struct Tier: Decodable {
        var includes: String?
        var operations: [String: Entry]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            try container.refuseKeys(otherThan: ["description", "includes", "operations"])
            _ = try container.decodeIfPresent(String.self, forKey: "description")
            includes = try container.decodeIfPresent(String.self, forKey: "includes")
            operations = try container.decode([String: Entry].self, forKey: "operations")
        }
    }

    enum Entry: Decodable {
        case allowance(TierTable.Allowance)
        case absent

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            func misread(_ value: String) -> TierTableError {
                TierTableError(TierTableError.path(decoder.codingPath), "\(value) is not understood: \(TierTable.rule)")
            }
            do {
                let number = try container.decode(Double.self)
                guard let limit = Int(exactly: number), TierTable.limits.contains(limit) else {
                    throw misread("\(number)")
                }
                self = .allowance(.monthly(limit))
            } catch DecodingError.typeMismatch {
                switch try container.decode(String.self) {
                case "unlimited": self = .allowance(.unlimited)
                case "absent": self = .absent
                case let word: throw misread("\"\(word)\"")
                }
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        try container.refuseKeys(otherThan: ["version", "description", "defaultTier", "tiers"])
        let version = try container.decode(Int.self, forKey: "version")
        guard version == 1 else {
            throw TierTableError("version", "version \(version) is not known; this is version 1")
        }
        _ = try container.decodeIfPresent(String.self, forKey: "description")
        defaultTier = try container.decode(String.self, forKey: "defaultTier")
        tiers = try container.decode([String: Tier].self, forKey: "tiers")
    }

    /// The operations of a tier and of those that it includes, nearest first.
    func allowances(of tier: String) throws(TierTableError) -> [String: TierTable.Allowance] {
        var chain: [String] = []
        var entries: [String: Entry] = [:]
        var next: String? = tier
        while let name = next {
            guard let current = tiers[name] else {
                throw TierTableError(
                    "tiers.\(chain.last ?? tier).includes",
                    "there is no tier \"\(name)\"; there are \(TierTableError.list(tiers.keys))")
            }
            guard !chain.contains(name) else {
                throw TierTableError(
                    "tiers.\(chain.last ?? tier).includes",
                    "the tiers include one another: "
                        + (chain + [name]).joined(separator: " → "))
            }
            chain.append(name)
            entries.merge(current.operations) { nearer, _ in nearer }
            next = current.includes
        }
        return entries.compactMapValues { if case .allowance(let allowance) = $0 { allowance } else { nil } }
    }
}

/// Any key of an object.
private struct Name: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringLiteral value: String) { stringValue = value }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == Name {
    fileprivate func refuseKeys(otherThan known: Set<String>) throws {
        guard let unknown = allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() else { return }
        throw TierTableError(
            TierTableError.path(codingPath),
            "\"\(unknown)\" is not understood; known here are \(TierTableError.list(known))")
    }
}

extension TierTableError {
    fileprivate init(decoding error: any Error) {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            self.init(Self.path(context.codingPath), "\"\(key.stringValue)\" is missing")
        case DecodingError.typeMismatch(let type, let context):
            let path = Self.path(context.codingPath)
            self.init(path, path.contains(".operations.") ? TierTable.rule : "\(Self.name(of: type)) is expected")
        case DecodingError.valueNotFound(_, let context):
            self.init(Self.path(context.codingPath), "null is not allowed")
        case DecodingError.dataCorrupted(let context):
            let cause = context.underlyingError.map { ": \($0)" } ?? ""
            self.init(Self.path(context.codingPath), "this is not JSON\(cause)")
        case let error as TierTableError:
            self = error
        default:
            self.init("", "\(error)")
        }
    }

    fileprivate static func path(_ keys: [any CodingKey]) -> String {
        keys.map(\.stringValue).joined(separator: ".")
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Int.Type: "a whole number"
        default: "an object"
        }
    }
}
