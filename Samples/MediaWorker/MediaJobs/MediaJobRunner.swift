// One media job from data to result: get the input, run the operation, put the result in place. Knows no queue.

import FoundationEssentials
public import MediaProcessing

/// Runs media jobs.
public struct MediaJobRunner: Sendable {
    private let local: LocalInputs?
    private let remote: RemoteFetcher
    private let places: OutputPlaces
    private let workspace: Workspace

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - local: Where `file:` inputs may be; nil refuses them.
    ///   - remote: How `http:` and `https:` inputs are fetched.
    ///   - places: Where results go.
    ///   - workspace: Where inputs are kept while a job runs.
    public init(local: LocalInputs?, remote: RemoteFetcher, places: OutputPlaces, workspace: Workspace) {
        self.local = local
        self.remote = remote
        self.places = places
        self.workspace = workspace
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
            let input = folder.appendingPathComponent("input", isDirectory: false)
            try await fetch(job.inputURL, to: input)
            try Task.checkCancellation()
            progress(Self.fetchedShare)
            let place = try places.place(
                jobID: job.recordID ?? id, operation: Operation.name, input: job.inputURL,
                placement: job.operation.placement)
            return try await job.operation.run(input: input, output: place) { fraction in
                progress(Self.fetchedShare + (1 - Self.fetchedShare) * fraction)
            }
        }
    }

    /// The part of the progress that fetching the input counts for.
    private static let fetchedShare = 0.1

    private func fetch(_ url: String, to file: URL) async throws {
        guard url.prefix(5).lowercased() == "file:" else { return try await remote.fetch(url, into: file) }
        guard let local else {
            throw MediaJobError(.forbiddenURL, "This worker reads no file: inputs; use an http or https URL")
        }
        try local.copy(url, to: file)
    }
}
