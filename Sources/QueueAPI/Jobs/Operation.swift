// Owns: the operations the API accepts, with their queues and what they need (queue API, section 9).

/// What a job is to do. Its name is also the name of the job in BullMQ and the key of the tier check.
struct Operation: Sendable, Hashable {
    /// Where the operation finds what it works on.
    enum Input: Sendable, Hashable {
        case file
        case fileOrURL
        case url
        case profile
    }

    let name: String
    let queue: JobQueue
    let input: Input
}

/// The three queues, which may have other names in Redis.
enum JobQueue: String, Sendable, Hashable, CaseIterable {
    case media
    case scrape
    case onboarding
}

/// All operations by name.
struct OperationCatalogue: Sendable {
    private let operations: [String: Operation]
    private let internalPrefix = "onboarding:"

    init(_ operations: [Operation]) {
        self.operations = Dictionary(operations.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The operations of the contract.
    static let standard = OperationCatalogue(
        make(
            .media, .file,
            [
                "convert_image", "resize_image", "crop_image", "resize_video", "crop_video", "compress_video",
                "apply_watermark", "apply_steganographic_watermark", "create_teaser", "strip_metadata",
            ])
            + make(.media, .fileOrURL, ["transcoding", "thumbnail", "caption_generation", "upload", "analysis"])
            + make(.media, .url, ["download"])
            + make(.scrape, .profile, ["scrape_profile", "scrape_post_performance", "publish_post"]))

    private static func make(_ queue: JobQueue, _ input: Operation.Input, _ names: [String]) -> [Operation] {
        names.map { Operation(name: $0, queue: queue, input: input) }
    }

    var names: [String] { operations.keys.sorted() }

    func operation(named name: String) throws(APIError) -> Operation {
        if let operation = operations[name] { return operation }
        if name.hasPrefix(internalPrefix) { throw .field("operation", "Operation \(name) is internal") }
        throw .field("operation", "Unknown operation: \(name.prefix(100))")
    }
}
