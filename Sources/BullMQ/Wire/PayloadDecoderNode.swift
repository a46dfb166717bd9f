// Owns: one value on its way from JSON to a Swift type, and where in the document it stands.

/// The `Decoder` for one JSON value.
final class PayloadDecoderNode: Decoder {
    let value: JSONValue
    private let key: (any CodingKey)?
    private let parent: PayloadDecoderNode?
    private let sendableUserInfo: [CodingUserInfoKey: any Sendable]

    init(
        value: JSONValue, key: (any CodingKey)?, parent: PayloadDecoderNode?,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        self.value = value
        self.key = key
        self.parent = parent
        self.sendableUserInfo = userInfo
    }

    var userInfo: [CodingUserInfoKey: Any] { sendableUserInfo }

    /// Put together only when somebody asks, which is nearly always for an error.
    var codingPath: [any CodingKey] {
        var path: [any CodingKey] = []
        var node: PayloadDecoderNode? = self
        while let current = node {
            if let key = current.key { path.append(key) }
            node = current.parent
        }
        return path.reversed()
    }

    // MARK: Decoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else {
            throw PayloadMismatch.type("an object", found: value).error(for: JSONObject.self, at: codingPath)
        }
        return KeyedDecodingContainer(PayloadKeyedDecodingContainer(object: object, node: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else {
            throw PayloadMismatch.type("an array", found: value).error(for: [JSONValue].self, at: codingPath)
        }
        return PayloadUnkeyedDecodingContainer(elements: elements, node: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        PayloadSingleValueDecodingContainer(node: self)
    }

    // MARK: Reading

    /// The node of an element or member.
    func child(_ value: JSONValue, key: any CodingKey) -> PayloadDecoderNode {
        PayloadDecoderNode(value: value, key: key, parent: self, userInfo: sendableUserInfo)
    }

    /// Reads this node's value.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        do throws(PayloadMismatch) {
            if let result = try Self.decodeDirectly(type, from: value) { return result }
        } catch {
            throw error.error(for: type, at: codingPath)
        }
        return try T(from: self)
    }

    /// Reads an element or member; a node is made for it only if its type wants a decoder.
    @inline(__always)
    func decodeChild<T: Decodable>(
        _ type: T.Type, _ value: JSONValue, key: @autoclosure () -> any CodingKey
    ) throws -> T {
        do throws(PayloadMismatch) {
            if let result = try Self.decodeDirectly(type, from: value) { return result }
        } catch {
            throw error.error(for: type, at: codingPath + [key()])
        }
        return try T(from: child(value, key: key()))
    }
}

/// Why a JSON value cannot be read as a type, before it is known where it stands.
enum PayloadMismatch: Error {
    case type(String, found: JSONValue)
    case corrupted(String)

    func error(for type: any Any.Type, at path: [any CodingKey]) -> DecodingError {
        switch self {
        case .type(let expected, .null):
            .valueNotFound(type, .init(codingPath: path, debugDescription: "Expected \(expected), found null."))
        case .type(let expected, let found):
            .typeMismatch(
                type, .init(codingPath: path, debugDescription: "Expected \(expected), found \(found.kindDescription).")
            )
        case .corrupted(let description):
            .dataCorrupted(.init(codingPath: path, debugDescription: description))
        }
    }
}

extension JSONValue {
    /// The kind of value, for error messages, which should not repeat what users put into their payloads.
    fileprivate var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
