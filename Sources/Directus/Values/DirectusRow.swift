// A row of any collection, and the changes to one.

/// Columns by name: a row whose type is not known, or a set of changes. A value that is nil is written as `null`.
///
/// ```swift
/// try await directus.update("media_jobs", id: id, ["status": "pending", "error": nil] as DirectusRow)
/// ```
public struct DirectusRow: Sendable, Hashable {
    /// The columns.
    public var columns: [String: DirectusValue]

    /// Makes a row.
    public init(_ columns: [String: DirectusValue] = [:]) { self.columns = columns }

    /// The primary key, if it is called `id`.
    public var id: String? { columns["id"]?.key }

    /// A column. Reading a column that is not there gives nil; writing nil takes the column out, it does not write `null`.
    public subscript(_ column: String) -> DirectusValue? {
        get { columns[column] }
        set { columns[column] = newValue }
    }

    /// Sets a column; nil becomes `null`.
    public mutating func set(_ column: String, to value: (some DirectusValueConvertible)?) {
        columns[column] = value?.directusValue ?? .null
    }

    /// Without the columns that a collection does not have: optional columns of the data model may be missing, and writing
    /// an unknown one is refused (Directus, sections 5 and 14).
    public func keeping(_ known: Set<String>) -> DirectusRow {
        DirectusRow(columns.filter { known.contains($0.key) })
    }
}

extension DirectusRow: Codable, ExpressibleByDictionaryLiteral {
    /// Reads an object.
    public init(from decoder: any Decoder) throws {
        columns = try decoder.singleValueContainer().decode([String: DirectusValue].self)
    }

    /// Writes the columns.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(columns)
    }

    /// A row; of a column that comes twice the last value counts.
    public init(dictionaryLiteral elements: (String, DirectusValue?)...) {
        columns = Dictionary(elements.map { ($0, $1 ?? .null) }) { _, last in last }
    }
}
