// The one way in which this module reads and writes JSON.

import FoundationEssentials
import NIOCore

enum DirectusJSON {
    static func encode(_ value: some Encodable) throws(DirectusError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(DirectusDate.text(date))
        }
        do {
            return try encoder.encode(value)
        } catch {
            throw DirectusError(.invalidArgument, message: "A value for Directus cannot be written as JSON")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws(DirectusError) -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            guard let date = DirectusDate.parse(try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date")
            }
            return date
        }
        do {
            return try decoder.decode(type, from: data)
        } catch {
            throw DirectusError(
                .invalidAnswer, message: "Directus answered something that is no \(type): \(place(of: error))")
        }
    }

    /// Where decoding failed: the path, not the data.
    private static func place(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is no JSON" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "at " + path(context.codingPath)
        case .keyNotFound(let key, let context): return "at " + path(context.codingPath + [key])
        @unknown default: return "its shape is another"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty ? "its top" : keys.map(\.stringValue).joined(separator: ".")
    }
}

/// What every success is wrapped in (Directus, section 8).
struct Envelope<Value: Decodable>: Decodable {
    let data: Value
}
