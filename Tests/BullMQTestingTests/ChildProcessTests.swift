import BullMQTesting
import Foundation
import Testing

@Suite("A child process", .timeLimit(.minutes(1)))
struct ChildProcessTests {
    @Test("echoes what it is given, line by line, and ends when its input ends")
    func lines() async throws {
        let cat = try await ChildProcess.start("cat")
        try cat.write(line: "one")
        try cat.write(line: "zwei ü")
        #expect(try await cat.output.line(at: 1) == "zwei ü")
        cat.closeInput()
        #expect(await cat.waitUntilEnd() == .exited(0))
        #expect(try await cat.output.line(at: 2) == nil)
        #expect(cat.output.lines == ["one", "zwei ü"])
    }

    @Test("keeps an unfinished last line, and standard error apart")
    func partial() async throws {
        let run = try await ChildProcess.run("printf", ["a\nb"])
        #expect(run.output == ["a", "b"])
        let failing = try await ChildProcess.run("ls", ["/no such folder"])
        #expect(failing.output.isEmpty)
        #expect(failing.errors.first?.contains("/no such folder") == true)
        #expect(!failing.end.isSuccess)
    }

    @Test("tells the signal that ended it")
    func signals() async throws {
        let sleeper = try await ChildProcess.start("sleep", ["60"])
        #expect(sleeper.isRunning)
        #expect(await sleeper.stop() == .signalled(.terminate))
        sleeper.send(.kill)
        #expect(sleeper.end == .signalled(.terminate))
    }

    @Test("is ended when its handle is released")
    func released() async throws {
        var sleeper: ChildProcess? = try await ChildProcess.start("sleep", ["60"])
        let log = try #require(sleeper?.output)
        sleeper = nil
        #expect(try await log.line(at: 0) == nil)
    }

    @Test("that does not exist is refused by name")
    func missing() async throws {
        await #expect {
            try await ChildProcess.start("no-such-program-here")
        } throws: { error in
            (error as? TestKitError)?.code == .launchFailed && "\(error)".contains("no-such-program-here")
        }
    }

    #if os(Linux)
        @Test("is bound by the kernel to the life of the process that started it")
        func parentDeath() async throws {
            let dump = try await ChildProcess.run("setpriv", ["--dump"])
            #expect(dump.output.contains("Parent death signal: KILL"))
        }
    #endif

    @Test("lets a wait for its output be cancelled without losing a line")
    func cancellation() async throws {
        let cat = try await ChildProcess.start("cat")
        let wait = Task { try await cat.output.line(at: 0) }
        wait.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
        try cat.write(line: "still here")
        #expect(try await cat.output.line(at: 0) == "still here")
    }
}
