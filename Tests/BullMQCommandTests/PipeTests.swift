// Owns: how the program behaves when its standard streams are pipes, full or closed.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("In a pipe, the command-line tool", .live, .timeLimit(.minutes(3)))
struct PipeTests {
    private let tool: CommandLineTool

    init() async throws {
        tool = try await CommandLineTool()
        try await tool.queue("mails").addBulk((0..<3000).map { _ in BulkJob(name: "bulk") })
    }

    @Test(
        "ends well when the reader has seen enough",
        arguments: ["jobs mails --limit 3000", "stats --watch --interval 100ms"])
    func readerLeaves(command: String) async throws {
        let run = try await tool.shell(#"( "$0" \#(command); echo "status $?" >&2 ) | head -n 1"#)
        #expect(run.output.count == 1)
        #expect(run.errors == ["status 0"])
    }

    @Test("keeps its status when nobody reads the answer")
    func statusWithoutReader() async throws {
        let run = try await tool.shell(#"( "$0" promote mails nobody --json; echo "status $?" >&2 ) | true"#)
        #expect(run.errors == ["bullmq: nobody: there is no such job in mails", "status 1"])
    }

    @Test("says that the answer could not be written")
    func full() async throws {
        let run = try await tool.shell(#"exec "$0" jobs mails > /dev/full"#)
        #expect(run.status == .exited(70))
        #expect(run.errors == ["bullmq: standard output: No space left on device"])
    }

    @Test("works without its streams", arguments: [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
    func closed(redirection: String) async throws {
        let run = try await tool.shell(#"exec "$0" drain mails --yes \#(redirection)"#)
        #expect(run.status == .exited(0))
        #expect(try await tool.queue("mails").counts().waiting == 0)
    }

    @Test("ends at Ctrl-C while it waits for events")
    func interrupted() async throws {
        let events = try await tool.start(["events", "mails", "--from-beginning"])
        _ = try await events.output.line(at: 0)
        events.send(.interrupt)
        #expect(await events.waitUntilEnd() == .signalled(.interrupt))
    }
}
