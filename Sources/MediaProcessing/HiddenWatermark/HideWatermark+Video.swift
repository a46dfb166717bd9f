// Hiding a mark in a video: the same tile in every frame, worked out anew every few seconds for what is to be seen.

import FoundationEssentials
import InvisibleWatermark

extension HideWatermark {
    func hideInVideo(
        _ input: URL, _ output: OutputDestination, _ key: WatermarkKey, _ progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            for strength in strength.attempts {
                let marking = FrameMarking(
                    payload: fan.value,
                    embedder: WatermarkEmbedder(key: key, strength: strength.embedding, medium: .video))
                var recipe = video.recipe(stream, VideoGeometry(keeping: stream.displaySize))
                recipe.transformations = [marking]
                var plan = TranscodingPlan(container: .mp4)
                plan.video = .encode(stream, recipe)
                plan.audio = video.audio(of: pipeline.input, in: .mp4)
                let file = try PendingFile(target: pipeline.output.file(withExtension: plan.container.fileExtension))
                let outcome = try pipeline.transcode(plan, to: file, share: 0...0.9)
                let reader = HiddenWatermarkReader(key: key, originalSize: stream.displaySize.evenDown)
                let answer = try reader.read(video: file.temporaryPlace, work: pipeline.work)
                guard let found = answer.detection, found.payload == fan.value else { continue }
                var report = try pipeline.finish(file, plan, outcome)
                report.warnings += pipeline.warnings(for: stream)
                report.details["strength"] = .text(strength.rawValue)
                report.details["confidence"] = .number(found.confidence)
                report.details.merge(marking.quality.details) { $1 }
                return report
            }
            throw Self.unreadable
        }
    }
}

/// Adds a mark to each frame.
private final class FrameMarking: FrameTransformation {
    private let payload: UInt64
    private let embedder: WatermarkEmbedder
    private var prepared: PreparedWatermark?
    private var preparedAt = -Double.infinity
    let quality = EmbeddingQuality()

    /// Seconds that a prepared mark serves: about the distance of key frames.
    private static let service = 2.0

    init(payload: UInt64, embedder: WatermarkEmbedder) {
        self.payload = payload
        self.embedder = embedder
    }

    func apply(to picture: VideoPicture, time: Double) throws {
        let luma = picture.luma
        let bytes = UnsafeRawBufferPointer(start: luma.start, count: luma.stride * (luma.height - 1) + luma.width)
        var plane = try LumaPlane(width: luma.width, height: luma.height, bytes: bytes, rowBytes: luma.stride)
        let isDue = time - preparedAt >= Self.service
        let mark: PreparedWatermark
        if let prepared, !isDue {
            mark = prepared
        } else {
            mark = try embedder.prepare(payload: payload, for: plane)
            prepared = mark
            preparedAt = time
        }
        let before = isDue ? plane : nil
        try embedder.apply(mark, to: &plane)
        for y in 0..<luma.height {
            let row = luma.row(y)
            for x in 0..<luma.width {
                row[x] = UInt8(max(0, min(255, plane.samples[y * luma.width + x].rounded())))
            }
        }
        if let before {
            quality.note(
                noise: Similarity.peakSignalToNoiseRatio(before, plane),
                similarity: Similarity.structuralSimilarity(before, plane))
        }
    }
}
