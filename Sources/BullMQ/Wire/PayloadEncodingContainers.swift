// Owns: the three containers Codable sees while encoding. One generic method stands for all of a protocol's overloads; where
// the type is known, the compiler reduces it to the one line that writes it.

/// Members of an object.
struct PayloadKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: PayloadEncoderNode

    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil(forKey key: Key) throws {
        node.encodeNullElement(name: key.stringValue)
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try node.encodeElement(value, name: key.stringValue, key: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        node.spliceElement(name: key.stringValue, key: key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        node.spliceElement(name: key.stringValue, key: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        node.spliceElement(name: PayloadKey.super.stringValue, key: PayloadKey.super)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        node.spliceElement(name: key.stringValue, key: key)
    }
}

/// Elements of an array.
struct PayloadUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    let node: PayloadEncoderNode

    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int { node.scope.count }

    func encodeNil() throws {
        node.encodeNullElement(name: nil)
    }

    func encode<T: Encodable>(_ value: T) throws {
        let index = count
        try node.encodeElement(value, name: nil, key: PayloadKey(index: index))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        splice().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        splice().unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        splice()
    }

    private func splice() -> PayloadEncoderNode {
        node.spliceElement(name: nil, key: PayloadKey(index: count))
    }
}

/// A value that is neither.
struct PayloadSingleValueEncodingContainer: SingleValueEncodingContainer {
    let node: PayloadEncoderNode

    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil() throws {
        try node.encodeNull()
    }

    func encode<T: Encodable>(_ value: T) throws {
        try node.encodeValue(value)
    }
}
