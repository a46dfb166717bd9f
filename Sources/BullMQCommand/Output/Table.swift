/// Columns of text that fit the terminal: the last one is cut if need be. If the others do not fit either, each row
/// becomes lines of its own.
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
        // Of the last column, there is room for its title.
        let least = widths.dropLast().reduce(0) { $0 + $1 + Self.gap.count } + (titles.last?.count ?? 0)
        if let width, least > width, !rows.isEmpty { return records(width) }
        return ([titles] + rows).map { line($0, widths, width) }.joined(separator: "\n")
    }

    private static let gap = "  "

    private func line(_ cells: [String], _ widths: [Int], _ limit: Int?) -> String {
        let padded = zip(cells.indices, cells).map { index, cell in
            let padding = String(repeating: " ", count: widths[index] - cell.count)
            return alignments[index] == .right ? padding + cell : cell + padding
        }
        var line = padded.joined(separator: Self.gap)
        while line.last == " " { line.removeLast() }
        return Self.cut(line, limit)
    }

    /// Each row as lines with a title, for a narrow terminal. Cells without text are left out.
    private func records(_ width: Int) -> String {
        let widest = titles.map(\.count).max() ?? 0
        return rows.map { row in
            zip(titles, row).filter { !$1.isEmpty }.map { title, cell in
                let padding = String(repeating: " ", count: widest - title.count)
                return Self.cut(title + padding + Self.gap + cell, width)
            }.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private static func cut(_ line: String, _ limit: Int?) -> String {
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
