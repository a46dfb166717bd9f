// Owns what one measurement yields, and the median of several.

/// What one subject needed for one scenario.
struct Figures: Codable, Hashable {
    /// Jobs added or completed each second.
    var jobsPerSecond: Double
    /// Processor time of Redis' main thread for a job.
    var redisMicroseconds: Double
    /// The share of the time in which Redis' main thread was busy, 0…1.
    var redisBusy: Double
    /// Processor time of the client for a job.
    var clientMicroseconds: Double
    /// Peak of the client's resident memory, in megabytes.
    var peakMegabytes: Double

    init(jobs: Int, seconds: Double, redisSeconds: Double, clientSeconds: Double, peakBytes: Int) {
        jobsPerSecond = Double(jobs) / seconds
        redisMicroseconds = redisSeconds / Double(jobs) * 1e6
        redisBusy = redisSeconds / seconds
        clientMicroseconds = clientSeconds / Double(jobs) * 1e6
        peakMegabytes = Double(peakBytes) / 1e6
    }

    /// The client's processor time as a multiple of Redis'.
    var clientToRedis: Double { clientMicroseconds / redisMicroseconds }

    /// The median of each figure by itself; `nil` of nothing.
    init?(medianOf samples: [Figures]) {
        guard var median = samples.first else { return nil }
        for figure in [
            \Figures.jobsPerSecond, \.redisMicroseconds, \.redisBusy, \.clientMicroseconds, \.peakMegabytes,
        ] {
            let values = samples.map { $0[keyPath: figure] }.sorted()
            let middle = values.count / 2
            median[keyPath: figure] =
                values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
        }
        self = median
    }
}

/// All measurements of one subject in one scenario.
struct Result: Codable {
    let scenario: String
    let subject: Subject
    let jobs: Int
    let median: Figures
    let samples: [Figures]
}
