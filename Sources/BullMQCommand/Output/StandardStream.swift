// Owns: writing to the streams that the program was started with, whatever is at their other end.

import Foundation

/// Standard output or standard error.
struct StandardStream {
    static let output = StandardStream(descriptor: STDOUT_FILENO, name: "standard output")
    static let errors = StandardStream(descriptor: STDERR_FILENO, name: "standard error")

    private let descriptor: Int32
    private let name: String

    /// Makes writing safe: a pipe without reader is an error rather than the end of the program, and what was closed by
    /// the caller leads to nowhere rather than to the first connection that is opened.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is the one that is missing.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Writes at once, so that a reader sees each answer when it is given.
    ///
    /// - Throws: `StreamError`
    func write(_ text: String) throws(StreamError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                throw StreamError(number: errno, stream: name)
            }
        }
    }

    /// Programs that share a terminal or pipe may have made it non-blocking.
    private func waitUntilWritable() {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = Foundation.poll(&poll, 1, -1)
    }
}

/// Something could not be written.
struct StreamError: Error, CustomStringConvertible {
    /// The system's number of the error.
    let number: Int32
    let stream: String

    /// Whether it is a pipe that nobody reads any more.
    var isReaderGone: Bool { number == EPIPE }

    var description: String { "\(stream): \(String(cString: strerror(number)))" }
}
