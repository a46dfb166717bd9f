// What can go wrong around an operation: the job's data, its input, its output.

/// Why a media job failed before or after its operation ran.
///
/// `message` is for the person who made the job: no paths of this machine, no tokens.
public struct MediaJobError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. New kinds may be added; compare with the static members.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// The code as it appears in logs and failure reasons, in snake case.
        public let rawValue: String
        /// Makes a code from its snake-case text.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// The snake-case text.
        public var description: String { rawValue }

        /// The job's data misses a field or has a wrong one.
        public static let invalidData = Code(rawValue: "invalid_data")
        /// The input is of a kind that this worker has no access to.
        public static let inputUnavailable = Code(rawValue: "input_unavailable")
        /// The URL is not allowed: another scheme, a private address, a path outside the root.
        public static let forbiddenURL = Code(rawValue: "forbidden_url")
        /// The server says that there is no such thing, or not for us.
        public static let notFound = Code(rawValue: "not_found")
        /// The server sent a page instead of a media file.
        public static let notMedia = Code(rawValue: "not_media")
        /// The input is larger than allowed.
        public static let tooLarge = Code(rawValue: "too_large")
        /// The file is also something else, or hides what it is: an archive behind a picture, encrypted video.
        public static let suspicious = Code(rawValue: "suspicious_file")
        /// The job needed more memory than it may have.
        public static let outOfMemory = Code(rawValue: "out_of_memory")
        /// The language model gave no usable answer; later it may.
        public static let modelFailed = Code(rawValue: "model_failed")
        /// The language model cannot or will not answer.
        public static let modelRefused = Code(rawValue: "model_refused")
        /// The server could not be reached, was too slow or failed; later it may work.
        public static let fetchFailed = Code(rawValue: "fetch_failed")
        /// The virus scanner came to no verdict; later it may.
        public static let scanFailed = Code(rawValue: "scan_failed")
        /// Something failed that should not; the log says more.
        public static let internalError = Code(rawValue: "internal_error")
        /// The record of the job, or what it refers to, does not exist (any more).
        public static let recordMissing = Code(rawValue: "record_missing")
        /// The profile that the result is for belongs to somebody else.
        public static let forbiddenProfile = Code(rawValue: "forbidden_profile")
        /// Directus could not be reached or was too busy; later it may work.
        public static let directusUnavailable = Code(rawValue: "directus_unavailable")
        /// Directus refuses this worker's token; the job waits until somebody changes that.
        public static let directusRefused = Code(rawValue: "directus_refused")
        /// This machine could not store what it had to.
        public static let storageFailed = Code(rawValue: "storage_failed")
    }

    /// What kind of failure this is.
    public var code: Code
    /// What was wrong and what to do about it.
    public var message: String
    /// How long the server asked to wait before the next attempt, if it did.
    public var retryAfter: Duration?

    /// Makes an error.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether another attempt cannot succeed.
    public var isPermanent: Bool {
        let passing: [Code] = [
            .fetchFailed, .storageFailed, .modelFailed, .scanFailed, .internalError, .directusUnavailable,
            .directusRefused,
        ]
        return !passing.contains(code)
    }

    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}
