// Owns what this process used up, and how it says so.

import BullMQ
import Synchronization

#if canImport(Glibc)
    import Glibc

    private let ownUsage = Int32(RUSAGE_SELF.rawValue)
#else
    import Darwin

    private let ownUsage = RUSAGE_SELF
#endif

/// Time and processor time at one moment.
struct Usage {
    private let clock: ContinuousClock.Instant
    private let user: Double
    private let system: Double
    private let peak: Int

    static var now: Usage {
        var usage = rusage()
        getrusage(ownUsage, &usage)
        return Usage(
            clock: .now, user: seconds(usage.ru_utime), system: seconds(usage.ru_stime), peak: Int(usage.ru_maxrss))
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    func figures(since start: Usage, jobs: Int) -> JSONValue {
        [
            "jobs": .integer(Int64(jobs)), "seconds": .number((clock - start.clock) / .seconds(1)),
            "cpu_user": .number(user - start.user), "cpu_sys": .number(system - start.system),
            "maxrss_kb": .integer(Int64(peak)),
        ]
    }
}

/// Standard output, a line at a time.
enum StandardOutput {
    static func write(_ value: JSONValue) {
        print(value.serialized())
        // Standard output is a pipe here, and a pipe is not flushed by a line end.
        fflush(nil)
    }
}

/// Hands out numbers to concurrent tasks.
final class Counter: Sendable {
    private let value = Atomic(0)

    /// The next number, from 0 up; `nil` when it would not be below `end`.
    func next(below end: Int) -> Int? {
        let number = value.add(1, ordering: .relaxed).oldValue
        return number < end ? number : nil
    }

    /// Counts one more, and returns how many there are now.
    func increment() -> Int { value.add(1, ordering: .relaxed).newValue }
}
