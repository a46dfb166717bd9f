// What an operation tells about the file it made.

/// The result record of one operation; its JSON keys are those of a finished media job.
public struct MediaReport: Codable, Sendable, Equatable {
    /// Where the result is: a path on this machine.
    public var path: String
    /// Size of the file in bytes.
    public var bytes: Int
    /// Width in pixels of the upright picture.
    public var width: Int
    /// Height in pixels of the upright picture.
    public var height: Int
    /// Number of frames; 1 for a still picture.
    public var frames: Int
    /// Format name, e.g. `jpeg`.
    public var format: String
    /// Wall time of the operation, reading and writing included.
    public var duration: Duration
    /// Things that were done differently than might be expected, e.g. transparency that the format cannot hold.
    public var warnings: [String]

    /// Makes a report.
    public init(
        path: String, bytes: Int, width: Int, height: Int, frames: Int = 1, format: String, duration: Duration,
        warnings: [String] = []
    ) {
        self.path = path
        self.bytes = bytes
        self.width = width
        self.height = height
        self.frames = frames
        self.format = format
        self.duration = duration
        self.warnings = warnings
    }

    private enum CodingKeys: String, CodingKey {
        case path, bytes, width, height, frames, format, ms, warnings
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
    }
}
