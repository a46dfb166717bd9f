// Owns the lines of our scripts that no case can reach, each with its reason. A line is named by its text, so that it is
// found again when lines above it come and go.

/// A line that need not run.
struct CoverageException: Hashable {
    /// The file's name without ending, of a command or an include.
    let file: String
    /// The line, without the blanks around it.
    let text: String
    /// Why nothing reaches it.
    let reason: String

    /// Whether this is about a line.
    func explains(_ line: ScriptCoverage.Line) -> Bool { line.file == file && line.text == text }

    /// All of them.
    static let all: [CoverageException] = [
        CoverageException(
            file: "fetchNextJob", text: "rcall('DEL', limiterKey)",
            reason: "The key's last millisecond: a time to live of 0, which no test can hit at will."),
        CoverageException(
            file: "getRateLimitTtl-2", text: "rcall('DEL', limiterKey)",
            reason: "The key's last millisecond: a time to live of 0, which no test can hit at will."),
    ]
}
