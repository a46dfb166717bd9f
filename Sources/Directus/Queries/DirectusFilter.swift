// Which rows: the rules of a filter, always sent as JSON (Directus, section 7).

/// A condition on rows.
///
/// A column of a related row is written with dots: `"creator_profile_id.user"`. Text operands may be variables of the
/// server such as `$CURRENT_USER` or `$NOW(-30 minutes)`.
///
/// ```swift
/// .all([.isIn("status", ["failed", "error"]), .greater("date_created", lastWeek)])
/// ```
public struct DirectusFilter: Sendable, Hashable {
    /// The filter as Directus reads it.
    public let document: DirectusValue

    /// A filter as JSON, for operators that have no name here.
    public init(document: DirectusValue) { self.document = document }

    private init(_ column: String, _ rule: String, _ operand: DirectusValue) {
        let rule = DirectusValue.object([rule: operand])
        document = column.split(separator: ".").reversed().reduce(rule) { .object([String($1): $0]) }
    }

    /// A rule by its name, such as `_between`.
    public static func rule(_ name: String, _ column: String, _ operand: DirectusValue) -> DirectusFilter {
        DirectusFilter(column, name, operand)
    }

    /// Equal. Directus refuses an empty text here and in the other comparisons; use ``isEmpty(_:)``.
    public static func equal(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_eq", value.directusValue)
    }

    /// Not equal.
    public static func notEqual(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_neq", value.directusValue)
    }

    /// Less.
    public static func less(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_lt", value.directusValue)
    }

    /// Less or equal.
    public static func atMost(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_lte", value.directusValue)
    }

    /// Greater.
    public static func greater(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_gt", value.directusValue)
    }

    /// Greater or equal.
    public static func atLeast(_ column: String, _ value: some DirectusValueConvertible) -> DirectusFilter {
        DirectusFilter(column, "_gte", value.directusValue)
    }

    /// One of these. None of an empty list, which Directus itself refuses.
    public static func isIn(_ column: String, _ values: [some DirectusValueConvertible]) -> DirectusFilter {
        guard !values.isEmpty else { return .all([.isNull(column), .isNotNull(column)]) }
        return DirectusFilter(column, "_in", .array(values.map(\.directusValue)))
    }

    /// None of these. An empty list excludes nothing.
    public static func isNotIn(_ column: String, _ values: [some DirectusValueConvertible]) -> DirectusFilter {
        guard !values.isEmpty else { return .any([.isNull(column), .isNotNull(column)]) }
        return DirectusFilter(column, "_nin", .array(values.map(\.directusValue)))
    }

    /// `null`.
    public static func isNull(_ column: String) -> DirectusFilter { DirectusFilter(column, "_null", true) }
    /// Not `null`.
    public static func isNotNull(_ column: String) -> DirectusFilter { DirectusFilter(column, "_nnull", true) }
    /// `null` or an empty text.
    public static func isEmpty(_ column: String) -> DirectusFilter { DirectusFilter(column, "_empty", true) }
    /// Neither `null` nor an empty text.
    public static func isNotEmpty(_ column: String) -> DirectusFilter { DirectusFilter(column, "_nempty", true) }

    /// Contains a text.
    public static func contains(_ column: String, _ text: String) -> DirectusFilter {
        DirectusFilter(column, "_contains", .string(text))
    }

    /// Starts with a text.
    public static func startsWith(_ column: String, _ text: String) -> DirectusFilter {
        DirectusFilter(column, "_starts_with", .string(text))
    }

    /// All of these hold.
    public static func all(_ filters: [DirectusFilter]) -> DirectusFilter {
        DirectusFilter(document: ["_and": .array(filters.map(\.document))])
    }

    /// At least one of these holds.
    public static func any(_ filters: [DirectusFilter]) -> DirectusFilter {
        DirectusFilter(document: ["_or": .array(filters.map(\.document))])
    }
}
