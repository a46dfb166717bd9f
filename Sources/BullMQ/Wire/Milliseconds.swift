import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Time as it travels: whole milliseconds since 1970, from the client's clock (protocol: worker, conventions).
enum Milliseconds {
    /// The current time.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Date {
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

extension Duration {
    /// Whole milliseconds, rounded to the nearest.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    }

    /// Seconds with their fraction.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// A duration of minutes.
    public static func minutes(_ minutes: some BinaryInteger) -> Duration { .seconds(minutes * 60) }

    /// A duration of hours.
    public static func hours(_ hours: some BinaryInteger) -> Duration { .seconds(hours * 3600) }

    /// A duration of days of 24 hours.
    public static func days(_ days: some BinaryInteger) -> Duration { .seconds(days * 86_400) }
}
