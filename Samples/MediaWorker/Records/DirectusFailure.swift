// What a failure of Directus means for a job.

public import Directus
public import MediaJobs

extension MediaJobError {
    /// The failure of a call, said for the job's author: no address, no token, nothing of what was sent.
    ///
    /// Two kinds make the job wait instead of costing it an attempt: a server that cannot answer now, and a refused token,
    /// which is nobody's fault who made the job (Directus, section 16, rule 5).
    ///
    /// - Parameters:
    ///   - error: What the client said.
    ///   - purpose: What was to be done, as the start of a sentence: `The input cannot be fetched`.
    public init(_ error: DirectusError, _ purpose: String) {
        if error.isAuthentication {
            self.init(
                .directusRefused, "\(purpose): Directus refuses the worker's token", retryAfter: .seconds(60))
        } else if error.isUnavailable || error.code == .sizeMismatch || error.code == .invalidAnswer {
            self.init(
                .directusUnavailable, "\(purpose): Directus is not available", retryAfter: error.retryAfter ?? .zero)
        } else if error.code == .contentTooLarge {
            self.init(.tooLarge, "\(purpose): the file is larger than allowed")
        } else if error.code == .fileSystem {
            self.init(.storageFailed, "\(purpose): this machine cannot store or read the file")
        } else {
            self.init(.internalError, "\(purpose): Directus answered \(error.code.rawValue)")
        }
    }
}

/// Calls Directus, and says a failure in the words of a job.
func calling<Answer>(
    _ purpose: String, _ call: () async throws(DirectusError) -> Answer
) async throws -> Answer {
    do {
        return try await call()
    } catch {
        try Task.checkCancellation()
        throw MediaJobError(error, purpose)
    }
}
