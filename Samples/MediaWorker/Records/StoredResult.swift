// What a finished job tells when its result lies in Directus: its return value in the queue, and `result` of its record.

public import Directus
import FoundationEssentials
public import MediaProcessing

/// The result of a job whose files were uploaded; its JSON keys are those of the record.
public struct StoredResult: Encodable, Sendable, Equatable {
    /// The file that was made.
    public var outputFileID: String
    /// All files that were made, the first one included.
    public var files: [StoredResultFile]
    /// What the operation told; its paths are of no use to anybody and left out.
    public var report: MediaReport

    private enum CodingKeys: String, CodingKey {
        case files, bytes, width, height, frames, format, ms, warnings, details
        case outputFileID = "output_file_id"
        case playingTime = "duration_ms"
    }

    /// Writes the record form, where `ms` counts whole milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(outputFileID, forKey: .outputFileID)
        try values.encode(files, forKey: .files)
        try values.encode(report.bytes, forKey: .bytes)
        try values.encode(report.width, forKey: .width)
        try values.encode(report.height, forKey: .height)
        try values.encode(report.frames, forKey: .frames)
        try values.encode(report.format, forKey: .format)
        try values.encode(Int(report.duration / .milliseconds(1)), forKey: .ms)
        try values.encode(report.warnings, forKey: .warnings)
        try values.encodeIfPresent(report.playingTime.map { Int($0 / .milliseconds(1)) }, forKey: .playingTime)
        if !report.details.isEmpty { try values.encode(report.details, forKey: .details) }
    }

    /// The result as a value of a JSON column.
    public var value: DirectusValue {
        get throws { try JSONDecoder().decode(DirectusValue.self, from: try JSONEncoder().encode(self)) }
    }
}

/// One uploaded file of a result.
public struct StoredResultFile: Codable, Sendable, Equatable {
    /// Its id in Directus.
    public var id: String
    /// Its name for people who download it.
    public var filename: String
    /// Its MIME type.
    public var type: String
    /// Its size.
    public var bytes: Int
    /// Width in pixels; 0 if it has none.
    public var width: Int
    /// Height in pixels; 0 if it has none.
    public var height: Int
}
