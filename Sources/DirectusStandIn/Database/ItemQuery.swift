// What a request asks of a collection. Owns: reading the query parameters, whatever their spelling (Directus,
// section 6).

/// Fields, filter, order and page of a list.
struct ItemQuery: Sendable {
    var fields: [String] = ["*"]
    var filter: JSONValue?
    var search: String?
    var sort: [String] = []
    var limit: Int?
    var offset = 0
    var wantsTotal = false
    var wantsFiltered = false
    var aggregate: [(function: String, fields: [String])] = []
    var groupBy: [String] = []

    init() {}

    /// Reads parameters: a query string as a tree, or the `query` of a body.
    init(_ parameters: JSONValue) throws {
        if let list = try Self.list(parameters["fields"], "fields") { fields = list }
        if let value = parameters["filter"], !value.isNull { filter = try Self.object(value, "filter") }
        search = parameters["search"]?.keyText
        sort = try Self.list(parameters["sort"], "sort") ?? []
        limit = try Self.number(parameters["limit"], "limit", atLeast: -1)
        offset = try Self.number(parameters["offset"], "offset", atLeast: 0) ?? 0
        if let page = try Self.number(parameters["page"], "page", atLeast: 1) {
            offset = (page - 1) * max(limit ?? 100, 0)
        }
        let meta = try Self.list(parameters["meta"], "meta") ?? []
        wantsTotal = meta.contains("*") || meta.contains("total_count")
        wantsFiltered = meta.contains("*") || meta.contains("filter_count")
        groupBy = try Self.list(parameters["groupBy"], "groupBy") ?? []
        if let value = parameters["aggregate"], !value.isNull {
            guard case .object(let functions) = try Self.object(value, "aggregate") else { return }
            aggregate = try functions.sorted { $0.key < $1.key }.map {
                ($0.key, try Self.list($0.value, "aggregate") ?? [])
            }
        }
    }

    private static func object(_ value: JSONValue, _ name: String) throws -> JSONValue {
        switch value {
        case .object: return value
        case .string(let text):
            if let parsed = JSONValue(text: text), case .object = parsed { return parsed }
            throw StandInError.invalidQuery("\"\(name)\" is not valid JSON")
        default: throw StandInError.invalidQuery("\"\(name)\" has to be an object")
        }
    }

    private static func list(_ value: JSONValue?, _ name: String) throws -> [String]? {
        switch value {
        case nil, .null: return nil
        case .string(let text): return text.split(separator: ",").map(String.init)
        case .array(let values):
            return try values.flatMap { value in
                guard let text = value.string else { throw StandInError.invalidQuery("\"\(name)\" needs texts") }
                return text.split(separator: ",").map(String.init)
            }
        case .object(let members) where members.keys.allSatisfy({ Int($0) != nil }):
            return members.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.compactMap(\.value.string)
        default: throw StandInError.invalidQuery("\"\(name)\" has to be a list")
        }
    }

    private static func number(_ value: JSONValue?, _ name: String, atLeast least: Int) throws -> Int? {
        guard let value, !value.isNull else { return nil }
        guard let number = value.int, number >= least, number <= Int(Int32.max) else {
            throw StandInError.invalidQuery("\"\(name)\" has to be a number of at least \(least)")
        }
        return number
    }
}
