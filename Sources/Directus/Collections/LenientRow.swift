// Reads the columns of a typed row without failing on what is missing, renamed or of another type: the data model is the
// user's, and only the id is certain (Directus, section 14).

struct LenientRow {
    let row: DirectusRow

    init(from decoder: any Decoder) throws { row = try DirectusRow(from: decoder) }
    init(_ row: DirectusRow) { self.row = row }

    var columns: Set<String> { Set(row.columns.keys) }

    func id(_ decoder: any Decoder) throws -> String {
        guard let id = row.id else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the row has no id; is it among the fields?"))
        }
        return id
    }

    func text(_ column: String) -> String? { row[column]?.string }
    func key(_ column: String) -> String? { row[column]?.key }
    func integer(_ column: String) -> Int? { row[column]?.integer }
}
