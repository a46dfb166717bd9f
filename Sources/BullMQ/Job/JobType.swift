/// Ties a job name to the type of its data and of its result.
///
/// ```swift
/// enum Media {
///     static let resize = JobType<Resize, Picture>("resize_image", defaults: JobOptions(attempts: 3))
/// }
/// ```
public struct JobType<Payload: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    /// The job's name in Redis.
    public let name: String
    /// Options for jobs of this type where the call gives none.
    public let defaults: JobOptions

    /// Creates a job type.
    public init(_ name: String, defaults: JobOptions = JobOptions()) {
        self.name = name
        self.defaults = defaults
    }
}

/// The result of jobs that return nothing: `null` in JSON, whatever stands there when read.
public struct NoResult: Codable, Sendable, Hashable {
    /// Creates the empty result.
    public init() {}

    /// Accepts any stored result.
    public init(from decoder: any Decoder) throws {}

    /// Writes `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
