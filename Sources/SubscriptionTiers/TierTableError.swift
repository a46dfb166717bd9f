// Owns: what is wrong with a tier table, and where.

/// A tier table that cannot be used.
public struct TierTableError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place in the table, such as `tiers.pro.operations.thumbnail`; empty for the table as a whole.
    public let path: String
    /// What is wrong there.
    public let message: String

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }

    /// Place and message.
    public var description: String { path.isEmpty ? "Tier table: \(message)" : "Tier table, \(path): \(message)" }

    /// Names for a message, in a fixed order.
    static func list(_ names: some Sequence<String>) -> String {
        names.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
