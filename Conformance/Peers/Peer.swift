// Owns a running peer: what it was asked, what it said, and how it ends.

public import BullMQTesting
public import Witness

/// A program on an official package, in conversation with a test.
public actor Peer {
    /// The package it runs on.
    public nonisolated let runtime: PeerRuntime
    /// The process.
    public nonisolated let process: ChildProcess

    /// The line on which the answer to the next question will be; line 0 is the peer's "ready".
    private var nextAnswer = 1

    private init(runtime: PeerRuntime, process: ChildProcess) {
        self.runtime = runtime
        self.process = process
    }

    /// Starts a program and waits until it is ready.
    ///
    /// - Parameters:
    ///   - program: Which one.
    ///   - runtime: On which package.
    ///   - redis: The address of Redis: `redis://`, `rediss://` or `unix:///path`.
    ///   - prefix: The prefix of all keys.
    /// - Throws: `TestKitError` when it does not become ready, with what it wrote to standard error.
    public static func start(
        _ program: PeerProgram, on runtime: PeerRuntime, redis: String, prefix: String = "bull"
    ) async throws -> Peer {
        let common = ["--redis", redis, "--prefix", prefix]
        let process = try await ChildProcess.start(
            runtime.interpreter, [program.path(for: runtime)] + common + program.arguments)
        let peer = Peer(runtime: runtime, process: process)
        do {
            _ = try await withDeadline(.seconds(30), waitingFor: "the \(runtime) \(program.name) to be ready") {
                try await process.output.first { try JSONWitness.value(of: $0)["ready"] == true }
            }
        } catch {
            process.send(.kill)
            await process.waitUntilEnd()
            throw TestKitError(.launchFailed, "\(error); it said:\n\(process.errors.lines.joined(separator: "\n"))")
        }
        return peer
    }

    /// Asks a peer that answers each line by a line (producer, inspector), and returns the answer.
    ///
    /// - Throws: ``PeerError`` when the answer is an error of the package.
    public func ask(_ question: WitnessedJSON) async throws -> WitnessedJSON {
        // The line of the answer is known before anybody else can ask.
        let index = nextAnswer
        nextAnswer += 1
        try process.write(line: question.text)
        guard let line = try await process.output.line(at: index) else {
            throw TestKitError(
                .endedEarly,
                "the \(runtime) peer ended instead of answering \(question.text):\n"
                    + process.errors.lines.joined(separator: "\n"))
        }
        let answer = try JSONWitness.read(Bytes(line)).value
        if let error = answer["error"] {
            throw PeerError(type: error["type"]?.string ?? "", message: error["message"]?.string ?? "")
        }
        return answer
    }

    /// Gives a peer that reports by itself (worker, events) a command.
    public nonisolated func tell(_ command: WitnessedJSON) throws { try process.write(line: command.text) }

    /// The first report that satisfies `predicate`, from the beginning, waiting for it if need be.
    ///
    /// - Parameter limit: The longest wait. Default: 30 seconds.
    @discardableResult
    public nonisolated func report(
        within limit: Duration = .seconds(30), _ awaited: String,
        where predicate: @escaping @Sendable (WitnessedJSON) -> Bool
    ) async throws -> WitnessedJSON {
        let line = try await withDeadline(limit, waitingFor: "the \(runtime) peer to report \(awaited)") { [process] in
            try await process.output.first { predicate(try JSONWitness.read(Bytes($0)).value) }.line
        }
        return try JSONWitness.read(Bytes(line)).value
    }

    /// All reports so far.
    public nonisolated var reports: [WitnessedJSON] {
        get throws { try process.output.lines.map { try JSONWitness.read(Bytes($0)).value } }
    }

    /// Lets the peer finish: its input ends, and it closes what it opened.
    ///
    /// - Throws: `TestKitError` when it does not end with status 0.
    public nonisolated func finish(within limit: Duration = .seconds(30)) async throws {
        process.closeInput()
        let end = try await withDeadline(limit, waitingFor: "the \(runtime) peer to finish") { [process] in
            // A peer that hangs is ended, so that the deadline can be reported.
            await withTaskCancellationHandler {
                await process.waitUntilEnd()
            } onCancel: {
                process.send(.kill)
            }
        }
        guard end.isSuccess else {
            throw TestKitError(
                .endedEarly, "the \(runtime) peer \(end):\n\(process.errors.lines.joined(separator: "\n"))")
        }
    }
}

/// An error the official package raised.
public struct PeerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error's class.
    public let type: String
    /// The error's text.
    public let message: String

    /// Class and text.
    public var description: String { "\(type): \(message)" }
}
