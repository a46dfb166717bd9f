import BullMQ

/// Where a command writes: answers to standard output, everything else to standard error.
struct Output: Sendable {
    let json: Bool

    /// Prints the answer in the form asked for. A reader that went away, as `head` does, has seen enough.
    ///
    /// - Parameters:
    ///   - value: for `--json`.
    ///   - text: for people.
    /// - Throws: `StreamError` if it could not be written.
    func answer(_ value: @autoclosure () -> JSONValue, _ text: @autoclosure () -> String) throws {
        do {
            try stream(value(), text())
        } catch let error as StreamError where error.isReaderGone {
            return
        }
    }

    /// Prints one of many answers, after which there is nothing to do if nobody reads them.
    ///
    /// - Throws: `StreamError`, also if the reader is gone.
    func stream(_ value: @autoclosure () -> JSONValue, _ text: @autoclosure () -> String) throws {
        let line = json ? value().serialized() : text()
        if !line.isEmpty { try StandardStream.output.write(line + "\n") }
    }

    /// Empties the terminal, if the answers go to one that a person reads.
    func clear() throws {
        if Terminal.isOutputVisible, !json { try StandardStream.output.write("\u{1B}[H\u{1B}[2J") }
    }

    /// Tells a person something that is not the answer.
    func note(_ text: String) { tell(text + "\n") }

    /// Says what went wrong.
    func complain(_ text: String) { tell("bullmq: \(text)\n") }

    /// Asks something; the cursor stays behind it.
    func prompt(_ text: String) { tell(text) }

    /// Replaces the line on which the cursor stands.
    func redraw(_ line: String) { tell("\r\u{1B}[2K\(line)") }

    /// There is no other place to say that this one is closed.
    private func tell(_ text: String) { try? StandardStream.errors.write(text) }
}
