// Owns the folder a browser keeps its state in, and whether it goes when the browser is gone.

import Foundation

/// A profile on disk: one browser at a time may use it.
struct ProfileFolder: Sendable {
    let path: String
    let isTemporary: Bool
    /// An open file in a temporary folder, locked as long as this process lives: a folder without an owner can go.
    private let owner: CInt?

    private static let prefix = "chromium-profile-"
    private static let ownerFile = "owner.lock"

    /// A new folder that only this user can read. Folders that killed processes left behind are removed meanwhile.
    static func temporary() throws(BrowserError) -> ProfileFolder {
        let parent = FileManager.default.temporaryDirectory.path
        removeOrphans(in: parent)
        let path = "\(parent)/\(prefix)\(UUID().uuidString)"
        try create(path)
        let owner = open("\(path)/\(ownerFile)", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard owner >= 0, flock(owner, LOCK_EX | LOCK_NB) == 0 else {
            throw BrowserError(.fileFailed, "the profile folder \(path) cannot be locked")
        }
        return ProfileFolder(path: path, isTemporary: true, owner: owner)
    }

    private static func removeOrphans(in parent: String) {
        let files = FileManager.default
        // What cannot be listed, locked or removed belongs to somebody else or is on its way out: it may stay.
        for name in (try? files.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let folder = "\(parent)/\(name)"
            let file = open("\(folder)/\(ownerFile)", O_RDWR | O_CLOEXEC)
            guard file >= 0 else { continue }
            if isOlderThanAMinute(file), flock(file, LOCK_EX | LOCK_NB) == 0 {
                try? files.removeItem(atPath: folder)
            }
            close(file)
        }
    }

    /// A younger one may be about to be locked.
    private static func isOlderThanAMinute(_ file: CInt) -> Bool {
        var status = stat()
        guard fstat(file, &status) == 0 else { return false }
        return Date().timeIntervalSince1970 - Date.timeInterval(of: status) > 60
    }

    /// A folder that stays; it is made if it is not there.
    static func kept(_ path: String) throws(BrowserError) -> ProfileFolder {
        try create(path)
        let profile = ProfileFolder(path: path, isTemporary: false, owner: nil)
        try profile.refuseWhenInUse()
        return profile
    }

    private static func create(_ path: String) throws(BrowserError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BrowserError(.fileFailed, "the profile folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Chromium marks a profile in use with a link `SingletonLock` → `<host>-<pid>`. A second browser would hand its
    /// work to the first and end, which nobody would understand; and the mark of a dead one only stands in the way.
    private func refuseWhenInUse() throws(BrowserError) {
        let lock = path + "/SingletonLock"
        guard let owner = try? FileManager.default.destinationOfSymbolicLink(atPath: lock) else { return }
        let parts = owner.split(separator: "-")
        guard let pid = parts.last.flatMap({ pid_t($0) }), parts.count > 1 else { return }
        let host = parts.dropLast().joined(separator: "-")
        guard host == ProcessInfo.processInfo.hostName || kill(pid, 0) == 0 else {
            throw BrowserError(
                .launchFailed, "the profile \(path) is in use by a browser on \(host), or was when that machine stopped"
            )
        }
        guard kill(pid, 0) == -1 && errno == ESRCH else {
            throw BrowserError(.launchFailed, "the profile \(path) is in use by the process \(pid)")
        }
        for name in ["SingletonLock", "SingletonCookie", "SingletonSocket"] { unlink(path + "/" + name) }
    }

    /// Removes a temporary folder. The browser must be gone.
    func discard() throws {
        guard isTemporary, FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
        if let owner { close(owner) }
    }
}

extension Date {
    /// When a file was changed, in seconds since 1970.
    fileprivate static func timeInterval(of status: stat) -> Double {
        #if canImport(Darwin)
            Double(status.st_mtimespec.tv_sec)
        #else
            Double(status.st_mtim.tv_sec)
        #endif
    }
}
