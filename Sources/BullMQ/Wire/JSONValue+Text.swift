// Owns: the ways between `JSONValue` and JSON text.

extension JSONValue {
    /// Reads JSON text.
    ///
    /// - Parameter text: One JSON value, with white space around it or not.
    /// - Throws: ``JSONError`` with the place of the first byte that is not JSON.
    public init(parsing text: String) throws(JSONError) {
        self = try text.withUTF8Bytes { bytes in JSONParser<JSONTree>.parse(bytes) }.get()
    }

    /// Reads JSON text.
    ///
    /// - Parameter bytes: One JSON value as UTF-8 without byte-order mark, with white space around it or not.
    /// - Throws: ``JSONError`` with the place of the first byte that is not JSON.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        let outcome = bytes.withMemoryRebound(to: UInt8.self) { bytes in JSONParser<JSONTree>.parse(bytes) }
        self = try outcome.get()
    }

    /// Reads JSON text.
    ///
    /// - Parameter bytes: One JSON value as UTF-8 without byte-order mark, with white space around it or not.
    /// - Throws: ``JSONError`` with the place of the first byte that is not JSON.
    public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        self = try bytes.withContiguousBytes { bytes in JSONParser<JSONTree>.parse(bytes) }.get()
    }

    /// The JSON text of the value: compact, and what JavaScript's `JSON.stringify` writes.
    ///
    /// One difference is on purpose: JavaScript moves member names that look like array indices (`"7"`) to the front of
    /// their object when it builds it; here members stay in the order they have.
    ///
    /// - Returns: The text.
    public func serialized() -> String {
        var writer = JSONWriter()
        writer.append(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Appends the text of ``serialized()`` to a buffer as UTF-8.
    ///
    /// - Parameter buffer: The bytes to append to.
    public func serialize(into buffer: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.bytes, &buffer)
        writer.append(self)
        swap(&writer.bytes, &buffer)
    }
}
