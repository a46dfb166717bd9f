// Owns the list of what is measured.

import Witness

/// Something every subject is asked to do.
struct Scenario: Hashable {
    /// The name in tables and on the command line.
    let name: String
    let jobs: Int
    /// The command's members besides queue and number of jobs; see ../python/bench_peer.py.
    let command: [Bytes: WitnessedJSON]

    /// Whether the jobs have to be in the queue already.
    var isProcessing: Bool { command["scenario"] == "process" }

    func command(queue: String) -> WitnessedJSON {
        .object(command.merging(["queue": .text(queue), "jobs": .number(jobs)]) { $1 })
    }

    /// Every scenario, for so many jobs.
    static func all(jobs: Int) -> [Scenario] {
        [
            Scenario(name: "add-1", jobs: max(1, jobs / 4), command: ["scenario": "add"]),
            Scenario(name: "add-64", jobs: jobs, command: ["scenario": "add", "inFlight": 64]),
            bulk(jobs: jobs),
            process(jobs: jobs, concurrency: 1),
            process(jobs: jobs, concurrency: 10),
            process(jobs: jobs, concurrency: 100),
        ]
    }

    /// Adds the jobs in bulks of a thousand, two calls at a time: a producer with many jobs does not wait for one call before it
    /// prepares the next.
    static func bulk(jobs: Int) -> Scenario {
        Scenario(name: "bulk-1000", jobs: jobs, command: ["scenario": "addBulk", "size": 1000, "inFlight": 2])
    }

    private static func process(jobs: Int, concurrency: Int) -> Scenario {
        Scenario(
            name: "process-\(concurrency)", jobs: jobs,
            command: ["scenario": "process", "concurrency": .number(concurrency)])
    }
}
