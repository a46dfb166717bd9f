// Owns how a difference is told: what was called, what differs, and every step that led there.

/// Something that is not as it should be.
public struct Difference: Error, Sendable, CustomStringConvertible {
    /// What was being done: a call, or an expectation.
    public var occasion: String
    /// What differs, line by line.
    public var lines: [String]
    /// The steps since the databases were empty, the last one included.
    public var steps: [Step]

    /// All of it, as a block of text.
    public var description: String {
        let shown = steps.suffix(60)
        let path = shown.map { "    \($0)" }
        let omitted = steps.count > shown.count ? ["    (\(steps.count - shown.count) earlier steps)"] : []
        return ([occasion] + lines.map { "  \($0)" } + ["  steps:"] + omitted + path).joined(separator: "\n")
    }
}
