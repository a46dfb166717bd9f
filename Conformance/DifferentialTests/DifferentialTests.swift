import Foundation
import PeerTesting
import Peers
import Synchronization
import Testing
import Witness

@testable import Differential

@Suite("Our scripts and the official package's", .timeLimit(.minutes(10)))
struct DifferentialTests {
    @Test("agree in every directed case and random sequence, and each line of ours runs")
    func agree() async throws {
        try await PeerRuntime.python.require()
        let report = Mutex<[String]>([])
        let sequences = ProcessInfo.processInfo.environment["SEQUENCES"].flatMap { Int($0) } ?? 2000
        let run = DifferentialRun(sequences: sequences) { line in report.withLock { $0.append(line) } }
        let outcome = try await run.run()
        let lines = report.withLock { $0 }.joined(separator: "\n")
        #expect(outcome.isSuccess, "\(lines)\n\(outcome)")
        #expect(outcome.cases > sequences)
        #expect(outcome.scripts > 40)
    }

    @Test("are seen to differ where they do")
    func detection() async throws {
        try await PeerRuntime.python.require()
        // A deviation that only directed cases may show counts as a difference anywhere else.
        let queue = QueueCalls("q:a")
        let steps: [Step] = [
            .command(["SET", "q:a:id", "99999999999999"]), .call(queue.addStandardJob()),
        ]
        let difference = try await DifferentialRun { _ in }.replay(StepText.text(steps))
        #expect(difference?.lines.first?.contains("100000000000000") == true)
    }

    @Test("differ on purpose only where a directed case proves it", arguments: Deviation.all)
    func deviations(deviation: Deviation) {
        let proofs = DirectedCases.all.flatMap(\.cases).filter { $0.deviation == deviation }
        #expect(!proofs.isEmpty, "no directed case proves \(deviation.name)")
    }
}
