// Owns: reading standard input line by line, to the byte.

import Foundation

/// The lines of standard input. What is not UTF-8 is handed on, for others to refuse: `readLine` would replace it.
final class InputLines {
    private let file = fdopen(STDIN_FILENO, "r")
    private var buffer: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    deinit { free(buffer) }

    /// The next line without its end; nil if there is none.
    ///
    /// - Throws: `StreamError`
    func next() throws(StreamError) -> [UInt8]? {
        guard let file else { throw StreamError(number: errno, stream: "standard input") }
        let count = getline(&buffer, &capacity, file)
        guard count >= 0, let buffer else {
            guard ferror(file) == 0 else { throw StreamError(number: errno, stream: "standard input") }
            return nil
        }
        var line = UnsafeBufferPointer(start: buffer, count: count).map { UInt8(bitPattern: $0) }
        if line.last == UInt8(ascii: "\n") { line.removeLast() }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
