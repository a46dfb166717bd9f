// Owns the command line of the differential runner.

import ArgumentParser
import ClientComparison
import Differential
import Foundation

/// Compares this project's scripts with those of the official package, call by call, and then the two clients.
@main
struct DifferentialTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "differential-runner",
        abstract:
            "Compare this project's scripts with those of the official package, call by call, and then the two clients."
    )

    @Option(
        help: "Only the directed cases whose script or name contains this text; no random sequences, and no clients.")
    var only: String?

    @Option(help: "How many random sequences are played (default: $SEQUENCES, else 2000).")
    var sequences: Int?

    @Option(help: "What the random sequences follow from (default: $SEED, else 1).")
    var seed: UInt64?

    @Option(help: "Plays the steps of this file instead, one by one.", completion: .file())
    var replay: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = sequences ?? environment["SEQUENCES"].flatMap { Int($0) } ?? 2000
        let run = DifferentialRun(
            filter: only, sequences: only == nil ? count : 0,
            seed: seed ?? environment["SEED"].flatMap { UInt64($0) } ?? 1
        ) { print($0) }
        if let replay {
            guard let difference = try await run.replay(String(contentsOfFile: replay, encoding: .utf8)) else {
                print("no difference")
                return
            }
            print(difference)
            throw ExitCode.failure
        }
        var outcome = try await run.run()
        var isSuccess = outcome.isSuccess
        if only == nil {
            let clients = try await ClientComparison.runAll { print($0) }
            print("\(clients.scenarios) scenarios of clients")
            outcome.cases += clients.scenarios
            outcome.differences += clients.differences
            isSuccess = isSuccess && clients.isSuccess
        }
        print(outcome)
        if !isSuccess { throw ExitCode.failure }
    }
}
