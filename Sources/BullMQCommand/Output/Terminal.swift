import Foundation

/// What is known about the terminal, if there is one.
enum Terminal {
    /// Whether somebody sits there who can be asked.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Whether what is printed is seen by a person at once.
    static var isOutputVisible: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; nil if the output goes elsewhere.
    static var width: Int? {
        guard isOutputVisible else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
