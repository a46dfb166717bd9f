// Owns the verdict on coverage, in words.

/// What never ran.
struct CoverageReport: CustomStringConvertible {
    /// How many lines of our scripts hold statements.
    let lines: Int
    /// The lines that never ran and have no reason.
    let unexplained: [ScriptCoverage.Line]
    /// The reasons for lines that are not there.
    let stale: [CoverageException]

    var description: String {
        let silent = unexplained.map { "  never ran: \($0.file):\($0.number): \($0.text)" }
        let vain = stale.map { "  no such line: \($0.file): \($0.text)" }
        return
            (["coverage: \(lines) lines of our scripts, \(unexplained.count) never ran without a reason"] + silent
            + vain)
            .joined(separator: "\n")
    }
}
