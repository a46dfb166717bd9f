// Owns where a Chromium is found on this machine.

import Foundation

/// The search for a browser's program file.
enum ChromiumExecutable {
    /// Names a Chromium goes by, the most usual first.
    static let names = [
        "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "chromium-headless-shell",
    ]
    static let applications = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]

    /// The named file; or that of the variable CHROMIUM; or the first Chromium on the PATH.
    static func find(_ wanted: String?, environment: [String: String]) throws(BrowserError) -> String {
        if let named = wanted ?? environment["CHROMIUM"] {
            guard FileManager.default.isExecutableFile(atPath: named) else {
                throw BrowserError(.executableNotFound, "\(named) is no program that can be run")
            }
            return named
        }
        let folders = (environment["PATH"] ?? "/usr/bin:/usr/local/bin").split(separator: ":")
        let candidates = names.flatMap { name in folders.map { "\($0)/\(name)" } } + applications
        for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        throw BrowserError(
            .executableNotFound,
            "no Chromium is on the PATH: install one (Debian: apt-get install chromium), or name it in CHROMIUM")
    }
}
