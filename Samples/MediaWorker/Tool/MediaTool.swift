// media-tool: every media operation from the command line. Owns: the command line, and how the program ends.

import ArgumentParser
import Foundation
import LanguageModel
import MediaJobs
import MediaProcessing

@main
struct MediaTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media-tool",
        abstract: "Works on one picture, video or sound file, with the operations of the queue media-jobs.",
        usage: """
            media-tool <operation> <input> <output> [--param <name>=<value>]... [--params <json>] [--json]
            media-tool detect <input> [--param <name>=<value>]... [--json]
            media-tool operations
            """,
        discussion: """
            media-tool resize_image photo.jpg small.webp --param width=640
            media-tool compress_video film.mov film.mp4 --params '{"target_size_mb": 8}'
            media-tool download https://example.com/a.jpg pictures/

            Parameters are those of the jobs. The output is a file or an existing folder; its extension chooses the format
            where the operation has one to choose. The input is a file, or an http or https URL of a public host.

            Exit codes: 0 done, 1 failed but may work later, 2 the input cannot be processed, 64 wrong usage or parameters,
            66 the input cannot be opened, 69 something needed is missing here (an encoder, a language model), 73 the
            output cannot be written, 130 interrupted.
            """,
        subcommands: [RunCommand.self, DetectCommand.self, OperationsCommand.self],
        defaultSubcommand: RunCommand.self)
}

/// How the program ends; part of its interface.
enum ExitStatus: Int32 {
    case mayWorkLater = 1
    case unacceptableInput = 2
    case usage = 64
    case noInput = 66
    case missing = 69
    case noOutput = 73
    case interrupted = 130

    init(_ error: any Error) {
        switch error {
        case let error as MediaError: self = Self.status(of: error.code)
        case let error as MediaJobError: self = Self.status(of: error)
        case is CancellationError: self = .interrupted
        default: self = .mayWorkLater
        }
    }

    private static func status(of code: MediaError.Code) -> ExitStatus {
        switch code {
        case .invalidParameter: .usage
        case .unsupportedFormat, .corruptInput, .tooLarge: .unacceptableInput
        case .capabilityMissing: .missing
        case .cancelled: .interrupted
        case .unreadableInput: .noInput
        case .unwritableOutput: .noOutput
        default: .mayWorkLater
        }
    }

    private static func status(of error: MediaJobError) -> ExitStatus {
        switch error.code {
        case .invalidData, .forbiddenURL: .usage
        case .notFound, .inputUnavailable: .noInput
        case .storageFailed: .noOutput
        default: error.isPermanent ? .unacceptableInput : .mayWorkLater
        }
    }
}

/// media-tool <operation> <input> <output>
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Does an operation; the word run may be left out.")

    @Argument(help: "The operation, e.g. resize_image; see media-tool operations.") var operation: String
    @Argument(help: "A file, or an http or https URL.") var input: String
    @Argument(help: "The file to write, or an existing folder to write into.") var output: String
    @OptionGroup var options: WorkOptions

    func run() async throws {
        try await ToolRun(operation: operation, input: input, options: options).perform(into: output) { report in
            report.summary
        }
    }
}

/// media-tool detect <input>
struct DetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Looks for an invisible watermark and prints what it says.")

    @Argument(help: "A file, or an http or https URL.") var input: String
    @OptionGroup var options: WorkOptions

    func run() async throws {
        let detection = ToolRun(operation: "detect_watermark", input: input, options: options)
        let workspace = try detection.explaining { try ToolRun.workspace() }
        try await workspace.withFolder { folder in
            try await detection.perform(into: folder.path) { report in
                report.details.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.shown)" }.joined(separator: "\n")
            }
        }
    }
}

/// media-tool operations
struct OperationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations", abstract: "Lists the operations, one a line.")

    func run() { for operation in MediaJobCatalogue.all { print(operation.name) } }
}

/// What all commands that work on a file take.
struct WorkOptions: ParsableArguments {
    @Option(name: .customLong("param"), help: "A parameter, as name=value; the value is JSON, or else a text.")
    var single: [String] = []
    @Option(name: .customLong("params"), help: "All parameters, as a JSON object.")
    var object: String?
    @Flag(help: "Print the result record as JSON.")
    var json = false
    @Flag(help: "No progress bar.")
    var quiet = false
    @Option(help: "host:port pairs, with commas, that may be asked although private.")
    var trustedHosts: String?

    /// The parameters: those of the object, then the single ones.
    func parameters() throws -> [String: MediaValue] {
        var all: [String: MediaValue] = [:]
        if let object {
            guard let values = try? JSONDecoder().decode([String: MediaValue].self, from: Data(object.utf8)) else {
                throw ValidationError("--params must be a JSON object")
            }
            all = values
        }
        for entry in single {
            guard let sign = entry.firstIndex(of: "="), sign != entry.startIndex else {
                throw ValidationError("--param must be name=value, but is \"\(entry)\"")
            }
            let text = String(entry[entry.index(after: sign)...])
            let value = try? JSONDecoder().decode(MediaValue.self, from: Data(text.utf8))
            all[String(entry[..<sign])] = value ?? .text(text)
        }
        return all
    }
}

extension MediaReport {
    /// One line for a person, and one for each warning.
    fileprivate var summary: String {
        var parts = [path]
        if width > 0 { parts.append("\(width)x\(height)") }
        if let playingTime { parts.append(String(format: "%.1f s", playingTime / .seconds(1))) }
        parts.append("\(format), \(bytes) bytes, \(Int(duration / .milliseconds(1))) ms")
        let others = furtherFiles.map { "\n\($0.path) \($0.width)x\($0.height), \($0.bytes) bytes" }
        return parts.joined(separator: "  ") + others.joined()
    }
}

extension MediaValue {
    /// As a person reads it: texts without quotes.
    var shown: String {
        if let text = textValue { return text }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }
}
