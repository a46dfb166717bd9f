// How far an operation is, on one line of the terminal.

import Foundation
import Synchronization

/// A bar that redraws itself at whole percents, from whatever thread.
final class ProgressBar: Sendable {
    private let title: String
    private let isShown: Bool
    private let percent = Mutex(-1)

    init(_ title: String, isShown: Bool) {
        self.title = title
        self.isShown = isShown
    }

    func show(_ fraction: Double) {
        guard isShown else { return }
        let now = Int(max(0, min(1, fraction)) * 100)
        percent.withLock { last in
            guard now > last else { return }
            last = now
            Self.write("\r\u{1B}[2K" + Self.line(title, now))
        }
    }

    /// Removes the bar.
    func finish() {
        guard isShown else { return }
        percent.withLock { last in
            if last >= 0 { Self.write("\r\u{1B}[2K") }
            last = 100
        }
    }

    static func line(_ title: String, _ percent: Int) -> String {
        let filled = percent * 30 / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        return "\(title) \(bar) \(percent) %"
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
