// Owns one running program: its pipes, its end, and the guarantee that it does not outlive its handle.

import Foundation
import Synchronization

/// A running program with line-wise output.
///
/// The program ends with this process at the latest: when its handle is released, when this process exits, and (on
/// Linux) even when this process crashes. No shell is involved; arguments reach the program as they are.
public final class ChildProcess: Sendable {
    /// The process id.
    public let processIdentifier: Int32
    /// The program's path and arguments, for messages.
    public let commandLine: String
    /// The lines of standard output.
    public let output: LineLog
    /// The lines of standard error.
    public let errors: LineLog

    private let input: Mutex<FileHandle?>
    private let lifetime: ProcessLifetime

    private init(_ spawned: SpawnedProcess, commandLine: String) {
        self.commandLine = commandLine
        processIdentifier = spawned.pid
        input = Mutex(spawned.input)
        output = LineLog()
        errors = LineLog()
        lifetime = ProcessLifetime(pid: spawned.pid)
        Self.pump(spawned.output, into: output)
        Self.pump(spawned.errors, into: errors)
    }

    deinit { lifetime.send(.kill) }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: A path, or a name to be found on `PATH`.
    ///   - arguments: The arguments after the program's name.
    ///   - environment: The whole environment; `nil` hands on this process's.
    /// - Throws: ``TestKitError`` with code ``TestKitError/Code/launchFailed``.
    public static func start(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String]? = nil
    ) async throws -> ChildProcess {
        guard let path = ExecutableSearch.path(of: program) else {
            throw TestKitError(
                .launchFailed, "there is no executable \(program) (searched on PATH when it has no slash)")
        }
        let command = ProcessLauncher.command(for: path, arguments: arguments)
        let environment = environment ?? ProcessInfo.processInfo.environment
        let spawned = try await ProcessLauncher.shared.run {
            try SpawnedProcess.spawn(command.program, command.arguments, environment: environment)
        }
        return ChildProcess(spawned, commandLine: ([path] + arguments).joined(separator: " "))
    }

    /// Runs a program to its end.
    ///
    /// - Returns: How it ended, and the lines it printed.
    public static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String]? = nil
    ) async throws -> (end: ProcessEnd, output: [String], errors: [String]) {
        let child = try await start(program, arguments, environment: environment)
        child.closeInput()
        let end = await child.waitUntilEnd()
        for try await _ in child.output {}
        for try await _ in child.errors {}
        return (end, child.output.lines, child.errors.lines)
    }

    /// How the process ended; `nil` while it runs.
    public var end: ProcessEnd? { lifetime.end }

    /// Whether the process has not ended yet.
    public var isRunning: Bool { lifetime.end == nil }

    /// Writes a line to the program's standard input.
    ///
    /// - Throws: ``TestKitError`` when the input is closed, or the error of the write (such as a broken pipe).
    public func write(line: String) throws {
        try input.withLock { handle in
            guard let handle else {
                throw TestKitError(.invalidState, "standard input of \(commandLine) was closed")
            }
            try handle.write(contentsOf: Data((line + "\n").utf8))
        }
    }

    /// Closes the program's standard input, which most programs take as "no more work".
    public func closeInput() {
        let handle = input.withLock { handle in
            defer { handle = nil }
            return handle
        }
        try? handle?.close()
    }

    /// Sends a signal; does nothing when the process has ended (a process id is never signalled after its end).
    public func send(_ signal: ProcessSignal) { lifetime.send(signal) }

    /// Waits for the end of the process.
    @discardableResult
    public func waitUntilEnd() async -> ProcessEnd { await lifetime.waitUntilEnd() }

    /// Asks the process to finish, and ends it when it has not after `grace`.
    ///
    /// - Returns: How it ended.
    @discardableResult
    public func stop(grace: Duration = .seconds(10)) async -> ProcessEnd {
        send(.terminate)
        let enforcer = Task { [lifetime] in
            try await Task.sleep(for: grace)
            lifetime.send(.kill)
        }
        defer { enforcer.cancel() }
        return await waitUntilEnd()
    }

    /// Moves what the child prints into `log`, as it comes. (A `FileHandle` would wait for a full buffer.)
    private static func pump(_ descriptor: Int32, into log: LineLog) {
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count > 0 { log.append(buffer.prefix(count)) }
                if count == 0 || (count < 0 && errno != EINTR) { break }
            }
            close(descriptor)
            log.end()
        }
        thread.name = "child-output"
        thread.start()
    }
}
