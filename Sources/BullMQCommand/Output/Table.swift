/// Columns of text that fit the terminal: the last one is cut if need be.
struct Table {
    enum Alignment { case left, right }

    private let titles: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: (title: String, alignment: Alignment)...) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
    }

    mutating func append(_ cells: String...) { append(cells) }

    mutating func append(_ cells: [String]) {
        rows.append(cells.map(Self.printable))
    }

    /// The lines of the table.
    ///
    /// - Parameter width: of the terminal, nil for no limit.
    func text(width: Int?) -> String {
        var widths = titles.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        return ([titles] + rows).map { line($0, widths, width) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int], _ limit: Int?) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += "  " }
            let padding = String(repeating: " ", count: widths[index] - cell.count)
            line += alignments[index] == .right ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        guard let limit, line.count > limit else { return line }
        return line.prefix(max(1, limit - 1)) + "…"
    }

    /// Each line made harmless.
    static func printableLines(_ lines: String) -> String {
        lines.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
            .joined(separator: "\n")
    }

    /// Text from a job must not steer the terminal.
    static func printable(_ text: String) -> String {
        String(
            text.map { character in
                let steers = character.unicodeScalars.contains {
                    $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
                }
                return steers ? " " : character
            })
    }
}
