// What to read of a collection (Directus, section 6).

/// Fields, filter, order and window of a list.
public struct DirectusQuery: Sendable, Hashable {
    /// The columns to read, with dots into relations. Default `*`.
    public var fields: [String]
    /// Which rows. Default all.
    public var filter: DirectusFilter?
    /// The order: column names, with `-` in front for descending. Default the server's.
    public var sort: [String]
    /// Most rows; nil leaves it to the server, which gives **100**. Above the server's maximum the call is refused.
    public var limit: Int?
    /// Rows to skip. For whole collections use ``DirectusClient/pages(of:_:size:as:)``, which does not lose rows.
    public var offset: Int?
    /// A text to be found in any text column.
    public var search: String?

    /// Makes a query.
    public init(
        fields: [String] = ["*"], filter: DirectusFilter? = nil, sort: [String] = [], limit: Int? = nil,
        offset: Int? = nil, search: String? = nil
    ) {
        self.fields = fields
        self.filter = filter
        self.sort = sort
        self.limit = limit
        self.offset = offset
        self.search = search
    }

    /// The query as the parameters of a URL.
    func parameters() throws(DirectusError) -> [(String, String)] {
        var parameters: [(String, String)] = []
        if fields != ["*"] { parameters.append(("fields", fields.joined(separator: ","))) }
        if let filter { parameters.append(("filter", try filter.document.serialized())) }
        if !sort.isEmpty { parameters.append(("sort", sort.joined(separator: ","))) }
        if let limit { parameters.append(("limit", String(limit))) }
        if let offset { parameters.append(("offset", String(offset))) }
        if let search { parameters.append(("search", search)) }
        return parameters
    }

    /// The query as the body of a SEARCH.
    var document: DirectusValue {
        var members: [String: DirectusValue] = ["fields": .array(fields.map { .string($0) })]
        if let filter { members["filter"] = filter.document }
        if !sort.isEmpty { members["sort"] = .array(sort.map { .string($0) }) }
        if let limit { members["limit"] = .integer(Int64(limit)) }
        if let offset { members["offset"] = .integer(Int64(offset)) }
        if let search { members["search"] = .string(search) }
        return .object(members)
    }
}
