// One operation from the command line to its result: the input fetched, the progress shown, an interruption obeyed.

import ArgumentParser
import Dispatch
import Foundation
import LanguageModel
import MediaJobs
import MediaProcessing

struct ToolRun {
    let operation: String
    let input: String
    let options: WorkOptions

    /// Does the work and prints the answer: the record with `--json`, else what `text` makes of it.
    func perform(into output: String, text: (MediaReport) -> String) async throws {
        let work = Task { try await report(into: output) }
        // Ctrl-C, or whoever else ends this, ends the operation at its next step: nothing half-made stays behind.
        let interruptions = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let interruption = DispatchSource.makeSignalSource(signal: number)
            interruption.setEventHandler { work.cancel() }
            interruption.resume()
            return interruption
        }
        defer { for interruption in interruptions { interruption.cancel() } }
        do {
            let report = try await work.value
            for warning in report.warnings { note("note: \(warning)") }
            print(options.json ? try Self.json(report) : text(report))
        } catch let error as ValidationError {
            throw error
        } catch {
            throw explained(work.isCancelled ? CancellationError() : error)
        }
    }

    /// Does something that may fail as an operation may, with the same words and exit codes.
    func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw explained(error) }
    }

    private func explained(_ error: any Error) -> ExitCode {
        // Jobs have an "input_url"; here it is the first argument.
        let words = "\(error)".replacingOccurrences(of: "\"input_url\"", with: "the input")
        note("media-tool: \(error is CancellationError ? "interrupted" : words)")
        return ExitCode(ExitStatus(error).rawValue)
    }

    private func report(into output: String) async throws -> MediaReport {
        guard let type = MediaJobCatalogue.operation(named: operation) else {
            let known = MediaJobCatalogue.all.map { $0.name }.joined(separator: ", ")
            throw ValidationError("There is no operation \"\(operation)\". Operations are: \(known)")
        }
        let parameters = try options.parameters()
        let wanted = try OutputPath(output, operation: operation, input: input)
        let bar = ProgressBar(operation, isShown: !options.quiet && !options.json && isatty(STDERR_FILENO) == 1)
        defer { bar.finish() }
        MemoryCeiling.prepareProcess()
        // Parameters are checked before anything is fetched.
        do {
            return try await run(type, parameters, wanted, bar)
        } catch var error as MediaError where error.parameter == "format" && parameters["format"] == nil {
            error.message += " (the format comes from the output's extension)"
            throw error
        }
    }

    private func run<Operation: MediaOperation>(
        _ type: Operation.Type, _ parameters: [String: MediaValue], _ wanted: OutputPath, _ bar: ProgressBar
    ) async throws -> MediaReport {
        let operation = try wanted.operation(type, parameters)
        let surroundings = try Surroundings(of: operation, environment: ProcessInfo.processInfo.environment)
        let rules = try rules
        return try await Self.workspace().withFolder { folder in
            var operation = operation
            let remote = RemoteFetcher(rules: rules)
            var origin = InputOrigin()
            let source = try Self.localFile(input) ?? folder.appendingPathComponent("input")
            let isRemote = try Self.localFile(input) == nil
            let share = isRemote ? (type == Download.self ? 0.95 : 0.3) : 0
            if isRemote {
                origin = try await remote.fetch(input, into: source) { bar.show(share * $0) }
            } else {
                origin.name = source.lastPathComponent
            }
            for (number, attachment) in operation.attachments.enumerated() {
                operation.attach(try await file(of: attachment, number, remote, folder), for: attachment)
            }
            let context = OperationContext(
                origin: origin, folder: folder, languageModel: surroundings.model, watermarkKeys: surroundings.keys,
                virusScanner: surroundings.scanner)
            operation = operation.entering(context)
            let report = try await operation.run(input: source, output: wanted.destination) { fraction in
                bar.show(share + (1 - share) * fraction)
            }
            return wanted.noting(report)
        }
    }

    /// A further input: a file of this machine, by URL or by the name where jobs give an id.
    private func file(
        of attachment: MediaAttachment, _ number: Int, _ remote: RemoteFetcher, _ folder: URL
    ) async throws -> URL {
        switch attachment.reference {
        case .fileID(let path): return URL(fileURLWithPath: path)
        case .url(let text) where text.lowercased().hasPrefix("file:"):
            return URL(string: text) ?? URL(fileURLWithPath: String(text.dropFirst(5)))
        case .url(let text):
            let file = folder.appendingPathComponent("attachment-\(number)")
            try await remote.fetch(text, into: file)
            return file
        }
    }

    private var rules: FetchRules {
        get throws {
            var rules = FetchRules()
            do {
                rules.trustedHosts = try FetchRules.trustedHosts(options.trustedHosts ?? "")
            } catch let error as MediaJobError {
                throw ValidationError("--trusted-hosts \(error.message)")
            }
            return rules
        }
    }

    /// Where intermediate files are.
    static func workspace() throws -> Workspace { try Workspace(base: Workspace.standardBase("media-tool")) }

    /// The file that the input names, by its path or a `file:` URL; nil if it is to be fetched.
    private static func localFile(_ input: String) throws -> URL? {
        let scheme = input.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }.lowercased()
        switch scheme {
        case "http", "https": if input.dropFirst(scheme.count).hasPrefix(":/") { return nil }
        case "file": if let url = URL(string: input), url.isFileURL { return url }
        default:
            guard scheme.isEmpty || !input.dropFirst(scheme.count).hasPrefix("://") else {
                throw MediaJobError(.forbiddenURL, "The input must be a file, or an http or https URL")
            }
        }
        return URL(fileURLWithPath: input)
    }

    private static func json(_ report: MediaReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
