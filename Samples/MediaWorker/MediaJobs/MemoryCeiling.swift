// How much memory a job may use (media.md §20, §21). A job that needs more is stopped before the machine is in trouble,
// and told so; the process lives on.

import CMalloc
import Glibc

/// A bound on the memory of this process, watched while a job runs.
public struct MemoryCeiling: Sendable {
    /// Most bytes resident. Default 6 GB.
    public var bytes: Int
    /// How often the process is looked at. Default ten times a second.
    public var interval: Duration

    /// Makes a ceiling.
    public init(bytes: Int = 6_000_000_000, interval: Duration = .milliseconds(100)) {
        self.bytes = bytes
        self.interval = interval
    }

    /// Does `work`, and cancels it if the process grows over the ceiling meanwhile.
    ///
    /// - Throws: ``MediaJobError/Code/outOfMemory``, or what `work` throws.
    public func guarding<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while Self.residentBytes <= bytes { try await Task.sleep(for: interval) }
                return nil
            }
            guard let first = try await group.next(), let result = first else {
                group.cancelAll()
                // The work ends before its memory is free: until then this job is not over.
                while let _ = await group.nextResult() {}
                Self.returnFreedMemory()
                throw MediaJobError(
                    .outOfMemory,
                    "The job needs more than the \(bytes / 1_000_000) MB of memory it may use; ask for a smaller size")
            }
            group.cancelAll()
            return result
        }
    }

    /// Bytes of this process that are in memory.
    static var residentBytes: Int {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(file, &text, text.count)
        guard count > 0 else { return 0 }
        let fields = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
    }

    /// Sets the process up for large short-lived buffers: few arenas, so that what is freed is given back; no core dumps
    /// of other people's pictures.
    public static func prepareProcess() {
        mallopt(M_ARENA_MAX, 2)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    private static func returnFreedMemory() { malloc_trim(0) }
}
