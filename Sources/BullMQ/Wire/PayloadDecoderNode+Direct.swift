// Owns: the types that are read without asking them, the mirror image of the encoder's.

extension PayloadDecoderNode {
    /// Reads the value if the wanted type is one of those known here; `nil` if it is not.
    @inline(__always)
    static func decodeDirectly<T: Decodable>(_ type: T.Type, from value: JSONValue) throws(PayloadMismatch) -> T? {
        if type == String.self {
            guard case .string(let string) = value else { throw .type("a string", found: value) }
            return exactly(string, as: type)
        }
        if type == Int.self { return exactly(try integer(Int.self, from: value), as: type) }
        if type == Bool.self {
            guard case .bool(let bool) = value else { throw .type("a boolean", found: value) }
            return exactly(bool, as: type)
        }
        if type == Double.self { return exactly(try double(from: value), as: type) }
        return try decodeOtherDirectly(type, from: value)
    }

    private static func decodeOtherDirectly<T: Decodable>(
        _ type: T.Type, from value: JSONValue
    ) throws(PayloadMismatch) -> T? {
        if type == JSONValue.self { return exactly(value, as: type) }
        if type == JSONText.self { return exactly(JSONText(value), as: type) }
        if type == [String].self { return exactly(elements(of: value) { $0.stringValue }, as: type) }
        if type == [Int].self { return exactly(elements(of: value) { $0.intValue }, as: type) }
        if type == Float.self {
            let double = try double(from: value)
            let float = Float(double)
            guard float.isFinite else { throw .corrupted("The number \(double) does not fit Float.") }
            return exactly(float, as: type)
        }
        if let result = try decodeFixedWidthInteger(type, from: value) { return result }
        return try decodeFoundationType(type, from: value)
    }

    private static func decodeFixedWidthInteger<T: Decodable>(
        _ type: T.Type, from value: JSONValue
    ) throws(PayloadMismatch) -> T? {
        if type == Int64.self { return exactly(try integer(Int64.self, from: value), as: type) }
        if type == UInt64.self { return exactly(try integer(UInt64.self, from: value), as: type) }
        if type == Int32.self { return exactly(try integer(Int32.self, from: value), as: type) }
        if type == UInt32.self { return exactly(try integer(UInt32.self, from: value), as: type) }
        if type == UInt.self { return exactly(try integer(UInt.self, from: value), as: type) }
        if type == Int16.self { return exactly(try integer(Int16.self, from: value), as: type) }
        if type == UInt16.self { return exactly(try integer(UInt16.self, from: value), as: type) }
        if type == Int8.self { return exactly(try integer(Int8.self, from: value), as: type) }
        if type == UInt8.self { return exactly(try integer(UInt8.self, from: value), as: type) }
        return nil
    }

    @inline(__always)
    private static func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type, from value: JSONValue
    ) throws(PayloadMismatch) -> Integer {
        switch value {
        case .integer(let integer):
            guard let exact = Integer(exactly: integer) else {
                throw .corrupted("The number \(integer) does not fit \(type).")
            }
            return exact
        case .number(let double):
            guard let exact = Integer(exactly: double) else {
                throw .corrupted("The number \(double) is not an integer that fits \(type).")
            }
            return exact
        default: throw .type("an integer", found: value)
        }
    }

    private static func double(from value: JSONValue) throws(PayloadMismatch) -> Double {
        guard let double = value.doubleValue else { throw .type("a number", found: value) }
        guard double.isFinite else { throw .corrupted("The number is too large for Double.") }
        return double
    }

    /// The elements if all of them are of the expected kind; otherwise `nil`, and the slow way finds out which is not.
    private static func elements<Element>(of value: JSONValue, _ element: (JSONValue) -> Element?) -> [Element]? {
        guard case .array(let values) = value else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for value in values {
            guard let element = element(value) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
