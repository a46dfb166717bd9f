// Owns: the three containers Codable sees while decoding; as when encoding, one generic method stands for all overloads.

/// Members of an object.
struct PayloadKeyedDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    let node: PayloadDecoderNode

    var codingPath: [any CodingKey] { node.codingPath }
    var allKeys: [Key] { object.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool {
        object[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try member(key).isNull
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try node.decodeChild(type, try member(key), key: key)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let value = object[key.stringValue], !value.isNull else { return nil }
        return try node.decodeChild(type, value, key: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try node.child(try member(key), key: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try node.child(try member(key), key: key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        node.child(object[PayloadKey.super.stringValue] ?? .null, key: PayloadKey.super)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        node.child(object[key.stringValue] ?? .null, key: key)
    }

    @inline(__always)
    private func member(_ key: Key) throws -> JSONValue {
        if let value = object[key.stringValue] { return value }
        throw DecodingError.keyNotFound(
            key, .init(codingPath: codingPath, debugDescription: "There is no member '\(key.stringValue)'."))
    }
}

/// Elements of an array.
struct PayloadUnkeyedDecodingContainer: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let node: PayloadDecoderNode
    private(set) var currentIndex = 0

    init(elements: [JSONValue], node: PayloadDecoderNode) {
        self.elements = elements
        self.node = node
    }

    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    mutating func decodeNil() throws -> Bool {
        guard try next(JSONValue.self).isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let result = try node.decodeChild(type, try next(type), key: PayloadKey(index: currentIndex))
        currentIndex += 1
        return result
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try nextChild(JSONObject.self).container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try nextChild([JSONValue].self).unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let child = try nextChild(JSONValue.self)
        currentIndex += 1
        return child
    }

    private func nextChild(_ type: any Any.Type) throws -> PayloadDecoderNode {
        node.child(try next(type), key: PayloadKey(index: currentIndex))
    }

    @inline(__always)
    private func next(_ type: any Any.Type) throws -> JSONValue {
        if currentIndex < elements.count { return elements[currentIndex] }
        throw DecodingError.valueNotFound(
            type,
            .init(
                codingPath: codingPath + [PayloadKey(index: currentIndex)],
                debugDescription: "The array has only \(elements.count) elements."))
    }
}

/// A value that is neither.
struct PayloadSingleValueDecodingContainer: SingleValueDecodingContainer {
    let node: PayloadDecoderNode

    var codingPath: [any CodingKey] { node.codingPath }

    func decodeNil() -> Bool {
        node.value.isNull
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try node.decode(type)
    }
}
