import BullMQ
import Foundation

/// Where a command writes: answers to standard output, everything else to standard error.
struct Output: Sendable {
    let json: Bool

    /// Prints the answer in the form asked for.
    ///
    /// - Parameters:
    ///   - value: for `--json`.
    ///   - text: for people.
    func answer(_ value: @autoclosure () -> JSONValue, _ text: @autoclosure () -> String) {
        let line = json ? value().serialized() : text()
        if !line.isEmpty { print(line) }
    }

    /// Prints one of many answers at once, also into a pipe.
    func stream(_ value: @autoclosure () -> JSONValue, _ text: @autoclosure () -> String) {
        answer(value(), text())
        fflush(nil)
    }

    /// Tells a person something that is not the answer.
    func note(_ text: String) { write(text + "\n") }

    /// Says what went wrong.
    func complain(_ text: String) { write("bullmq: \(text)\n") }

    /// Asks something; the cursor stays behind it.
    func prompt(_ text: String) { write(text) }

    /// Replaces the line on which the cursor stands.
    func redraw(_ line: String) { write("\r\u{1B}[2K\(line)") }

    private func write(_ text: String) {
        fflush(nil)
        FileHandle.standardError.write(Data(text.utf8))
    }
}
