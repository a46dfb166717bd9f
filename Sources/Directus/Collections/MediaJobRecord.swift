// A row of `media_jobs`: what a client asked for and what became of it (Directus, section 14; queue API, section 11).

public import FoundationEssentials

/// The state of a job record. Others may add states.
public struct MediaJobStatus: RawRepresentable, Codable, Sendable, Hashable, DirectusValueConvertible {
    /// The word in the column.
    public var rawValue: String
    /// Makes a state.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Made by the client, or put back by the retry endpoint.
    public static let pending = MediaJobStatus(rawValue: "pending")
    /// A worker is at it, or it waits for its next attempt.
    public static let processing = MediaJobStatus(rawValue: "processing")
    /// Done.
    public static let completed = MediaJobStatus(rawValue: "completed")
    /// Failed for good.
    public static let failed = MediaJobStatus(rawValue: "failed")
    /// Read as a synonym of ``failed``; never written (queue API, section 14, D 7).
    public static let error = MediaJobStatus(rawValue: "error")

    /// Whether the run is over without success: what a retry needs.
    public var isFailure: Bool { self == .failed || self == .error }
    /// Whether the run is over.
    public var isFinal: Bool { self == .completed || isFailure }

    /// The word.
    public var directusValue: DirectusValue { .string(rawValue) }
}

/// A row of `media_jobs`. Every column but the id may be missing, and a value of another type reads as nil.
public struct MediaJobRecord: Codable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "media_jobs"

    /// The uuid: the `jobId` of the queue API.
    public var id: String
    /// What to do: a name of the queue API (section 9).
    public var operation: String?
    /// How far it is.
    public var status: MediaJobStatus?
    /// The file to work on; the key also when the relation was expanded.
    public var inputFileID: String?
    /// Where to fetch the input, if it is no file of Directus.
    public var inputURL: String?
    /// The file that was made.
    public var outputFileID: String?
    /// The operation's parameters.
    public var params: DirectusValue?
    /// What a job without an output file answers.
    public var result: DirectusValue?
    /// Why it failed; at most 2000 characters by convention.
    public var error: String?
    /// The creator whose watermark and folder apply.
    public var creatorProfileID: String?
    /// 1 to 100; lower is more urgent.
    public var priority: Int?
    /// The id of the queue's job.
    public var bullJobID: String?
    /// The queue's name.
    public var queue: String?
    /// The number of the attempt that wrote last.
    public var attempts: Int?
    /// From 0 to 100.
    public var progress: Int?
    /// When the last attempt began.
    public var startedAt: Date?
    /// When the run was over.
    public var finishedAt: Date?
    /// When the record was made.
    public var dateCreated: Date?
    /// When it changed last.
    public var dateUpdated: Date?
    /// The user who made the record: its owner.
    public var userCreated: String?
    /// The user who changed it last.
    public var userUpdated: String?

    /// The columns that the row came with. With `fields` `*` they are those that the collection has and the caller may
    /// read: see ``DirectusRow/keeping(_:)``. Empty for a record that was not read from Directus; not written.
    public var columns: Set<String> = []

    /// Makes a record.
    public init(id: String, operation: String? = nil, status: MediaJobStatus? = nil) {
        self.id = id
        self.operation = operation
        self.status = status
    }

    /// The names of the columns.
    public enum CodingKeys: String, CodingKey, CaseIterable, Sendable {
        case id, operation, status, params, result, error, priority, queue, attempts, progress
        case inputFileID = "input_file_id"
        case inputURL = "input_url"
        case outputFileID = "output_file_id"
        case creatorProfileID = "creator_profile_id"
        case bullJobID = "bull_job_id"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case dateCreated = "date_created"
        case dateUpdated = "date_updated"
        case userCreated = "user_created"
        case userUpdated = "user_updated"
    }

    /// Reads a row: only `id` is needed.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        func text(_ key: CodingKeys) -> String? { row.text(key.rawValue) }
        func key(_ key: CodingKeys) -> String? { row.key(key.rawValue) }
        func value(_ key: CodingKeys) -> DirectusValue? { row.row[key.rawValue].flatMap { $0.isNull ? nil : $0 } }
        id = try row.id(decoder)
        operation = text(.operation)
        status = text(.status).map(MediaJobStatus.init(rawValue:))
        inputFileID = key(.inputFileID)
        inputURL = text(.inputURL)
        outputFileID = key(.outputFileID)
        params = value(.params)
        result = value(.result)
        error = text(.error)
        creatorProfileID = key(.creatorProfileID)
        priority = value(.priority)?.integer
        bullJobID = key(.bullJobID)
        queue = text(.queue)
        attempts = value(.attempts)?.integer
        progress = value(.progress)?.integer
        startedAt = value(.startedAt)?.date
        finishedAt = value(.finishedAt)?.date
        dateCreated = value(.dateCreated)?.date
        dateUpdated = value(.dateUpdated)?.date
        userCreated = key(.userCreated)
        userUpdated = key(.userUpdated)
        columns = row.columns
    }
}
