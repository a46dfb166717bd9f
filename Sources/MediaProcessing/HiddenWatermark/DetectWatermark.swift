// detect_watermark (media.md §14.5): reads a hidden number from a picture or a video, without the original.

public import FoundationEssentials
import InvisibleWatermark

/// Looks for a hidden mark and writes what it found as JSON; the report's details hold the same.
public struct DetectWatermark: KeyedOperation {
    /// The name by which jobs ask for it.
    public static let name = "detect_watermark"

    /// The name of the key; nil for the standard one.
    public var keyName: String?
    /// The size of the original, if known: a scaled copy is then found sooner.
    public var originalSize: PixelSize?
    /// Where the job wants the result.
    public var placement: OutputPlacement
    private var keys: WatermarkKeyring?

    private static let keys = OutputPlacement.keys.union(["key_id", "original_width", "original_height"])

    /// Reads the job's `params`: `key_id`, `original_width`, `original_height`.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        keyName = try parameters.keyName()
        let width = try parameters.integer("original_width", in: 1...65_535)
        let height = try parameters.integer("original_height", in: 1...65_535)
        guard (width == nil) == (height == nil) else {
            throw parameters.missing(width == nil ? "original_width" : "original_height", "give both sides or none")
        }
        if let width, let height { originalSize = PixelSize(width: width, height: height) }
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
        let reader = HiddenWatermarkReader(key: key, originalSize: originalSize)
        return try await Work.run(progress: progress) { work in
            let start = ContinuousClock.now
            var answer =
                switch try MediaKind(of: input) {
                case .picture: try reader.read(picture: input, work: work)
                case .timed: try reader.read(video: input, work: work)
                }
            answer.details["key_id"] = .text(name)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let file = output.file(withExtension: "json")
            let bytes = try encoder.encode(answer.details)
            try AtomicFile.write(bytes, to: file)
            try? work.advance(to: 1)
            return MediaReport(
                path: file.path, bytes: bytes.count, width: answer.size.width, height: answer.size.height,
                frames: answer.frames, format: "json", duration: ContinuousClock.now - start, details: answer.details)
        }
    }
}

/// Reads marks from files.
struct HiddenWatermarkReader {
    let key: WatermarkKey
    let originalSize: PixelSize?

    struct Answer {
        var detection: Detection?
        var size: PixelSize
        /// Pictures or key frames that were looked at.
        var frames: Int
        var details: [String: MediaValue] = [:]

        init(_ detection: Detection?, size: PixelSize, frames: Int) {
            self.detection = detection
            self.size = size
            self.frames = frames
            details = ["found": .boolean(detection != nil), "frames_used": .integer(frames), "confidence": 0]
            guard let detection else { return }
            let fan = FanID(detection.payload)
            details["fan_id"] = fan.record
            details["payload_hex"] = .text(fan.hexadecimal)
            details["confidence"] = .number(detection.confidence)
            details["bit_errors"] = .integer(detection.wrongBits)
            details["scale"] = .number(Double(detection.placement.scale))
            details["rotation"] = .number(Double(detection.placement.rotation) * 180 / .pi)
            details["mirrored"] = .boolean(detection.placement.mirrored)
        }
    }

    private var planeSize: PlaneSize? { originalSize.map { PlaneSize(width: $0.width, height: $0.height) } }

    /// The first frame of a picture.
    func read(picture file: URL, work: Work) throws -> Answer {
        let source = try ImageSource(reading: file, limits: .standard)
        let picture = try Wand()
        try picture.read(source.bytes, as: source.format, firstFrameOnly: true, work: work)
        if source.orientation != 1 { try picture.orient(from: source.orientation) }
        _ = try picture.convertToSRGB(profileLimit: ImageLimits.standard.profileBytes)
        try work.advance(to: 0.4)
        let found = WatermarkDetector(key: key).detect(in: try picture.luma(), originalSize: planeSize)
        return Answer(found, size: source.upright, frames: 1)
    }

    /// Most key frames that are looked at.
    private static let mostFrames = 40

    /// The key frames of a video, until one answers surely: only they carry the mark undisplaced.
    func read(video file: URL, work: Work) throws -> Answer {
        let input = try MediaInput(file, work: work)
        guard let stream = input.video else {
            throw MediaError(.unsupportedFormat, "The input has no pictures that could carry a mark")
        }
        let size = stream.displaySize
        let sampler = try FrameSampler(stream, of: input, size: size, form: .grey, work: work)
        var detector = VideoWatermarkDetector(key: key)
        let duration = max(input.duration ?? 0, 0.1)
        let step = max(0.5, duration / Double(4 * Self.mostFrames))
        var seen = -Double.infinity
        var found: Detection?
        var count = 0
        for moment in stride(from: 0, to: duration, by: step) where found == nil && count < Self.mostFrames {
            guard let frame = try sampler.frame(at: moment, exact: false), frame.time > seen + 0.001 else { continue }
            seen = frame.time
            count += 1
            let plane = try frame.pixels.withUnsafeBytes {
                try LumaPlane(width: frame.size.width, height: frame.size.height, bytes: $0, rowBytes: frame.size.width)
            }
            found = detector.add(keyframe: plane, originalSize: planeSize)
        }
        return Answer(found, size: size, frames: count)
    }
}
