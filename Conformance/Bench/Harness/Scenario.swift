// Owns the list of what is measured.

import Witness

/// Something every subject is asked to do.
struct Scenario: Hashable {
    /// The name in tables and on the command line.
    let name: String
    let jobs: Int
    /// The command's members besides queue and number of jobs; see ../python/bench_peer.py.
    let command: [Bytes: WitnessedJSON]
    /// Whether only our own side can be asked.
    var isOwn = false

    /// Whether the jobs have to be in the queue already.
    var isProcessing: Bool { command["scenario"] == "process" }

    func command(queue: String) -> WitnessedJSON {
        .object(command.merging(["queue": .text(queue), "jobs": .number(jobs)]) { $1 })
    }

    /// Every scenario, for so many jobs.
    static func all(jobs: Int) -> [Scenario] {
        [
            Scenario(name: "add-1", jobs: jobs, command: ["scenario": "add"]),
            Scenario(name: "add-64", jobs: jobs, command: ["scenario": "add", "inFlight": 64]),
            bulk(jobs: jobs, calls: 1),
            bulk(jobs: jobs, calls: 2),
            process(jobs: jobs, concurrency: 1),
            process(jobs: jobs, concurrency: 10),
            process(jobs: jobs, concurrency: 100),
        ].flatMap { scenario in
            scenario.name.hasPrefix("bulk") ? [scenario] : [scenario, scenario.withoutGroups]
        }
    }

    /// The same with every job in a call of its own. It follows the scenario at once, so that the two can be compared.
    private var withoutGroups: Scenario {
        Scenario(
            name: name + "-single", jobs: jobs, command: command.merging(["groupCommit": false]) { $1 }, isOwn: true)
    }

    /// Adds the jobs in bulks of a thousand, so many calls at a time. With one, the server waits while the producer takes in the
    /// last answer and prepares the next call; with two it does not.
    static func bulk(jobs: Int, calls: Int) -> Scenario {
        Scenario(
            name: calls == 1 ? "bulk-1000" : "bulk-1000x\(calls)", jobs: jobs,
            command: ["scenario": "addBulk", "size": 1000, "inFlight": .number(calls)])
    }

    private static func process(jobs: Int, concurrency: Int) -> Scenario {
        Scenario(
            name: "process-\(concurrency)", jobs: jobs,
            command: ["scenario": "process", "concurrency": .number(concurrency)])
    }
}
