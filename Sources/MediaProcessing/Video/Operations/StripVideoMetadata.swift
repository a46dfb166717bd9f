// strip_metadata for video and sound (media.md §15): everything is copied but what tells about people, places and tools.

import CFFmpeg
public import FoundationEssentials

/// Removes tags, chapters, data tracks, covers and encoder signatures without touching pictures or sound.
///
/// What decides how the file plays stays: the display matrix, colours, languages, captions inside the pictures.
public struct StripVideoMetadata: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "strip_metadata"

    /// Tags that are kept.
    public enum KeptTag: String, Sendable, CaseIterable {
        /// The copyright notice.
        case copyright
        /// The artist.
        case artist
    }

    /// Tags that are kept. Default none.
    public var kept: Set<KeptTag>
    /// Whether text streams stay. Default true.
    public var keepsSubtitles: Bool
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = OutputPlacement.keys.union(["keep", "subtitles"])

    /// Reads the job's `params`; see media.md §15 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        kept = Set(try Self.keptTags(parameters, decoder))
        keepsSubtitles =
            try parameters.text("subtitles", allowed: "\"keep\" or \"drop\"") { ["keep": true, "drop": false][$0] }
            ?? true
        placement = try OutputPlacement(parameters)
    }

    private enum ListKey: String, CodingKey { case keep }

    private static func keptTags(_ parameters: StrictParameters, _ decoder: any Decoder) throws -> [KeptTag] {
        guard parameters.has("keep") else { return [] }
        let allowed = "a list of: \(KeptTag.allCases.map(\.rawValue).joined(separator: ", "))"
        guard let words = try? decoder.container(keyedBy: ListKey.self).decode([String].self, forKey: .keep) else {
            throw parameters.wrong("keep", allowed)
        }
        return try words.map { word in
            guard let tag = KeptTag(rawValue: word) else { throw parameters.wrong("keep", allowed) }
            return tag
        }
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            guard let container = MediaContainer(copying: pipeline.input) else {
                throw MediaError(
                    .unsupportedFormat,
                    "Metadata of \(pipeline.input.containerNames.first ?? "such") files cannot be removed without "
                        + "re-encoding; transcode to mp4 first")
            }
            var removed = FoundMetadata(pipeline.input, kept: kept)
            var plan = plan(pipeline.input, container)
            plan.messageFilter = pipeline.input.video.flatMap { MessageFilter($0) }
            var report = try pipeline.produce(plan, inspect: checkRemoval)
            removed.messages = plan.messageFilter?.removed ?? 0
            report.details["removed"] = removed.value
            report.details["copied"] = true
            return report
        }
    }

    private func plan(_ input: MediaInput, _ container: MediaContainer) -> TranscodingPlan {
        // A file of sound alone keeps a name for sound.
        let hasVideo = input.video != nil
        var plan = TranscodingPlan(container: !hasVideo && container == .mp4 ? .m4a : container)
        if let stream = input.video { plan.video = .copy(stream) }
        plan.audio = input.audioStreams.map { .copy($0) }
        if keepsSubtitles { plan.subtitles = input.streams.filter { $0.kind == .subtitle } }
        for tag in kept {
            if let value = input.tags.first(where: { $0.key.lowercased() == tag.rawValue })?.value {
                plan.tags[tag.rawValue] = value
            }
        }
        return plan
    }

    /// What should be gone must be gone.
    private func checkRemoval(_ result: MediaInput) throws {
        let left = FoundMetadata(result, kept: kept)
        guard left.personal.isEmpty else {
            throw MediaError(
                .processingFailed,
                "Some metadata could not be removed: \(left.personal.sorted().joined(separator: ", "))")
        }
    }
}

/// The metadata of a file.
struct FoundMetadata {
    /// Names of tags that may tell about people, places or tools.
    private(set) var personal: Set<String> = []
    private var chapters: Int
    private var covers: Int
    private var dataStreams: Int
    /// Messages inside the pictures.
    var messages = 0

    /// Tags that every container writes or that decide how it plays.
    private static let technical: Set<String> = [
        "language", "major_brand", "minor_version", "compatible_brands", "duration", "rotate", "variant_bitrate",
        "number_of_bytes", "number_of_frames", "bps", "_statistics_tags",
    ]

    init(_ input: MediaInput, kept: Set<StripVideoMetadata.KeptTag>) {
        chapters = input.chapterCount
        covers = input.streams.count { $0.kind == .cover }
        dataStreams = input.streams.count { $0.kind == .data }
        let tags = [input.tags] + input.streams.map(\.tags) + input.partTags
        let keptNames = Set(kept.map(\.rawValue))
        for (name, value) in tags.joined() {
            let plain = name.lowercased()
            if Self.technical.contains(plain) || keptNames.contains(plain) { continue }
            // What the containers write by themselves says nothing.
            if plain == "handler_name", ["VideoHandler", "SoundHandler", "SubtitleHandler"].contains(value) {
                continue
            }
            if plain == "vendor_id", value == "[0][0][0][0]" { continue }
            if plain == "encoder", value == "Lavf" { continue }
            personal.insert(name)
        }
    }

    var value: MediaValue {
        var object: [String: MediaValue] = ["tags": .list(personal.sorted().map { .text($0) })]
        if chapters > 0 { object["chapters"] = .integer(chapters) }
        if covers > 0 { object["covers"] = .integer(covers) }
        if dataStreams > 0 { object["data_streams"] = .integer(dataStreams) }
        if messages > 0 { object["encoder_messages"] = .integer(messages) }
        object["location"] = .boolean(
            personal.contains { name in ["location", "gps", "iso6709"].contains { name.lowercased().contains($0) } })
        return .object(object)
    }
}
