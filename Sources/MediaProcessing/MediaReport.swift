// What an operation tells about the file it made.

/// The result record of one operation; its JSON keys are those of a finished media job.
public struct MediaReport: Codable, Sendable, Equatable {
    /// Where the result is: a path on this machine.
    public var path: String
    /// Size of the file in bytes.
    public var bytes: Int
    /// Width in pixels of the upright picture; 0 if the result has none.
    public var width: Int
    /// Height in pixels of the upright picture; 0 if the result has none.
    public var height: Int
    /// Number of frames; 1 for a still picture, 0 for sound or data.
    public var frames: Int
    /// Format name, e.g. `jpeg`.
    public var format: String
    /// Wall time of the operation, reading and writing included.
    public var duration: Duration
    /// Things that were done differently than might be expected, e.g. transparency that the format cannot hold.
    public var warnings: [String]
    /// How long the result plays, for video and sound.
    public var playingTime: Duration?
    /// Results beyond the first, where an operation makes several (`thumbnail` with `count`).
    public var furtherFiles: [MediaReportFile]
    /// What else the operation found or decided, in the operation's own words, e.g. `copied`, `skipped`, `removed`, or
    /// all that `analysis` found. Absent keys mean nothing to tell.
    public var details: [String: MediaValue]

    /// Makes a report.
    public init(
        path: String, bytes: Int, width: Int, height: Int, frames: Int = 1, format: String, duration: Duration,
        warnings: [String] = [], playingTime: Duration? = nil, furtherFiles: [MediaReportFile] = [],
        details: [String: MediaValue] = [:]
    ) {
        self.path = path
        self.bytes = bytes
        self.width = width
        self.height = height
        self.frames = frames
        self.format = format
        self.duration = duration
        self.warnings = warnings
        self.playingTime = playingTime
        self.furtherFiles = furtherFiles
        self.details = details
    }

    private enum CodingKeys: String, CodingKey {
        case path, bytes, width, height, frames, format, ms, warnings, details
        case playingTime = "duration_ms"
        case furtherFiles = "further_files"
    }

    /// Reads a report from its record form, where `ms` counts milliseconds.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        path = try values.decode(String.self, forKey: .path)
        bytes = try values.decode(Int.self, forKey: .bytes)
        width = try values.decode(Int.self, forKey: .width)
        height = try values.decode(Int.self, forKey: .height)
        frames = try values.decode(Int.self, forKey: .frames)
        format = try values.decode(String.self, forKey: .format)
        duration = .milliseconds(try values.decode(Int.self, forKey: .ms))
        warnings = try values.decode([String].self, forKey: .warnings)
        playingTime = try values.decodeIfPresent(Int.self, forKey: .playingTime).map { .milliseconds($0) }
        furtherFiles = try values.decodeIfPresent([MediaReportFile].self, forKey: .furtherFiles) ?? []
        details = try values.decodeIfPresent([String: MediaValue].self, forKey: .details) ?? [:]
    }

    /// Writes the record form, where `ms` counts whole milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(path, forKey: .path)
        try values.encode(bytes, forKey: .bytes)
        try values.encode(width, forKey: .width)
        try values.encode(height, forKey: .height)
        try values.encode(frames, forKey: .frames)
        try values.encode(format, forKey: .format)
        try values.encode(Int(duration / .milliseconds(1)), forKey: .ms)
        try values.encode(warnings, forKey: .warnings)
        try values.encodeIfPresent(playingTime.map { Int($0 / .milliseconds(1)) }, forKey: .playingTime)
        if !furtherFiles.isEmpty { try values.encode(furtherFiles, forKey: .furtherFiles) }
        if !details.isEmpty { try values.encode(details, forKey: .details) }
    }
}

/// One of several results of an operation.
public struct MediaReportFile: Codable, Sendable, Equatable {
    /// Where it is: a path on this machine.
    public var path: String
    /// Size of the file in bytes.
    public var bytes: Int
    /// Width in pixels; 0 if it is no picture.
    public var width: Int
    /// Height in pixels; 0 if it is no picture.
    public var height: Int

    /// Makes an entry.
    public init(path: String, bytes: Int, width: Int, height: Int) {
        self.path = path
        self.bytes = bytes
        self.width = width
        self.height = height
    }
}
