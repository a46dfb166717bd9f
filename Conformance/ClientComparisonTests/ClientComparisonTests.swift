import ClientComparison
import PeerTesting
import Peers
import Synchronization
import Testing

@Suite("This library and the Python package", .timeLimit(.minutes(5)))
struct ClientComparisonTests {
    @Test("leave the same in Redis in every scenario, and differ where it is said that they may")
    func agree() async throws {
        try await PeerRuntime.python.require()
        let report = Mutex<[String]>([])
        let outcome = try await ClientComparison.runAll { line in report.withLock { $0.append(line) } }
        #expect(outcome.isSuccess, "\(report.withLock { $0 }.joined(separator: "\n"))")
        #expect(outcome.scenarios == ClientScenario.all.count)
    }

    @Test("are seen to differ where they do")
    func detection() async throws {
        try await PeerRuntime.python.require()
        try await ClientComparison.run { comparison in
            let scenario = try #require(ClientScenario.all.first { $0.name == "add to a paused queue" })
            let performances = try await comparison.performances(of: scenario)
            #expect(try performances.differences() == [])
            let differences = try performances.differences(allowing: [])
            #expect(differences.contains { $0.contains("field timestamp") })
            #expect(differences.contains { $0.contains("field version") })
        }
    }

    @Test("are compared in scenarios that each have a name of their own")
    func names() {
        #expect(Set(ClientScenario.all.map(\.name)).count == ClientScenario.all.count)
    }
}
