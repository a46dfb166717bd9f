/// The terms on which a worker takes jobs: packed into every script that may hand one out.
struct FetchTerms: Sendable {
    var lockDuration: Int64
    var limiter: RateLimit?
    var workerName: String?
    var maximumMetricsPoints: Int

    /// Entries that ``write(to:)`` appends.
    var entryCount: Int { 1 + (limiter == nil ? 0 : 1) + (workerName == nil ? 0 : 1) }

    func write(to writer: inout MessagePackWriter) {
        writer.append("lockDuration")
        writer.append(lockDuration)
        if let limiter {
            writer.append("limiter")
            writer.appendMapHeader(2)
            writer.append("max")
            writer.append(Int64(limiter.max))
            writer.append("duration")
            writer.append(limiter.duration.milliseconds)
        }
        if let workerName {
            writer.append("name")
            writer.append(workerName)
        }
    }

    func packed(token: String) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.appendMapHeader(1 + entryCount)
        writer.append("token")
        writer.append(token)
        write(to: &writer)
        return writer.bytes
    }
}

/// At most `max` jobs are started in each `duration`, over all workers of a queue.
public struct RateLimit: Sendable, Hashable {
    /// Most jobs started in one window.
    public var max: Int
    /// The window.
    public var duration: Duration

    /// Creates a limit.
    public init(max: Int, per duration: Duration) {
        self.max = max
        self.duration = duration
    }
}
