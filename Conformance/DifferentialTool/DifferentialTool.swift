// Owns the command line of the differential runner.

import ArgumentParser
import Differential

/// Compares this project's scripts with those of the official package, call by call.
@main
struct DifferentialTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "differential-runner",
        abstract: "Compare this project's scripts with those of the official package, call by call.")

    @Option(help: "Only the directed cases whose script or name contains this text, and no random sequences.")
    var only: String?

    func run() async throws {
        let outcome = try await DifferentialRun(filter: only) { print($0) }.run()
        print(outcome)
        if outcome.differences > 0 { throw ExitCode.failure }
    }
}
