// Names in SQL. Owns: the quoting of the only part of a statement that cannot be a parameter.

extension String {
    /// The name in quotes, with the quotes in it doubled: names of collections and fields come from requests.
    var sqlIdentifier: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}
