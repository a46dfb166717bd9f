// Owns finding a program on the search path.

import Foundation

/// Finds programs the way a shell would, without a shell.
public enum ExecutableSearch {
    /// The absolute path of an executable file.
    ///
    /// - Parameter name: A path (with a slash), or a name to look for in the folders of `PATH`.
    /// - Returns: `nil` when there is no such executable file.
    public static func path(of name: String) -> String? {
        if name.contains("/") {
            return access(name, X_OK) == 0 ? name : nil
        }
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return folders.split(separator: ":").lazy
            .map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
    }
}
