// How large an input may be (media.md §18): a picture of gigabytes is never a picture.

/// Largest inputs, in bytes.
public struct InputLimits: Sendable, Equatable {
    /// A picture. Default 100 MB.
    public var picture = 100_000_000
    /// Anything else. Default 2 GB.
    public var other = 2_000_000_000
    /// What must stay free on the device of the temporary files. Default 256 MB.
    public var reserve = 256_000_000

    /// The default limits.
    public init() {}

    func limit(for type: MediaType?) -> Int { type?.isPicture == true ? picture : other }

    func check(_ count: Int, of type: MediaType?) throws {
        let limit = limit(for: type)
        guard count <= limit else {
            throw MediaJobError(.tooLarge, "The file is larger than \(limit) bytes")
        }
    }
}
