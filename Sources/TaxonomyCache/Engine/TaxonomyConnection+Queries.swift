// Owns: the SQL of each question. It is always the same text, so that engines can keep it prepared.

extension TaxonomyConnection {
    /// The terms that a query finds.
    func terms(_ query: TaxonomyQuery) throws -> [TaxonomyTerm] {
        let columns = TermRow.columns.map { "terms.\($0)" }.joined(separator: ", ")
        let select = "SELECT \(columns) FROM terms"
        let found: [[SQLValue]]
        switch query {
        case .id(let id):
            found = try rows("\(select) WHERE id = ?", [SQLValue(id)])
        case .slug(let slug):
            // Two terms may exchange their slugs between two pages of a load: then one has it twice. The first is chosen here,
            // because DuckDB reads the whole table when it has to sort.
            found = try rows("\(select) WHERE slug = ?", [.text(slug)])
            return try found.map { try TermRow.term($0) }.min { $0.id < $1.id }.map { [$0] } ?? []
        case .synonym(let name):
            found = try rows(
                "\(select) WHERE id IN (SELECT term_id FROM names WHERE folded = ?) ORDER BY id",
                [.text(FoldedName(name).text)])
        case .prefix(let prefix, let limit):
            let first = FoldedName(prefix).text
            // Strings are ordered by their bytes: nothing that begins so comes after the prefix with the last scalar there is.
            found = try rows(
                "SELECT \(columns) FROM (SELECT term_id, MIN(folded) AS label FROM names WHERE folded >= ? AND folded < ? "
                    + "GROUP BY term_id ORDER BY label, term_id LIMIT ?) AS matches "
                    + "JOIN terms ON terms.id = matches.term_id ORDER BY matches.label, terms.id",
                [.text(first), .text(first + "\u{10FFFF}"), SQLValue(max(0, limit))])
        case .category(let category, let id, let limit):
            found = try rows(
                "\(select) WHERE category = ? AND id > ? ORDER BY id LIMIT ?",
                [.text(category), .integer(id.map { Int64($0) } ?? .min), SQLValue(max(0, limit))])
        case .children(let id):
            found = try rows("\(select) WHERE parent_id = ? ORDER BY id", [SQLValue(id)])
        }
        return try found.map { try TermRow.term($0) }
    }
}
