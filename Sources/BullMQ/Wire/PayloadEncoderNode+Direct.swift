// Owns: the types that are written without asking them, either because JavaScript's form of them differs from what their own
// `encode(to:)` gives, or because going through it would be a detour.

extension PayloadEncoderNode {
    /// Writes the value if its type is one of those known here.
    ///
    /// - Returns: Whether it was written.
    /// - Throws: ``UnencodableValue``; nothing has been written then.
    @inline(__always)
    func encodeDirectly<T: Encodable>(_ value: T) throws -> Bool {
        if let string = exactly(value, as: String.self) {
            writer.append(string: string)
        } else if let integer = exactly(value, as: Int.self) {
            writer.append(integer: Int64(integer))
        } else if let bool = exactly(value, as: Bool.self) {
            writer.append(bool: bool)
        } else if let double = exactly(value, as: Double.self) {
            try append(finite: double)
        } else {
            return try encodeOtherDirectly(value)
        }
        return true
    }

    private func encodeOtherDirectly<T: Encodable>(_ value: T) throws -> Bool {
        if let value = exactly(value, as: JSONValue.self) {
            writer.append(value)
        } else if let object = exactly(value, as: JSONObject.self) {
            writer.append(object)
        } else if let text = exactly(value, as: JSONText.self) {
            writer.bytes.append(contentsOf: text.text.utf8)
        } else if let strings = exactly(value, as: [String].self) {
            writer.append(array: strings) { $0.append(string: $1) }
        } else if let integers = exactly(value, as: [Int].self) {
            writer.append(array: integers) { $0.append(integer: Int64($1)) }
        } else if let doubles = exactly(value, as: [Double].self), doubles.allSatisfy(\.isFinite) {
            writer.append(array: doubles) { $0.append(number: $1) }
        } else if let float = exactly(value, as: Float.self) {
            guard float.isFinite else { throw UnencodableValue.notFinite(float) }
            writer.append(number: float)
        } else if try encodeFixedWidthInteger(value) {
            return true
        } else {
            return try encodeFoundationType(value)
        }
        return true
    }

    private func encodeFixedWidthInteger<T: Encodable>(_ value: T) throws -> Bool {
        if let integer = exactly(value, as: Int64.self) {
            writer.append(integer: integer)
        } else if let integer = exactly(value, as: UInt64.self) {
            try append(exactly: integer)
        } else if let integer = exactly(value, as: Int32.self) {
            writer.append(integer: Int64(integer))
        } else if let integer = exactly(value, as: UInt32.self) {
            writer.append(integer: Int64(integer))
        } else if let integer = exactly(value, as: UInt.self) {
            try append(exactly: integer)
        } else if let integer = exactly(value, as: Int16.self) {
            writer.append(integer: Int64(integer))
        } else if let integer = exactly(value, as: UInt16.self) {
            writer.append(integer: Int64(integer))
        } else if let integer = exactly(value, as: Int8.self) {
            writer.append(integer: Int64(integer))
        } else if let integer = exactly(value, as: UInt8.self) {
            writer.append(integer: Int64(integer))
        } else {
            return false
        }
        return true
    }

    private func append(exactly integer: some FixedWidthInteger & Sendable) throws {
        guard let integer = Int64(exactly: integer) else { throw UnencodableValue.tooLarge(integer) }
        writer.append(integer: integer)
    }

    private func append(finite double: Double) throws {
        guard double.isFinite else { throw UnencodableValue.notFinite(double) }
        writer.append(number: double)
    }
}

extension UnencodableValue {
    static func tooLarge(_ number: some Sendable) -> UnencodableValue {
        UnencodableValue(
            value: number,
            reason: "\(number) does not fit Int64, so no reader would get this number back. Encode it as a string.")
    }

    static func notFinite(_ number: some Sendable) -> UnencodableValue {
        UnencodableValue(
            value: number,
            reason:
                "JSON has no way to write \(number). Encode an optional or a string if the number may not be finite.")
    }
}

/// The value as a `Target`, if that is its static type. Where the compiler knows the type this costs nothing, elsewhere a
/// comparison of two pointers; `as?` would be a call into the runtime each time.
@inline(__always)
func exactly<Value, Target>(_ value: Value, as type: Target.Type) -> Target? {
    Value.self == Target.self ? unsafeBitCast(value, to: Target.self) : nil
}
