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
            guard let middle = samples.map({ $0[keyPath: figure] }).median else { return nil }
            median[keyPath: figure] = middle
        }
        self = median
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; `nil` of nothing.
    fileprivate var median: Double? {
        guard !isEmpty else { return nil }
        let values = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
    }
}

/// All measurements of one subject in one scenario.
struct Result: Codable {
    let scenario: String
    let subject: Subject
    let jobs: Int
    let median: Figures
    let samples: [Figures]

    /// How many times as fast as another scenario, which follows this one in every round: the median of the rounds. Where the two
    /// take turns with Redis, a machine's speed jumps by a factor of two with the placement of the processes, so
    /// medians of far apart rounds must not be compared.
    func speed(relativeTo other: Result) -> Double? {
        zip(samples, other.samples).map { $0.jobsPerSecond / $1.jobsPerSecond }.median
    }
}
