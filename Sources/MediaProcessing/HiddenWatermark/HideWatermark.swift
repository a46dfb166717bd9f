// apply_steganographic_watermark (media.md §14): a number hidden in the brightness of pictures and frames. Owns: its
// parameters, and the proof that the result can be read before it is handed out.

public import FoundationEssentials
import InvisibleWatermark

/// Hides whom a copy was made for, invisibly, in a picture or a video.
///
/// The result is read back, a picture also as a JPEG of quality 50. A mark that cannot be read is made stronger, and
/// refused with ``MediaError/Code/insufficientCapacity`` if that does not help.
public struct HideWatermark: KeyedOperation {
    /// The name by which jobs ask for it.
    public static let name = "apply_steganographic_watermark"

    /// How strong the mark is.
    public enum Strength: String, Sendable, CaseIterable {
        /// 44 dB.
        case low
        /// 42 dB. The default.
        case normal
        /// 41 dB.
        case high

        var embedding: WatermarkEmbedder.Strength {
            switch self {
            case .low: .low
            case .normal: .normal
            case .high: .high
            }
        }

        /// What is tried, one after the other.
        var attempts: [Strength] {
            switch self {
            case .low: [.low, .normal]
            case .normal: [.normal, .high]
            case .high: [.high]
            }
        }
    }

    /// Whom the copy is for.
    public var fan: FanID
    /// How strong the mark is at first. Default ``Strength/normal``.
    public var strength: Strength
    /// The name of the key; nil for the standard one.
    public var keyName: String?
    /// Format of a picture; nil means that of the input (JPEG for HEIC).
    public var format: ImageFormat?
    /// How a picture is encoded.
    public var encoding: ImageEncoding
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let video: EncodingParameters
    private var keys: WatermarkKeyring?

    private static let keys = ImageEncoding.keys.union(EncodingParameters.keys).union(OutputPlacement.keys).union([
        "fan_id", "strength", "key_id", "format",
    ])

    /// Reads the job's `params`: `fan_id`, `strength`, `key_id`; for pictures those of encoding and `format`, for video
    /// those of encoding.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        guard parameters.has("fan_id") else { throw parameters.missing("fan_id", FanID.allowed) }
        if let number = try? parameters.integer("fan_id", in: 0...Int.max) {
            fan = FanID(UInt64(number))
        } else if let named = try? parameters.text("fan_id", allowed: FanID.allowed, parse: { FanID($0) }) {
            fan = named
        } else {
            throw parameters.wrong("fan_id", FanID.allowed)
        }
        strength = try parameters.choice("strength") ?? .normal
        keyName = try parameters.keyName()
        format = try parameters.text(
            "format", allowed: "one of: \(ImageFormat.outputNames)", parse: ImageFormat.init(outputName:))
        encoding = try ImageEncoding(parameters)
        video = try EncodingParameters(parameters)
        placement = try OutputPlacement(parameters)
    }

    /// Takes the keys.
    public mutating func use(_ keys: WatermarkKeyring) { self.keys = keys }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        guard let keys else { throw Self.keyMissing() }
        let (name, key) = try keys.key(named: keyName)
        do {
            var report =
                switch try MediaKind(of: input) {
                case .picture: try await hideInPicture(input, output, key, progress)
                case .timed: try await hideInVideo(input, output, key, progress)
                }
            report.details["fan_id"] = fan.record
            report.details["payload_hex"] = .text(fan.hexadecimal)
            report.details["key_id"] = .text(name)
            return report
        } catch let error as WatermarkError where error.code == .pictureTooSmall {
            throw MediaError(.insufficientCapacity, error.message)
        }
    }

    static let unreadable = MediaError(
        .insufficientCapacity,
        "The mark could not be read back: the picture is too plain or too dark to hide it, or \"crf\" or \"quality\" leaves too little of it"
    )
}
