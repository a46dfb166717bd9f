// Owns the commands the harness gives, and the error for those that make no sense.

import BullMQ

/// One line of the harness; see ../python/bench_peer.py.
struct BenchCommand {
    let scenario: String
    let queue: String
    /// How many jobs there are.
    let jobs: Int
    /// How many single additions run at a time.
    let inFlight: Int
    /// How many jobs one bulk addition has.
    let size: Int
    /// How many jobs the worker processes at a time.
    let concurrency: Int
    /// Where the pages begin that are read.
    let start: Int
    /// Whether calls may share the next one.
    let groupCommit: GroupCommit

    init(_ line: String) throws {
        let command = try JSONValue(parsing: line)
        guard let scenario = command["scenario"]?.stringValue, let queue = command["queue"]?.stringValue else {
            throw BenchSubjectError("a command needs a scenario and a queue: \(line)")
        }
        self.scenario = scenario
        self.queue = queue
        jobs = command["jobs"]?.intValue ?? 0
        inFlight = command["inFlight"]?.intValue ?? 1
        size = command["size"]?.intValue ?? 1
        concurrency = command["concurrency"]?.intValue ?? 1
        start = command["start"]?.intValue ?? 0
        groupCommit = command["groupCommit"]?.boolValue == false ? .off : .automatic
    }
}

/// The harness asked for something this program does not know.
struct BenchSubjectError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
