// Who asks, and what that person may do. Owns: the rules by which permission rows add up (Directus, section 4).

/// The caller of a request.
struct Accountability: Sendable, Hashable {
    var user: String?
    var role: String?
    var share: String?
    var isAdmin = false
    var hasAppAccess = false
    var permissions: [Permission] = []

    /// Nobody: a request without a token, before the public policy is looked up.
    static let anonymous = Accountability()

    /// The server itself.
    static let system = Accountability(isAdmin: true)

    /// What the caller may do with a collection; nil if nothing.
    func grant(_ action: Action, on collection: String) -> Grant? {
        if isAdmin { return .everything }
        let matching = permissions.filter { $0.collection == collection && $0.action == action.rawValue }
        guard !matching.isEmpty else { return nil }
        return Grant(
            fields: matching.contains { $0.fields.contains("*") } ? .all : .some(Set(matching.flatMap(\.fields))),
            // One row without a filter opens all items.
            filters: matching.contains { $0.filter == nil } ? [] : matching.compactMap(\.filter),
            validations: matching.contains { $0.validation == nil } ? [] : matching.compactMap(\.validation),
            presets: matching.reduce(into: [:]) { all, permission in
                all.merge(permission.presets) { _, later in later }
            })
    }
}

/// What a permission is about.
enum Action: String, Sendable {
    case create, read, update, delete
}

/// A permission row.
struct Permission: Sendable, Hashable {
    var collection: String
    var action: String
    var filter: JSONValue?
    var validation: JSONValue?
    var presets: [String: JSONValue]
    var fields: [String]
}

/// What the permission rows of a caller add up to for one collection and action.
struct Grant: Sendable {
    var fields: ReadableFields
    /// One of these must hold for an item; empty for all items.
    var filters: [JSONValue]
    /// One of these must hold for what is written; empty for no rule.
    var validations: [JSONValue]
    var presets: [String: JSONValue]

    static let everything = Grant(fields: .all, filters: [], validations: [], presets: [:])
}

/// Fields that may be named.
enum ReadableFields: Sendable, Hashable {
    case all
    case some(Set<String>)

    func contains(_ field: String) -> Bool {
        switch self {
        case .all: true
        case .some(let names): names.contains(field)
        }
    }
}
