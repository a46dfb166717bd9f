// Owns: the state of one encoding. Everything strictly nested is written straight into one buffer: a value's encoder is the
// same object as its parent's, with a fresh scope. Only `nestedContainer` and `superEncoder`, whose users may write to
// several containers by turns, get a buffer of their own that is spliced in at the end. So each byte is copied at most once
// for each such level, and nothing ever moves within a buffer.

/// One buffer of JSON under construction, and the `Encoder` for the value that is being written to it.
final class PayloadEncoderNode: Encoder {
    /// What the value in progress has made of itself so far.
    struct Scope {
        enum Kind { case undecided, single, array, object }

        var kind = Kind.undecided
        /// The number of elements or members written.
        var count = 0
    }

    var writer = JSONWriter()
    private(set) var codingPath: [any CodingKey]
    private(set) var scope = Scope()
    private let sendableUserInfo: [CodingUserInfoKey: any Sendable]
    /// Buffers to be inserted before the byte at `offset`, in ascending order.
    private var splices: [(offset: Int, node: PayloadEncoderNode)] = []

    init(codingPath: [any CodingKey], userInfo: [CodingUserInfoKey: any Sendable]) {
        self.codingPath = codingPath
        self.sendableUserInfo = userInfo
    }

    var userInfo: [CodingUserInfoKey: Any] { sendableUserInfo }

    // MARK: Encoder

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        open(.object)
        return KeyedEncodingContainer(PayloadKeyedEncodingContainer(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        open(.array)
        return PayloadUnkeyedEncodingContainer(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        PayloadSingleValueEncodingContainer(node: self)
    }

    // MARK: Writing

    /// Writes the value this node stands for. If it fails, nothing of it remains.
    func encodeValue<T: Encodable>(_ value: T) throws {
        try decide(value)
        let mark = writer.bytes.count
        do {
            if try encodeDirectly(value) {
                scope.kind = .single
            } else {
                try value.encode(to: self)
            }
        } catch {
            takeBack(to: mark)
            scope = Scope()
            throw contextualized(error, path: codingPath)
        }
    }

    /// Writes `null` as the value this node stands for.
    func encodeNull() throws {
        try decide(JSONValue.null)
        scope.kind = .single
        writer.append(literal: "null")
    }

    private func decide(_ value: some Encodable) throws {
        guard scope.kind == .undecided else {
            throw EncodingError.invalidValue(
                value,
                .init(
                    codingPath: codingPath,
                    debugDescription: "This place already holds a value; a second one cannot be written to it."))
        }
    }

    /// Writes an element, or a member if there is a `name` for it, into the array or object in progress. If it fails, nothing
    /// of it remains, so that a caller may catch the error and go on.
    ///
    /// - Parameters:
    ///   - value: The element or member.
    ///   - name: The member's name.
    ///   - key: The place for the coding path, needed only for values with a scope of their own and for errors.
    @inline(__always)
    func encodeElement<T: Encodable>(_ value: T, name: String?, key: @autoclosure () -> any CodingKey) throws {
        let mark = writer.bytes.count
        startElement(name: name)
        do {
            if try !encodeDirectly(value) { try encodeNested(value, key: key()) }
        } catch {
            takeBack(to: mark)
            scope.count -= 1
            throw contextualized(error, path: codingPath + [key()])
        }
    }

    /// Writes `null` as an element, or as a member if there is a `name` for it.
    func encodeNullElement(name: String?) {
        startElement(name: name)
        writer.append(literal: "null")
    }

    private func encodeNested<T: Encodable>(_ value: T, key: any CodingKey) throws {
        let outer = scope
        scope = Scope()
        codingPath.append(key)
        defer {
            codingPath.removeLast()
            scope = outer
        }
        try value.encode(to: self)
        close()
    }

    @inline(__always)
    private func startElement(name: String?) {
        writer.startElement(name: name, isFirst: scope.count == 0)
        scope.count += 1
    }

    private func takeBack(to mark: Int) {
        writer.bytes.removeLast(writer.bytes.count - mark)
        while let last = splices.last, last.offset > mark { splices.removeLast() }
    }

    private func contextualized(_ error: any Error, path: @autoclosure () -> [any CodingKey]) -> any Error {
        guard let error = error as? UnencodableValue else { return error }
        return EncodingError.invalidValue(error.value, .init(codingPath: path(), debugDescription: error.reason))
    }

    /// Starts an element that is written to a node of its own.
    func spliceElement(name: String?, key: any CodingKey) -> PayloadEncoderNode {
        startElement(name: name)
        let node = PayloadEncoderNode(codingPath: codingPath + [key], userInfo: sendableUserInfo)
        splices.append((writer.bytes.count, node))
        return node
    }

    /// Makes the value in progress an array or object, unless it already is one.
    func open(_ kind: Scope.Kind) {
        if scope.kind == kind { return }
        precondition(
            scope.kind == .undecided,
            "The value at \(codingPath.payloadPath) encodes itself as \(scope.kind) and as \(kind); it can only be one of them."
        )
        scope.kind = kind
        writer.append(byte: kind == .object ? JSONByte.openBrace : JSONByte.openBracket)
    }

    private func close() {
        switch scope.kind {
        case .single: break
        case .array: writer.append(byte: JSONByte.closeBracket)
        case .object: writer.append(byte: JSONByte.closeBrace)
        case .undecided: writer.append(literal: "{}")
        }
    }

    /// Ends the value this node stands for and hands over its text.
    func finish() -> [UInt8] {
        close()
        if splices.isEmpty { return writer.bytes }
        var joined: [UInt8] = []
        join(into: &joined)
        return joined
    }

    private func join(into joined: inout [UInt8]) {
        var copied = 0
        for (offset, node) in splices {
            joined.append(contentsOf: writer.bytes[copied..<offset])
            node.close()
            node.join(into: &joined)
            copied = offset
        }
        joined.append(contentsOf: writer.bytes[copied...])
    }
}

/// A value JSON cannot express, before it is known where it stands.
struct UnencodableValue: Error {
    let value: any Sendable
    let reason: String
}

extension [any CodingKey] {
    /// The path as one would write it: `clips[2].file`, or "the top level".
    var payloadPath: String {
        if isEmpty { return "the top level" }
        var path = ""
        for key in self {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path
    }
}
