// Owns what the library must reach, each as a ratio within one run; absolute times say too little about a machine.

/// One figure that must be reached.
struct Requirement: Codable {
    /// What is required.
    let text: String
    /// The bound.
    let bound: Double
    /// What was measured.
    let measured: Double
    /// Whether more is better.
    let isLowerBound: Bool

    /// Whether it was reached.
    var isMet: Bool { isLowerBound ? measured >= bound : measured <= bound }

    static func atLeast(_ bound: Double, _ measured: Double, _ text: String) -> Requirement {
        Requirement(text: text, bound: bound, measured: measured, isLowerBound: true)
    }

    static func atMost(_ bound: Double, _ measured: Double, _ text: String) -> Requirement {
        Requirement(text: text, bound: bound, measured: measured, isLowerBound: false)
    }

    /// The requirements that these results can judge.
    static func judged(by results: [Result]) -> [Requirement] {
        func result(_ scenario: String, _ subject: Subject) -> Result? {
            results.first { $0.scenario == scenario && $0.subject == subject }
        }
        func median(_ scenario: String, _ subject: Subject) -> Figures? { result(scenario, subject)?.median }
        var requirements: [Requirement] = []
        for scenario in [
            "add-64-single", "process-10-single", "process-100-single",
        ] {
            guard let own = median(scenario, .swift) else { continue }
            requirements.append(.atLeast(0.9, own.redisBusy, "\(scenario): Redis busy"))
            requirements.append(.atMost(0.35, own.clientToRedis, "\(scenario): client CPU / Redis CPU"))
        }
        // Speed and Redis' processor time, both as multiples of the Python package's in the same run.
        let againstPython: [(scenario: String, speed: Double, redis: Double)] = [
            ("add-64", 7, 0.44), ("bulk-1000", 3, 0.82), ("bulk-1000x2", 3, 0.82),
            ("process-1", 4, 0.69), ("process-10", 6, 0.64),
            ("process-100", 9.5, 0.43),
        ]
        for (scenario, speed, redis) in againstPython {
            guard let own = median(scenario, .swift), let python = median(scenario, .python) else { continue }
            requirements.append(
                .atLeast(speed, own.jobsPerSecond / python.jobsPerSecond, "\(scenario): jobs/s × Python's"))
            requirements.append(
                .atMost(redis, own.redisMicroseconds / python.redisMicroseconds, "\(scenario): Redis CPU × Python's"))
        }
        for (scenario, speed) in [("add-64", 1.8), ("process-100", 1.8), ("add-1", 0.97), ("process-1", 0.97)] {
            guard let own = result(scenario, .swift), let single = result("\(scenario)-single", .swift),
                let ratio = own.speed(relativeTo: single)
            else { continue }
            requirements.append(.atLeast(speed, ratio, "\(scenario): jobs/s × without groups"))
        }
        if let own = median("process-100", .swift) {
            requirements.append(.atMost(40, own.peakMegabytes, "process-100: peak memory in MB"))
        }
        return requirements
    }
}
