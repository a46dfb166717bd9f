// Owns the command line of the differential runner.

import ArgumentParser
import Differential
import Foundation

/// Compares this project's scripts with those of the official package, call by call.
@main
struct DifferentialTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "differential-runner",
        abstract: "Compare this project's scripts with those of the official package, call by call.")

    @Option(help: "Only the directed cases whose script or name contains this text, and no random sequences.")
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
        let outcome = try await run.run()
        print(outcome)
        if !outcome.isSuccess { throw ExitCode.failure }
    }
}
