// Owns who is measured, and the conversation with one of them.

import BullMQTesting
import Foundation
import Peers
import Witness

/// A client of BullMQ queues.
enum Subject: String, CaseIterable, Codable {
    case swift
    case python
    case node

    /// Why it cannot be measured; `nil` when it can.
    var missing: String? {
        get async {
            switch self {
            case .swift: nil
            case .python: await PeerRuntime.python.missing
            case .node: await PeerRuntime.node.missing
            }
        }
    }

    /// The program and its first arguments.
    private var program: (path: String, arguments: [String]) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        return switch self {
        case .swift: (Self.own, [])
        case .python: (PeerRuntime.python.interpreter, ["\(folder)/python/bench_peer.py"])
        case .node: (PeerRuntime.node.interpreter, ["\(folder)/node/bench_peer.js"])
        }
    }

    /// Our own side is built beside this program.
    private static var own: String {
        let own = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return own.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("bench-subject").path
    }

    /// Starts a process that waits for a command.
    func start(redis: String) async throws -> SubjectProcess {
        let program = program
        let process = try await ChildProcess.start(program.path, program.arguments + [redis])
        let subject = SubjectProcess(name: rawValue, process: process)
        guard try await subject.answer()["ready"] == true else { throw BenchError("\(rawValue) is not ready") }
        return subject
    }
}

/// A running subject. It is asked once, so that no scenario inherits the memory of another.
struct SubjectProcess {
    let name: String
    let process: ChildProcess

    /// The line after those read so far.
    func answer(line: Int = 0) async throws -> WitnessedJSON {
        guard let line = try await process.output.line(at: line) else {
            let words = process.errors.lines.suffix(20).joined(separator: "\n")
            throw BenchError("\(name) \(await process.waitUntilEnd()) instead of answering:\n\(words)")
        }
        return try JSONWitness.value(of: line)
    }

    /// Gives the one command and waits for its answer.
    func run(_ command: WitnessedJSON) async throws -> WitnessedJSON {
        try process.write(line: command.text)
        return try await answer(line: 1)
    }

    func end() async throws {
        process.closeInput()
        let end = try await withDeadline(.seconds(60), waitingFor: "\(name) to end") { [process] in
            await withTaskCancellationHandler {
                await process.waitUntilEnd()
            } onCancel: {
                process.send(.kill)
            }
        }
        guard end.isSuccess else {
            throw BenchError("\(name) \(end): \(process.errors.lines.suffix(20).joined(separator: "\n"))")
        }
    }

    /// Resident memory in bytes, now and at most; `nil` where the system does not tell.
    var memory: (now: Int, peak: Int)? {
        // The kernel's own peak of rusage also counts what the process was before it became this program.
        guard let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        else { return nil }
        func bytes(_ field: String) -> Int? {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
            return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 * 1024 }
        }
        guard let now = bytes("VmRSS:"), let peak = bytes("VmHWM:") else { return nil }
        return (now, peak)
    }
}
