// Owns the list of programs a peer can run; README.md in this folder describes what they say and understand.

public import Witness

/// A program on an official package.
public struct PeerProgram: Hashable, Sendable {
    let name: String
    let arguments: [String]

    /// Adds jobs and flows.
    public static let producer = PeerProgram(name: "producer", arguments: [])

    /// Reads jobs and calls methods of the package's queue.
    public static let inspector = PeerProgram(name: "inspector", arguments: [])

    /// Works a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - options: The package's worker options as JSON, such as `{"concurrency": 2}`.
    public static func worker(queue: String, options: WitnessedJSON = [:]) -> PeerProgram {
        PeerProgram(name: "worker", arguments: ["--queue", queue, "--options", options.text])
    }

    /// Reports the events of a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue's name.
    ///   - start: The stream id after which to report. Default: the very first event.
    public static func events(queue: String, after start: String = "0") -> PeerProgram {
        PeerProgram(name: "events", arguments: ["--queue", queue, "--from", start])
    }

    func path(for runtime: PeerRuntime) -> String {
        let ending = runtime == .python ? "py" : "js"
        return "\(PeerRuntime.packageFolder)/Conformance/Peers/\(runtime.rawValue)/\(name).\(ending)"
    }
}
