// Strict reading of an operation's parameters (media.md §1.2). Owns: the wording of every parameter error, and the
// rules that unknown keys are refused, null means absent, and nothing is converted or clamped silently.

/// The parameters of one operation, read key by key; each accessor checks type and range.
package struct StrictParameters {
    private let operation: String
    private let values: [String: MediaValue]

    /// Reads the object and refuses keys outside `known`.
    package init(from decoder: any Decoder, operation: String, known: Set<String>) throws {
        self.operation = operation
        let container: KeyedDecodingContainer<Key>
        do {
            container = try decoder.container(keyedBy: Key.self)
        } catch {
            throw MediaError(.invalidParameter, "\(operation): params must be an object")
        }
        var values: [String: MediaValue] = [:]
        for key in container.allKeys {
            guard known.contains(key.stringValue) else {
                let all = known.sorted().joined(separator: ", ")
                throw MediaError(
                    .invalidParameter,
                    "\(operation): unknown parameter \"\(key.stringValue)\". Known are: \(all)",
                    parameter: key.stringValue)
            }
            let value = try container.decode(MediaValue.self, forKey: key)
            if value != .null { values[key.stringValue] = value }
        }
        self.values = values
    }

    /// Whether the key is there with a value other than null.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// An integer in a range. A number with a zero fraction counts as an integer, a numeric string does not.
    package func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        let allowed = "an integer from \(range.lowerBound) to \(range.upperBound)"
        switch values[key] {
        case nil: return nil
        case .integer(let value) where range.contains(value): return value
        case .some(let value): throw wrong(key, value, allowed)
        }
    }

    /// A finite number in a range.
    package func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        let allowed = "a number from \(range.lowerBound) to \(range.upperBound)"
        switch values[key] {
        case nil: return nil
        case .integer(let value) where range.contains(Double(value)): return Double(value)
        case .number(let value) where range.contains(value): return value
        case .some(let value): throw wrong(key, value, allowed)
        }
    }

    /// True or false.
    package func flag(_ key: String) throws -> Bool? {
        switch values[key] {
        case nil: return nil
        case .boolean(let value): return value
        case .some(let value): throw wrong(key, value, "true or false")
        }
    }

    /// A text that `parse` understands; `allowed` completes the sentence "must be …".
    package func text<Value>(_ key: String, allowed: String, parse: (String) -> Value?) throws -> Value? {
        switch values[key] {
        case nil: return nil
        case .text(let text):
            guard let value = parse(text) else { throw wrong(key, .text(text), allowed) }
            return value
        case .some(let value): throw wrong(key, value, allowed)
        }
    }

    /// One of the words of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self
    ) throws -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try text(key, allowed: "one of: \(words)") { Choice(rawValue: $0) }
    }

    /// A list of words of an enumeration.
    func choices<Choice: RawRepresentable & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self
    ) throws -> [Choice]? where Choice.RawValue == String {
        let allowed = "a list of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
        guard let value = values[key] else { return nil }
        guard case .list(let items) = value else { throw wrong(key, value, allowed) }
        return try items.map { item in
            guard case .text(let word) = item, let choice = Choice(rawValue: word) else {
                throw wrong(key, item, allowed)
            }
            return choice
        }
    }

    /// The error for a value that is not allowed.
    package func wrong(_ key: String, _ allowed: String) -> MediaError {
        wrong(key, values[key] ?? .null, allowed)
    }

    /// The error for a key that must be there.
    package func missing(_ key: String, _ allowed: String) -> MediaError {
        MediaError(.invalidParameter, "\(operation): \"\(key)\" is required: \(allowed)", parameter: key)
    }

    private func wrong(_ key: String, _ value: MediaValue, _ allowed: String) -> MediaError {
        MediaError(
            .invalidParameter, "\(operation): \"\(key)\" must be \(allowed), but is \(value.summary)", parameter: key)
    }

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
