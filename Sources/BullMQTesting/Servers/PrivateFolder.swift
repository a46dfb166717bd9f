// Owns the private folder of a server: its name tells which process made it, so that what a crashed process left can
// be told from what is in use, and is removed by whoever starts a server next.

import Foundation
import Synchronization

/// A folder that belongs to this process and goes with it.
struct PrivateFolder: Sendable {
    private static let stem = "swift-bullmq-"
    private static let counter = Mutex(0)

    let path: String

    /// Makes a new folder readable by this user only, after removing those of processes that are gone.
    static func make() throws -> PrivateFolder {
        let parent = FileManager.default.temporaryDirectory.path
        removeStale(in: parent)
        let number = counter.withLock { number in
            number += 1
            return number
        }
        let path = "\(parent)/\(stem)\(getpid())-\(number)"
        // A leftover of an earlier process with our id belongs to nobody.
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        ChildRegistry.add(folder: path)
        return PrivateFolder(path: path)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
        ChildRegistry.remove(folder: path)
    }

    private static func removeStale(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
            guard name.hasPrefix(stem),
                let owner = name.dropFirst(stem.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                kill(owner, 0) == -1, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }
}
