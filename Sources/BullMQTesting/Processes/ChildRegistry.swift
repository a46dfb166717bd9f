// Owns the list of what must be gone when this process exits in the ordinary way: running children and private folders.
// (A crash is covered by the parent-death signal of ProcessLauncher, and by removal of stale folders at the next start.)

import Foundation
import Synchronization

/// Ends registered children and removes registered folders when the process exits.
enum ChildRegistry {
    private struct Entries {
        var children: Set<pid_t> = []
        var folders: Set<String> = []
    }

    private static let entries: Mutex<Entries> = {
        atexit { ChildRegistry.cleanUp() }
        return Mutex(Entries())
    }()

    static func add(child: pid_t) { entries.withLock { _ = $0.children.insert(child) } }

    static func remove(child: pid_t) { entries.withLock { _ = $0.children.remove(child) } }

    static func add(folder: String) { entries.withLock { _ = $0.folders.insert(folder) } }

    static func remove(folder: String) { entries.withLock { _ = $0.folders.remove(folder) } }

    private static func cleanUp() {
        let (children, folders) = entries.withLock { ($0.children, $0.folders) }
        for child in children { kill(child, SIGKILL) }
        for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}
