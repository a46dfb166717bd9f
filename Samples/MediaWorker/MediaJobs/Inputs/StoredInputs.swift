// Inputs that jobs name by the id of a stored file: what a store must do, and what is asked of such a file.

public import FoundationEssentials
import Glibc

/// Where files are kept that jobs name by id.
public protocol StoredInputs: Sendable {
    /// Fetches a file.
    ///
    /// - Parameters:
    ///   - id: The file's id, as the job gives it.
    ///   - field: The field or parameter that names it, for messages.
    ///   - file: Where to put it; does not exist yet.
    ///   - limits: Largest files; see ``InputLimits/admit(_:declaredType:to:)``.
    ///   - progress: Receives the fraction that has arrived.
    /// - Returns: What the store says about the file; its first bytes are looked at by the caller.
    /// - Throws: ``MediaJobError``, or what ends the job otherwise.
    func fetch(
        _ id: String, field: String, to file: URL, limits: InputLimits, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> InputOrigin
}

extension InputLimits {
    /// Refuses a file before it is fetched: by its size and declared type, and by the space that is left.
    ///
    /// - Throws: ``MediaJobError/Code/tooLarge``, ``MediaJobError/Code/storageFailed``.
    public func admit(_ count: Int, declaredType: String?, to folder: URL) throws {
        let limit = declaredType?.lowercased().hasPrefix("image/") == true ? picture : other
        guard count <= limit else { throw MediaJobError(.tooLarge, "The file is larger than \(limit) bytes") }
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else {
            throw MediaJobError(.storageFailed, "The input cannot be stored: \(String(cString: strerror(errno)))")
        }
        guard Int(status.f_bavail) * Int(status.f_frsize) - count >= reserve else {
            throw MediaJobError(.storageFailed, "There is no space for a file of \(count) bytes")
        }
    }
}
