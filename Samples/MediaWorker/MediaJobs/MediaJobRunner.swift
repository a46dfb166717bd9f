// One media job from data to result: get the input, run the operation, put the result in place. Knows no queue.

import FoundationEssentials
public import LanguageModel
public import MediaProcessing

/// Runs media jobs.
public struct MediaJobRunner: Sendable {
    private let local: LocalInputs?
    private let remote: RemoteFetcher
    private let stored: (any StoredInputs)?
    private let places: OutputPlaces
    private let workspace: Workspace
    private let languageModel: LanguageModelClient?
    private let watermarkKeys: WatermarkKeyring?
    private let virusScanner: VirusScanner?
    private let memory: MemoryCeiling

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - local: Where `file:` inputs may be; nil refuses them.
    ///   - remote: How `http:` and `https:` inputs are fetched.
    ///   - stored: Where inputs are that jobs name by id; nil refuses them.
    ///   - places: Where results go that are not kept elsewhere.
    ///   - workspace: Where inputs are kept while a job runs.
    ///   - languageModel: Who writes captions; nil if nobody does.
    ///   - watermarkKeys: The keys of hidden watermarks; nil if there are none.
    ///   - virusScanner: Who looks at uploads first; nil if nobody does.
    ///   - memory: How much memory the process may use.
    public init(
        local: LocalInputs?, remote: RemoteFetcher, stored: (any StoredInputs)? = nil, places: OutputPlaces,
        workspace: Workspace, languageModel: LanguageModelClient? = nil, watermarkKeys: WatermarkKeyring? = nil,
        virusScanner: VirusScanner? = nil, memory: MemoryCeiling = MemoryCeiling()
    ) {
        self.local = local
        self.remote = remote
        self.stored = stored
        self.places = places
        self.workspace = workspace
        self.languageModel = languageModel
        self.watermarkKeys = watermarkKeys
        self.virusScanner = virusScanner
        self.memory = memory
    }

    /// Does a job.
    ///
    /// Running the same job again replaces its result. When the task is cancelled nothing is written.
    ///
    /// - Parameters:
    ///   - job: The job's data.
    ///   - id: The queue's id of the job, used where the data names no record.
    ///   - progress: Receives fractions from 0 to 1, never decreasing.
    public func run<Operation>(
        _ job: MediaJob<Operation>, id: String, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await workspace.withFolder { folder in
            try await memory.guarding { try await run(job, id: id, in: folder, to: places, progress: progress) }
        }
    }

    /// Does a job, and has the result kept elsewhere: the files that were made are gone afterwards.
    ///
    /// - Parameters:
    ///   - job: The job's data.
    ///   - id: The queue's id of the job, used where the data names no record.
    ///   - progress: Receives fractions from 0 to 1, never decreasing; the last part is for keeping.
    ///   - keep: Keeps what the report names.
    /// - Returns: What `keep` returns.
    public func run<Operation, Kept: Sendable>(
        _ job: MediaJob<Operation>, id: String, progress: @escaping @Sendable (Double) -> Void,
        keeping keep: (MediaReport) async throws -> Kept
    ) async throws -> Kept {
        try await workspace.withFolder { folder in
            let results = OutputPlaces(root: folder.appendingPathComponent("results", isDirectory: true))
            var report = try await memory.guarding {
                try await run(job, id: id, in: folder, to: results) { progress(0.95 * $0) }
            }
            if job.operation.placement.folder != nil {
                report.warnings.append("\"folder\" has no effect, since the result is not kept in a folder here")
            }
            if job.ignoresURL {
                report.warnings.append("\"input_url\" has no effect, since \"input_file_id\" is given as well")
            }
            let kept = try await keep(report)
            progress(1)
            return kept
        }
    }

    private func run<Operation>(
        _ job: MediaJob<Operation>, id: String, in folder: URL, to places: OutputPlaces,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        let input = folder.appendingPathComponent("input", isDirectory: false)
        let share = Operation.self is Download.Type ? 0.95 : 0.1
        let origin = try await fetch(job.input, to: input) { progress(share * $0) }
        var operation = job.operation
        for (number, attachment) in operation.attachments.enumerated() {
            let file = folder.appendingPathComponent("attachment-\(number)", isDirectory: false)
            try await fetch(attachment.reference, field: attachment.parameter, to: file) { _ in }
            operation.attach(file, for: attachment)
        }
        try Task.checkCancellation()
        progress(share)
        let context = OperationContext(
            origin: origin, folder: folder, languageModel: languageModel, watermarkKeys: watermarkKeys,
            virusScanner: virusScanner)
        operation = operation.entering(context)
        let place = try places.place(
            jobID: job.recordID ?? id, operation: Operation.name, input: origin.name ?? job.input.text,
            placement: operation.placement)
        return try await operation.run(input: input, output: place) { fraction in
            progress(share + (1 - share) * fraction)
        }
    }

    /// - Parameter field: The parameter that names the file; nil for the job's input.
    @discardableResult
    private func fetch(
        _ reference: MediaAttachment.Reference, field: String? = nil, to file: URL,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> InputOrigin {
        switch reference {
        case .url(let url): return try await fetch(url, field: field ?? "input_url", to: file, progress: progress)
        case .fileID(let id):
            let field = field ?? "input_file_id"
            guard let stored else {
                throw MediaJobError(
                    .inputUnavailable,
                    "\"\(field)\" needs a Directus server, which this worker is not connected to; use a URL")
            }
            let limits = InputLimits()
            var origin = try await stored.fetch(id, field: field, to: file, limits: limits, progress: progress)
            origin.name = origin.name.flatMap(ContentDisposition.sanitised)
            origin.type = try MediaType(of: file)
            try limits.check(try InspectedFile.size(of: file), of: origin.type)
            return origin
        }
    }

    @discardableResult
    private func fetch(
        _ url: String, field: String, to file: URL, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> InputOrigin {
        do {
            guard url.prefix(5).lowercased() == "file:" else {
                return try await remote.fetch(url, into: file, progress: progress)
            }
            guard let local else {
                throw MediaJobError(.forbiddenURL, "This worker reads no file: inputs; use an http or https URL")
            }
            return try await BlockingWork.run { checkCancelled in
                try local.copy(url, to: file, checkCancelled: checkCancelled)
            }
        } catch var error as MediaJobError where field != "input_url" {
            error.message = error.message.naming(field)
            throw error
        }
    }
}

extension MediaOperation {
    /// The operation, told its surroundings if it wants to know them.
    public func entering(_ context: OperationContext) -> Self {
        if let keys = context.watermarkKeys, var keyed = self as? any KeyedOperation {
            keyed.use(keys)
            return keyed as? Self ?? self
        }
        guard var curious = self as? any ContextualOperation else { return self }
        curious.enter(context)
        return curious as? Self ?? self
    }
}

extension MediaAttachment.Reference {
    fileprivate var text: String {
        switch self {
        case .fileID(let text), .url(let text): text
        }
    }
}

extension String {
    /// The message of an input, said about the parameter it really came from.
    fileprivate func naming(_ field: String) -> String {
        let named = replacing("\"input_url\"", with: "\"\(field)\"")
        return named == self ? "\(self) (\"\(field)\")" : named
    }
}
