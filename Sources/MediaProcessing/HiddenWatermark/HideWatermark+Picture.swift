// Hiding a mark in a picture: the same change in all three colours, so that brightness changes and hue does not.

import CMagickWand
import FoundationEssentials
import InvisibleWatermark
import Synchronization

extension HideWatermark {
    func hideInPicture(
        _ input: URL, _ output: OutputDestination, _ key: WatermarkKey, _ progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await Work.run(progress: progress) { work in
            let start = ContinuousClock.now
            let source = try ImageSource(reading: input, limits: .standard)
            for strength in strength.attempts {
                let embedding = PictureEmbedding(
                    payload: fan.value, embedder: WatermarkEmbedder(key: key, strength: strength.embedding),
                    requestedFormat: format, encoding: encoding)
                let result = try ImagePipeline.encode(embedding, source, limits: .standard, work: work)
                guard let confidence = try readBack(result, key, work) else { continue }
                let file = output.file(withExtension: result.format.fileExtension)
                try AtomicFile.write(result.bytes, to: file)
                try? work.advance(to: 1)
                var report = MediaReport(
                    path: file.path, bytes: result.bytes.count, width: result.size.width, height: result.size.height,
                    frames: result.frames, format: result.format.rawValue, duration: ContinuousClock.now - start,
                    warnings: result.warnings)
                report.details["strength"] = .text(strength.rawValue)
                report.details["confidence"] = .number(confidence)
                report.details.merge(embedding.quality.details) { $1 }
                return report
            }
            throw Self.unreadable
        }
    }

    /// How surely the mark can be read, from the result itself and from a JPEG of quality 50; nil if it cannot.
    private func readBack(_ result: ImagePipeline.Encoded, _ key: WatermarkKey, _ work: Work) throws -> Double? {
        let detector = WatermarkDetector(key: key, effort: .quick)
        let size = PlaneSize(width: result.size.width, height: result.size.height)
        let picture = try Wand()
        try picture.read(result.bytes, as: result.format, firstFrameOnly: true, work: work)
        var sure = 1.0
        var harsh = ImageEncoding()
        harsh.quality = 50
        for isAttacked in [false, true] {
            try work.checkCancelled()
            let seen = try Wand()
            if isAttacked {
                if picture.hasAlpha { try picture.flatten(on: .white) }
                let bytes = try ImageEncoder(format: .jpeg, encoding: harsh).encode(picture)
                try seen.read(bytes, as: .jpeg, firstFrameOnly: true, work: work)
            }
            let plane = isAttacked ? try seen.luma() : try picture.luma()
            guard let found = detector.detect(in: plane, originalSize: size), found.payload == fan.value else {
                return nil
            }
            sure = min(sure, found.confidence)
        }
        return sure
    }
}

/// What hiding does to each frame of a picture.
private struct PictureEmbedding: ImageTransformation {
    let payload: UInt64
    let embedder: WatermarkEmbedder
    let requestedFormat: ImageFormat?
    let encoding: ImageEncoding
    let quality = EmbeddingQuality()

    func resultSize(of upright: PixelSize) throws -> PixelSize { upright }

    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws -> [String] {
        var colours = try picture.pixels("RGB")
        let before = try LumaPlane(rgb: colours, size: picture.size)
        var after = before
        quality.note(try embedder.embed(payload: payload, into: &after))
        for pixel in 0..<before.samples.count {
            let change = after.samples[pixel] - before.samples[pixel]
            for place in 3 * pixel..<3 * pixel + 3 {
                colours[place] = UInt8(max(0, min(255, (Float(colours[place]) + change).rounded())))
            }
        }
        try picture.setPixels("RGB", colours)
        return []
    }
}

/// The worst that embedding did to any picture.
final class EmbeddingQuality: Sendable {
    private let worst = Mutex<(noise: Double, similarity: Double)?>(nil)

    func note(_ report: EmbeddingReport) {
        note(noise: report.peakSignalToNoiseRatio, similarity: report.structuralSimilarity)
    }

    func note(noise: Double, similarity: Double) {
        worst.withLock { worst in
            worst = (min(worst?.noise ?? noise, noise), min(worst?.similarity ?? similarity, similarity))
        }
    }

    /// `psnr` and `ssim`.
    var details: [String: MediaValue] {
        guard let worst = worst.withLock({ $0 }) else { return [:] }
        return [
            "psnr": .number((worst.noise * 100).rounded() / 100),
            "ssim": .number((worst.similarity * 10_000).rounded() / 10_000),
        ]
    }
}

extension LumaPlane {
    /// The brightness of RGB pixels as JPEG counts it.
    init(rgb: [UInt8], size: PixelSize) throws {
        let samples = [Float](unsafeUninitializedCapacity: size.pixels) { samples, filled in
            rgb.withUnsafeBufferPointer { rgb in
                for pixel in 0..<size.pixels {
                    samples.initializeElement(
                        at: pixel,
                        to: 0.299 * Float(rgb[3 * pixel]) + 0.587 * Float(rgb[3 * pixel + 1])
                            + 0.114 * Float(rgb[3 * pixel + 2]))
                }
            }
            filled = size.pixels
        }
        try self.init(width: size.width, height: size.height, samples: samples)
    }
}

extension Wand {
    /// The brightness of the current frame.
    func luma() throws -> LumaPlane { try LumaPlane(rgb: try pixels("RGB"), size: size) }

    /// Replaces the current frame's pixels, 8 bits a channel.
    func setPixels(_ channels: String, _ pixels: [UInt8]) throws {
        try check(
            MagickImportImagePixels(pointer, 0, 0, size.width, size.height, channels, CharPixel, pixels),
            "change pixels")
    }
}
