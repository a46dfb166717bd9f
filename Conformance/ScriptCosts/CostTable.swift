// Owns the printed table.

/// The table of costs.
enum CostTable {
    private static let widths = [28, 30, 10, 10, 7, 7]

    /// The names of the columns.
    static let head = line(["script", "scenario", "theirs kI", "ours kI", "ratio", "bound"]) + "  verdict"

    /// The row of a scenario.
    static func row(_ scenario: Scenario, _ costs: Costs) -> String {
        line([
            scenario.script, scenario.title, decimals(costs.reference, 1), decimals(costs.ours, 1),
            decimals(costs.ratio, 2), decimals(scenario.bound, 2),
        ]) + (costs.areWithin(scenario.bound) ? "  met" : "  MISSED")
    }

    /// Two columns of text, then numbers.
    private static func line(_ cells: [String]) -> String {
        zip(cells, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return column < 2 ? cell.0 + padding : padding + cell.0
        }.joined(separator: " ")
    }

    private static func decimals(_ number: Double, _ count: Int) -> String {
        let factor = count == 1 ? 10 : 100
        let scaled = Int((number * Double(factor)).rounded())
        let fraction = String(scaled % factor)
        return "\(scaled / factor)." + String(repeating: "0", count: count - fraction.count) + fraction
    }
}
