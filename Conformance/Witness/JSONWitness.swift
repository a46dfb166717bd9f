// Owns reading JSON with json-c, independent of the parser under test.
// Rule: json-c's word counts except where a known defect is touched; then the reading says so.

import CJSONC

/// Judges JSON text with json-c in strict mode.
public enum JSONWitness {
    /// What json-c read, and where its word must not be relied on.
    public struct Reading: Hashable, Sendable {
        /// The value.
        public let value: WitnessedJSON
        /// Why parts of the value may be wrong; empty for almost every text.
        public let defects: Set<JSONKnownDefect>
    }

    /// The deepest nesting that is read.
    public static let maximumDepth = 4096

    /// Reads text.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/notJSON``: json-c refuses the text, or accepts it only by
    ///   a known defect.
    public static func read(_ text: Bytes) throws -> Reading {
        let defects = JSONKnownDefect.touched(by: text)
        let value = try parse(text)
        if let defect = defects.first(where: \.acceptsInvalidText) {
            throw WitnessError(.notJSON, "json-c accepts it by its defect \(defect.rawValue): \(text)")
        }
        return Reading(value: value, defects: defects)
    }

    /// The value of text that touches no known defect.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/notJSON``.
    public static func value(of text: Bytes) throws -> WitnessedJSON {
        let reading = try read(text)
        if let defect = reading.defects.first {
            throw WitnessError(.notJSON, "json-c cannot judge this (\(defect.rawValue)): \(text)")
        }
        return reading.value
    }

    /// The value of text that touches no known defect.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/notJSON``.
    public static func value(of text: String) throws -> WitnessedJSON { try value(of: Bytes(text)) }

    /// What json-c makes of the text, defects and all.
    static func parse(_ text: Bytes) throws -> WitnessedJSON {
        guard let tokener = json_tokener_new_ex(Int32(maximumDepth)) else {
            throw WitnessError(.notJSON, "json-c has no memory for a parser")
        }
        defer { json_tokener_free(tokener) }
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
        // The NUL after the text tells json-c that a number at its end is complete.
        let terminated = text.storage + [0]
        let object = terminated.withUnsafeBytes { buffer in
            json_tokener_parse_ex(
                tokener, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(terminated.count))
        }
        defer { json_object_put(object) }
        let error = json_tokener_get_error(tokener)
        let end = json_tokener_get_parse_end(tokener)
        guard error == json_tokener_success, end == text.storage.count else {
            let words =
                error == json_tokener_success ? "text after the value" : String(cString: json_tokener_error_desc(error))
            throw WitnessError(.notJSON, "json-c: \(words), at byte \(end) of: \(text)")
        }
        return value(object)
    }

    private static func value(_ object: OpaquePointer?) -> WitnessedJSON {
        switch json_object_get_type(object) {
        case json_type_boolean: .bool(json_object_get_boolean(object) != 0)
        case json_type_double: WitnessedJSON(json_object_get_double(object))
        case json_type_int: integer(object)
        case json_type_string: .string(string(object))
        case json_type_array:
            .array((0..<json_object_array_length(object)).map { value(json_object_array_get_idx(object, $0)) })
        case json_type_object: .object(members(object))
        default: .null
        }
    }

    private static func integer(_ object: OpaquePointer?) -> WitnessedJSON {
        let unsigned = json_object_get_uint64(object)
        return unsigned > UInt64(Int64.max) ? .unsigned(unsigned) : .integer(json_object_get_int64(object))
    }

    private static func string(_ object: OpaquePointer?) -> Bytes {
        let length = Int(json_object_get_string_len(object))
        return Bytes(UnsafeRawBufferPointer(start: json_object_get_string(object), count: length))
    }

    private static func members(_ object: OpaquePointer?) -> [Bytes: WitnessedJSON] {
        var members: [Bytes: WitnessedJSON] = [:]
        var iterator = json_object_iter_begin(object)
        var end = json_object_iter_end(object)
        while json_object_iter_equal(&iterator, &end) == 0 {
            let name = String(cString: json_object_iter_peek_name(&iterator))
            members[Bytes(name)] = value(json_object_iter_peek_value(&iterator))
            json_object_iter_next(&iterator)
        }
        return members
    }
}
