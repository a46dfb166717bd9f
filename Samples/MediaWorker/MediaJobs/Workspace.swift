// Private folders for jobs. Each process has one folder under a common base and holds a lock on it; the folder of a
// process that died is found by its free lock and removed at the next start.

public import FoundationEssentials
import Glibc

/// The temporary folder of one worker process.
public final class Workspace: Sendable {
    private let folder: URL
    private let lock: Int32

    /// Where temporary folders are unless configured: this user's folder in the system's.
    public static func standardBase(_ program: String) -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("\(program)-\(geteuid())", isDirectory: true)
    }

    /// Makes the process's folder below `base` and removes what earlier processes left there.
    public init(base: URL) throws {
        let failure = MediaJobError(.storageFailed, "No temporary folder can be made below the configured one")
        do {
            try FileManager.default.createDirectory(
                at: base, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw failure }
        let gate = open(base.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard gate >= 0 else { throw failure }
        defer { close(gate) }
        // Whoever owns the folder can put others in the place of those within it.
        var status = stat()
        guard fstat(gate, &status) == 0 else { throw failure }
        guard [0, geteuid()].contains(status.st_uid) else {
            throw MediaJobError(.storageFailed, "The folder for temporary folders belongs to another user")
        }
        // One process at a time: a folder that is made but not locked yet would look abandoned.
        guard flock(gate, LOCK_EX) == 0 else { throw failure }
        Self.removeAbandoned(below: base)
        let folder = base.appendingPathComponent("worker-\(UUID().uuidString)", isDirectory: true)
        guard mkdir(folder.path, 0o700) == 0 else { throw failure }
        let lock = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw failure }
        self.folder = folder
        self.lock = lock
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
        close(lock)
    }

    /// Gives `body` an empty private folder, which is gone afterwards on every path.
    public func withFolder<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> Result
    ) async throws -> Result {
        let private_ = folder.appendingPathComponent(UUID().uuidString, isDirectory: true)
        guard mkdir(private_.path, 0o700) == 0 else {
            throw MediaJobError(.storageFailed, "No temporary folder can be made: \(String(cString: strerror(errno)))")
        }
        defer { try? FileManager.default.removeItem(at: private_) }
        return try await body(private_)
    }

    private static func removeAbandoned(below base: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
        for name in names where name.hasPrefix("worker-") {
            let folder = base.appendingPathComponent(name, isDirectory: true)
            let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { try? FileManager.default.removeItem(at: folder) }
        }
    }
}
