// What the onboarding found out about a creator: one row for each fact.

public import FoundationEssentials

/// A row of `user_nodes`.
public struct UserNode: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "user_nodes"

    /// The uuid: made of profile, kind and label, so that a second run finds the row of the first.
    public var id: String
    /// The creator's user.
    public var user: String?
    /// The profile that the fact is about.
    public var creatorProfile: String?
    /// What kind of fact it is.
    public var kind: String?
    /// The fact in short.
    public var label: String?
    /// The taxonomy term that it was assigned to.
    public var term: Int?
    /// From 0 to 1.
    public var confidence: Double?
    /// Where it comes from; rows from `user` are never overwritten.
    public var source: String?
    /// Where in the sources it was found.
    public var evidence: DirectusValue?
    /// The vector of its text.
    public var embedding: [Double]?
    /// The model that made the vector.
    public var embeddingModel: String?
    /// The run that found it last.
    public var runID: String?
    /// The version of the pipeline that found it.
    public var pipelineVersion: String?
    /// `active`, or `stale` when the last run did not find it again.
    public var status: String?
    /// When the row was made.
    public var dateCreated: Date?
    /// When it changed last.
    public var dateUpdated: Date?

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        id = try row.id(decoder)
        user = row.key("user")
        creatorProfile = row.key("creator_profile")
        kind = row.text("kind")
        label = row.text("label")
        term = row.row["term"]?.key.flatMap(Int.init)
        confidence = row.row["confidence"]?.number
        source = row.text("source")
        evidence = row.row["evidence"].flatMap { $0.isNull ? nil : $0 }
        embedding = row.row["embedding"]?.array?.compactMap(\.number)
        embeddingModel = row.text("embedding_model")
        runID = row.key("run_id")
        pipelineVersion = row.key("pipeline_version")
        status = row.text("status")
        dateCreated = row.row["date_created"]?.date
        dateUpdated = row.row["date_updated"]?.date
    }
}
