// A term of the taxonomy, as editors keep it.

/// A row of `taxonomy_terms`.
public struct TaxonomyTermRecord: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "taxonomy_terms"

    /// The key.
    public var id: Int
    /// The unique short name.
    public var slug: String
    /// The name for people.
    public var name: String
    /// What kind of term it is.
    public var category: String?
    /// Other words for it; also read from a text with commas.
    public var synonyms: [String]
    /// The term above it.
    public var parentID: Int?
    /// What it means.
    public var description: String?
    /// `published`, `draft` or `archived`.
    public var status: String?

    /// Makes a term.
    public init(
        id: Int, slug: String, name: String, category: String? = nil, synonyms: [String] = [], parentID: Int? = nil,
        description: String? = nil, status: String? = nil
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.category = category
        self.synonyms = synonyms
        self.parentID = parentID
        self.description = description
        self.status = status
    }

    /// Reads a row: only id and slug are needed.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        guard let id = row.integer("id"), let slug = row.text("slug") else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a term needs an integer id and a slug"))
        }
        let synonyms: [String] =
            switch row.row["synonyms"] {
            case .array(let words)?: words.compactMap(\.string)
            case .string(let text)?: text.split(separator: ",").map { String($0).trimming(while: \.isWhitespace) }
            default: []
            }
        self.init(
            id: id, slug: slug, name: row.text("name") ?? slug, category: row.key("category"), synonyms: synonyms,
            parentID: row.row["parent_id"]?.key.flatMap(Int.init), description: row.text("description"),
            status: row.text("status"))
    }
}
