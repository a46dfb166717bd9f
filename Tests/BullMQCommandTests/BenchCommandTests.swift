// Owns: that `bullmq bench` measures, and leaves nothing behind.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("A measurement from the command line", .heavy, .timeLimit(.minutes(3)))
struct BenchCommandTests {
    @Test("tells the pace of adding and processing, and removes its queue")
    func measures() async throws {
        let tool = try await CommandLineTool()
        let json = try await tool.run("bench", "--jobs", "300", "--concurrency", "10", "--json")
        #expect(json.status == .exited(0))
        #expect(try json.json["jobs"] == 300 && json.json["concurrency"] == 10)
        for figure in ["addedPerSecond", "processedPerSecond"] {
            #expect(try json.json[figure]?.intValue ?? 0 > 0, "\(figure) in \(json.output)")
        }
        let text = try await tool.run("bench", "--jobs", "50")
        #expect(text.status == .exited(0) && text.output.count == 2)
        #expect(text.output.first?.hasPrefix("added ") == true && text.output.last?.hasPrefix("processed ") == true)
        #expect(try await Queue.names(on: tool.redis, prefix: tool.prefix).isEmpty)
        #expect(try await tool.run("bench", "--jobs", "0").status == .exited(64))
    }

    @Test("removes its queue also when it is interrupted")
    func interrupted() async throws {
        let tool = try await CommandLineTool()
        let child = try await tool.start(["bench", "--jobs", "100000000"])
        try await withDeadline(.seconds(30), waitingFor: "the queue of the measurement") {
            while try await Queue.names(on: tool.redis, prefix: tool.prefix).isEmpty {}
        }
        child.send(.interrupt)
        #expect(await child.waitUntilEnd() == .exited(130))
        #expect(try await Queue.names(on: tool.redis, prefix: tool.prefix).isEmpty)
    }
}
