// How a wrong parameter is shown in an error message.

extension MediaValue {
    /// The value as an error message shows it: texts cut short, lists and objects by their kind only.
    var summary: String {
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
