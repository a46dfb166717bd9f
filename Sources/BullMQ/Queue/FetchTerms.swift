/// The terms on which a worker takes jobs: packed into every script that may hand one out.
struct FetchTerms: Sendable {
    let maximumMetricsPoints: Int
    /// In milliseconds.
    let lockDuration: Int64
    let workerName: String?
    let isLimited: Bool
    /// How many map entries `packed` holds.
    let entryCount: Int
    /// Those entries, encoded once.
    let packed: [UInt8]

    init(lockDuration: Int64, limiter: RateLimit?, workerName: String?, maximumMetricsPoints: Int) {
        self.maximumMetricsPoints = maximumMetricsPoints
        self.lockDuration = lockDuration
        self.workerName = workerName
        isLimited = limiter != nil
        var count = 1
        var writer = MessagePackWriter()
        writer.append("lockDuration")
        writer.append(lockDuration)
        if let limiter {
            count += 1
            writer.append("limiter")
            writer.appendMapHeader(2)
            writer.append("max")
            writer.append(Int64(limiter.max))
            writer.append("duration")
            writer.append(limiter.duration.milliseconds)
        }
        if let workerName {
            count += 1
            writer.append("name")
            writer.append(workerName)
        }
        entryCount = count
        packed = writer.bytes
    }

    /// The map of these terms and a token.
    func packed(token: String) -> [UInt8] {
        var writer = MessagePackWriter()
        writer.appendMapHeader(1 + entryCount)
        writer.append("token")
        writer.append(token)
        writer.bytes += packed
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
