// The hook for a virus scanner (media.md §19): a program of the operator's choice looks at an upload before anything is
// decoded. Owns: how that program is started, and what its end means.

import Foundation

/// A program that says whether a file may be accepted.
public struct VirusScanner: Sendable {
    private let program: String
    private let arguments: [String]
    private let timeout: Duration

    /// Takes a command.
    ///
    /// - Parameters:
    ///   - command: The program's absolute path and its arguments; the file's path becomes the last one. No shell reads it.
    ///   - timeout: How long the program may take for one file. Default five minutes.
    /// - Throws: ``MediaJobError/Code/invalidData`` if there is no such program.
    public init(command: [String], timeout: Duration = .seconds(300)) throws {
        guard let program = command.first, program.hasPrefix("/") else {
            throw MediaJobError(.invalidData, "The virus scanner's command must begin with an absolute path")
        }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw MediaJobError(.invalidData, "The virus scanner \(program) cannot be executed")
        }
        self.program = program
        arguments = Array(command.dropFirst())
        self.timeout = timeout
    }

    /// Reads `MEDIA_SCAN_COMMAND`: a JSON array such as `["/usr/bin/clamdscan", "--fdpass", "--no-summary"]`.
    ///
    /// - Returns: nil if it is not set.
    /// - Throws: ``MediaJobError/Code/invalidData`` if it cannot be used.
    public init?(environment: [String: String]) throws {
        guard let text = environment["MEDIA_SCAN_COMMAND"], !text.isEmpty else { return nil }
        guard let command = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
            throw MediaJobError(
                .invalidData, "MEDIA_SCAN_COMMAND must be a JSON array of texts: a program's path and its arguments")
        }
        try self.init(command: command)
    }

    /// Shows a file to the program: 0 accepts it, 1 refuses it; any other end leaves the question open, and the job to its
    /// further attempts.
    func check(_ file: URL) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + [file.path]
        // None of this process's secrets.
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (ends, feed) = AsyncStream.makeStream(of: Int32?.self)
        process.terminationHandler = { ended in
            feed.yield(ended.terminationReason == .exit ? ended.terminationStatus : nil)
            feed.finish()
        }
        do {
            try process.run()
        } catch {
            throw MediaJobError(.scanFailed, "The virus scanner cannot be started")
        }
        let status = await withTaskCancellationHandler {
            let watch = Task {
                try await Task.sleep(for: timeout)
                Self.end(process)
            }
            defer { watch.cancel() }
            return await ends.first { _ in true } ?? nil
        } onCancel: {
            Self.end(process)
        }
        try Task.checkCancellation()
        switch status {
        case 0: return
        case 1: throw MediaJobError(.suspicious, "The virus scanner refuses the file")
        case let status?: throw MediaJobError(.scanFailed, "The virus scanner failed with exit code \(status)")
        case nil: throw MediaJobError(.scanFailed, "The virus scanner did not come to an end")
        }
    }

    private static func end(_ process: Process) {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
