// Owns: the layout of the tables. Each copy of the taxonomy has tables of its own, `terms_<n>` and `names_<n>`; two views lead
// to the current one. So a copy is filled while another answers, and the change from one to the other is instant.

import Foundation

extension TaxonomyConnection {
    /// Makes the tables, unless they are there; takes away what an interrupted load has left.
    ///
    /// - Returns: the number of the current copy.
    func prepareTables() throws -> Int {
        let tables = try tableNames()
        guard tables.isEmpty || tables.contains("taxonomy_copy") else {
            throw TaxonomyError(
                .unusableFile,
                "The file is a database with other tables (\(tables.sorted().prefix(3).joined(separator: ", "))), "
                    + "not a taxonomy cache: choose another file")
        }
        if tables.isEmpty {
            try inTransaction {
                try run("CREATE TABLE taxonomy_copy (number BIGINT, count BIGINT, loaded_at BIGINT)")
                try beginCopy(0)
                try pointViews(to: 0)
                try run("INSERT INTO taxonomy_copy VALUES (0, NULL, NULL)")
            }
        }
        let current = try rows("SELECT number FROM taxonomy_copy", []).first?.first?.integer
        guard let current else {
            throw TaxonomyError(.unusableFile, "The taxonomy cache file has lost its description: remove the file")
        }
        try dropCopies(except: current)
        return current
    }

    /// Makes the empty tables of a copy.
    func beginCopy(_ number: Int) throws {
        try run(
            "CREATE TABLE terms_\(number) (id BIGINT, slug VARCHAR, name VARCHAR, category VARCHAR, synonyms VARCHAR, "
                + "parent_id BIGINT, description VARCHAR)")
        try run("CREATE TABLE names_\(number) (folded VARCHAR, term_id BIGINT)")
    }

    /// Adds terms to a copy that is not yet current.
    func append(_ terms: [TaxonomyTerm], toCopy number: Int) throws {
        try append(try terms.map { try TermRow.values(of: $0) }, to: "terms_\(number)")
        var names: [[SQLValue]] = []
        for term in terms {
            for name in Set(([term.name] + term.synonyms).map { FoldedName($0).text }) {
                names.append([.text(name), SQLValue(term.id)])
            }
        }
        try append(names, to: "names_\(number)")
    }

    /// Makes a copy the current one, and drops all others.
    func publishCopy(_ number: Int, _ contents: TaxonomyContents?) throws {
        // Indexes are built once the rows are there: faster than keeping them up to date row by row.
        for (table, columns) in [
            ("terms", "id"), ("terms", "slug"), ("terms", "category, id"), ("terms", "parent_id"), ("names", "folded"),
        ] {
            let name = columns.replacing(", ", with: "_")
            try run("CREATE INDEX \(table)_\(number)_by_\(name) ON \(table)_\(number) (\(columns))")
        }
        try inTransaction {
            try pointViews(to: number)
            try run("DELETE FROM taxonomy_copy")
            let count = contents.map { String($0.count) } ?? "NULL"
            let loadedAt = contents.map { String(Int(($0.loadedAt.timeIntervalSince1970 * 1_000).rounded())) } ?? "NULL"
            try run("INSERT INTO taxonomy_copy VALUES (\(number), \(count), \(loadedAt))")
        }
        try dropCopies(except: number)
    }

    /// What the current copy is; `nil` if it is the empty one.
    func contents() throws -> TaxonomyContents? {
        guard let row = try rows("SELECT count, loaded_at FROM taxonomy_copy", []).first,
            let count = row[0].integer, let loadedAt = row[1].integer
        else { return nil }
        return TaxonomyContents(count: count, loadedAt: Date(timeIntervalSince1970: Double(loadedAt) / 1_000))
    }

    func dropCopies(except current: Int) throws {
        for table in try tableNames() where table != "taxonomy_copy" && !table.hasSuffix("_\(current)") {
            try run("DROP TABLE \(table)")
        }
    }

    private func tableNames() throws -> Set<String> {
        let names = try rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", [])
        return Set(names.compactMap { $0.first?.text })
    }

    private func pointViews(to number: Int) throws {
        for view in ["terms", "names"] {
            try run("DROP VIEW IF EXISTS \(view)")
            try run("CREATE VIEW \(view) AS SELECT * FROM \(view)_\(number)")
        }
    }
}

/// How a term lies in a row.
enum TermRow {
    static let columns = ["id", "slug", "name", "category", "synonyms", "parent_id", "description"]

    static func values(of term: TaxonomyTerm) throws -> [SQLValue] {
        let synonyms = String(decoding: try JSONEncoder().encode(term.synonyms), as: UTF8.self)
        return [
            SQLValue(term.id), .text(term.slug), .text(term.name), SQLValue(term.category), .text(synonyms),
            SQLValue(term.parentID), SQLValue(term.description),
        ]
    }

    static func term(_ row: [SQLValue]) throws -> TaxonomyTerm {
        guard row.count == columns.count, let id = row[0].integer, let slug = row[1].text, let name = row[2].text,
            let synonyms = row[4].text
        else { throw TaxonomyError(.engineFailed, "A row of the taxonomy cache is not a term") }
        return TaxonomyTerm(
            id: id, slug: slug, name: name, category: row[3].text,
            synonyms: try JSONDecoder().decode([String].self, from: Data(synonyms.utf8)), parentID: row[5].integer,
            description: row[6].text)
    }
}
