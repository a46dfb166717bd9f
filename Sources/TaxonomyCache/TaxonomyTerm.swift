// Owns: one term of the taxonomy, as the system's collection has it.

/// A term of the taxonomy (queue API, section 13).
///
/// Encoded with the names of the collection's columns: `parent_id` is ``parentID``.
public struct TaxonomyTerm: Codable, Sendable, Hashable, Identifiable {
    /// The key in the collection.
    public var id: Int
    /// The name in URLs and data, unique.
    public var slug: String
    /// The name for people.
    public var name: String
    /// The group of terms that it belongs to.
    public var category: String?
    /// Other names for people.
    public var synonyms: [String]
    /// The key of the broader term.
    public var parentID: Int?
    /// What it means.
    public var description: String?

    private enum CodingKeys: String, CodingKey {
        case id, slug, name, category, synonyms, description
        case parentID = "parent_id"
    }

    /// Creates a term.
    public init(
        id: Int, slug: String, name: String, category: String? = nil, synonyms: [String] = [], parentID: Int? = nil,
        description: String? = nil
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.category = category
        self.synonyms = synonyms
        self.parentID = parentID
        self.description = description
    }
}
