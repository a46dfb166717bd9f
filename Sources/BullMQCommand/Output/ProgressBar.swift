/// Shows how far a long operation is, if somebody watches.
struct ProgressBar {
    private let title: String
    private let total: Int?
    private let output: Output
    private let isShown: Bool
    private var done = 0
    private var lastShown: ContinuousClock.Instant?

    /// - Parameter total: of the steps, nil if unknown.
    init(_ title: String, total: Int?, _ output: Output) {
        self.title = title
        self.total = total
        self.output = output
        isShown = Terminal.isInteractive && !output.json
    }

    mutating func advance(by steps: Int) {
        done += steps
        guard isShown, lastShown.map({ .now - $0 > .milliseconds(100) }) ?? true else { return }
        lastShown = .now
        output.redraw(Self.line(title, done, of: total))
    }

    /// Removes the bar.
    func finish() {
        if isShown, lastShown != nil { output.redraw("") }
    }

    static func line(_ title: String, _ done: Int, of total: Int?) -> String {
        guard let total, total > 0 else { return "\(title) \(done)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        return "\(title) \(bar) \(Int(share * 100)) %  \(done) of \(total)"
    }
}
