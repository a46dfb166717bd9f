// Owns: what can be asked about the taxonomy, and when two names are the same.

import Foundation

/// A question about the taxonomy.
///
/// Names are compared as people do: without regard to case, accents, width and surplus blanks. Slugs and categories are compared
/// exactly.
public enum TaxonomyQuery: Sendable, Hashable {
    /// The term with a key.
    case id(Int)
    /// The term with a slug.
    case slug(String)
    /// The terms that have this name or synonym, by id.
    case synonym(String)
    /// The terms of which the name or a synonym begins so, ordered by that name; at most `limit`.
    case prefix(String, limit: Int)
    /// The terms of a category with a greater id than `after`, by id; at most `limit`.
    case category(String, after: Int?, limit: Int)
    /// The terms directly below a term, by id.
    case children(of: Int)
}

/// A name as it is compared.
struct FoldedName {
    let text: String

    init(_ name: String) {
        text =
            name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
            // Engines compare bytes.
            .precomposedStringWithCanonicalMapping
    }
}
