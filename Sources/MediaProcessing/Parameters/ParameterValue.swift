// A parameter as it arrived, before anybody asked for a type. Owns: how a wrong value is shown in an error message.

/// Any JSON value, kept only so that an error can say what was given.
enum ParameterValue: Decodable, Equatable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([ParameterValue])
    case object

    init(from decoder: any Decoder) throws {
        guard let value = try? decoder.singleValueContainer() else {
            self = .object
            return
        }
        if value.decodeNil() {
            self = .null
        } else if let boolean = try? value.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if var items = try? decoder.unkeyedContainer() {
            var list: [ParameterValue] = []
            while !items.isAtEnd { list.append(try items.decode(ParameterValue.self)) }
            self = .list(list)
        } else {
            self = .object
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): "\"\(value.count > 60 ? value.prefix(60) + "…" : value[...])\""
        case .list: "a list"
        case .object: "an object"
        }
    }
}
