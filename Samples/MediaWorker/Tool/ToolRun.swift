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
        // Ctrl-C ends the operation at its next step, so that nothing half-made stays behind.
        signal(SIGINT, SIG_IGN)
        let interruption = DispatchSource.makeSignalSource(signal: SIGINT)
        interruption.setEventHandler { work.cancel() }
        interruption.resume()
        defer { interruption.cancel() }
        do {
            let report = try await work.value
            for warning in report.warnings { note("note: \(warning)") }
            print(options.json ? try Self.json(report) : text(report))
        } catch let error as ValidationError {
            throw error
        } catch {
            let error: any Error = work.isCancelled ? CancellationError() : error
            note("media-tool: \(error is CancellationError ? "interrupted" : "\(error)")")
            throw ExitCode(ExitStatus(error).rawValue)
        }
    }

    private func report(into output: String) async throws -> MediaReport {
        guard let type = MediaJobCatalogue.operation(named: operation) else {
            let known = MediaJobCatalogue.all.map { $0.name }.joined(separator: ", ")
            throw ValidationError("There is no operation \"\(operation)\". Operations are: \(known)")
        }
        let parameters = try options.parameters()
        let wanted = try OutputPath(output, operation: operation, input: input)
        let model = try Self.languageModel()
        let bar = ProgressBar(operation, isShown: !options.quiet && !options.json && isatty(STDERR_FILENO) == 1)
        defer { bar.finish() }
        MemoryCeiling.prepareProcess()
        // Parameters are checked before anything is fetched.
        return try await run(type, parameters, wanted, model, bar)
    }

    private func run<Operation: MediaOperation>(
        _ type: Operation.Type, _ parameters: [String: MediaValue], _ wanted: OutputPath,
        _ model: LanguageModelClient?, _ bar: ProgressBar
    ) async throws -> MediaReport {
        let operation = try wanted.operation(type, parameters)
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("media-tool", isDirectory: true)
        return try await Workspace(base: base).withFolder { folder in
            var operation = operation
            let remote = RemoteFetcher(rules: rules)
            let isRemote = ["http:/", "https:"].contains(input.prefix(6).lowercased())
            var source = URL(fileURLWithPath: input)
            var origin = InputOrigin()
            let share = isRemote ? (type == Download.self ? 0.95 : 0.3) : 0
            if isRemote {
                source = folder.appendingPathComponent("input")
                origin = try await remote.fetch(input, into: source) { bar.show(share * $0) }
            } else {
                origin.name = source.lastPathComponent
            }
            for (number, attachment) in operation.attachments.enumerated() {
                operation.attach(try await file(of: attachment, number, remote, folder), for: attachment)
            }
            let context = OperationContext(
                origin: origin, folder: folder, languageModel: model,
                watermarkKeys: try WatermarkKeyring(environment: ProcessInfo.processInfo.environment))
            operation = operation.entering(context)
            return try await operation.run(input: source, output: wanted.destination) { fraction in
                bar.show(share + (1 - share) * fraction)
            }
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
        var rules = FetchRules()
        rules.trustedHosts = Set(
            (options.trustedHosts ?? "").split(separator: ",").map { $0.lowercased().filter { !$0.isWhitespace } })
        return rules
    }

    private static func languageModel() throws -> LanguageModelClient? {
        do {
            return try LanguageModelConfiguration(environment: ProcessInfo.processInfo.environment).map {
                LanguageModelClient($0)
            }
        } catch let error as LanguageModelError {
            throw MediaError(.capabilityMissing, error.message)
        }
    }

    private static func json(_ report: MediaReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
