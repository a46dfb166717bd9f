import Testing

@testable import InvisibleWatermark

@Suite("Invisible watermark")
struct WatermarkTests {
    private static let payload: UInt64 = 0xFA11_0000_0000_0042
    private static let key = Result { try WatermarkKey(secret: TestPictures.secret) }

    private func marked(_ name: String) throws -> (plane: LumaPlane, report: EmbeddingReport) {
        var plane = try TestPictures.photograph(name)
        let report = try WatermarkEmbedder(key: Self.key.get()).embed(payload: Self.payload, into: &plane)
        return (plane.rounded(), report)
    }

    @Test(
        "A marked photograph keeps 42 dB and a similarity of 0.98, and says its payload", arguments: TestPictures.names)
    func likeness(name: String) throws {
        let original = try TestPictures.photograph(name)
        let (plane, report) = try marked(name)
        #expect(report.peakSignalToNoiseRatio >= 42)
        #expect(report.structuralSimilarity >= 0.98)
        #expect(abs(Similarity.peakSignalToNoiseRatio(original, plane) - report.peakSignalToNoiseRatio) < 0.01)
        let detection = try WatermarkDetector(key: Self.key.get(), effort: .quick).detect(in: plane)
        #expect(detection?.payload == Self.payload)
        #expect(detection?.wrongBits == 0)
        #expect(detection.map { $0.confidence > 0.8 } == true)
    }

    @Test("The payload survives coarse quantisation, cropping, halving, mirroring and other brightness")
    func likelyPlacements() throws {
        let plane = try marked("coffee").plane
        let detector = try WatermarkDetector(key: Self.key.get(), effort: .quick)
        let size = PlaneSize(width: plane.width, height: plane.height)
        let dark = LumaPlane(unchecked: 512, 512, plane.samples.map { 0.85 * $0 - 10 }).rounded()
        #expect(detector.detect(in: plane.quantisedLikeJPEG50())?.payload == Self.payload)
        #expect(detector.detect(in: plane.cropped(x: 37, y: 11, width: 444, height: 443))?.payload == Self.payload)
        #expect(detector.detect(in: plane.mirrored())?.payload == Self.payload)
        #expect(detector.detect(in: plane.mirrored())?.placement.mirrored == true)
        #expect(detector.detect(in: dark)?.payload == Self.payload)
        let half = plane.reduced(toWidth: 256, height: 256).rounded()
        #expect(detector.detect(in: half, originalSize: size)?.payload == Self.payload)
    }

    @Test("Unknown scale and rotation are found by search, and reported")
    func search() throws {
        let plane = try marked("coffee").plane
        let turned = plane.rotated(degrees: 1).reduced(toWidth: 384, height: 384).rounded()
        let detection = try WatermarkDetector(key: Self.key.get()).detect(in: turned)
        #expect(detection?.payload == Self.payload)
        let placement = try #require(detection?.placement)
        #expect(abs(placement.scale - 0.75) < 0.01)
        #expect(abs(abs(placement.rotation) - .pi / 180) < 0.003)
    }

    @Test("Another key finds nothing, and an unmarked photograph has nothing")
    func nothing() throws {
        let plane = try marked("coffee").plane
        let other = try WatermarkKey(secret: Array("another secret, long enough".utf8))
        #expect(WatermarkDetector(key: other, effort: .quick).detect(in: plane) == nil)
        let original = try TestPictures.photograph("coffee").cropped(x: 100, y: 100, width: 200, height: 200)
        #expect(try WatermarkDetector(key: Self.key.get(), effort: .quick).detect(in: original) == nil)
    }

    @Test("Marking is deterministic")
    func determinism() throws {
        #expect(try marked("china").plane == marked("china").plane)
    }

    @Test("A mark prepared at one frame fits the next frames of the shot, and is read from their keyframes")
    func video() throws {
        let key = try Self.key.get()
        let embedder = WatermarkEmbedder(key: key, medium: .video)
        let scene = try TestPictures.photograph("china")
        var prepared: PreparedWatermark?
        var detector = VideoWatermarkDetector(key: key, effort: .quick)
        for shift in [0, 40] {
            var frame = scene.cropped(x: shift, y: 0, width: 400, height: 400)
            let watermark = try prepared ?? embedder.prepare(payload: Self.payload, for: frame)
            prepared = watermark
            try embedder.apply(watermark, to: &frame)
            detector.add(keyframe: frame.rounded())
        }
        #expect(detector.detection?.payload == Self.payload)
        #expect(detector.keyframes == 2)
    }

    @Test("A picture that is too small, or of another size than prepared for, is refused")
    func refusals() throws {
        let embedder = try WatermarkEmbedder(key: Self.key.get())
        var small = TestPictures.noise(width: 255, height: 400)
        #expect { _ = try embedder.embed(payload: 1, into: &small) } throws: { error in
            (error as? WatermarkError)?.code == .pictureTooSmall
        }
        let prepared = try embedder.prepare(payload: 1, for: TestPictures.noise(width: 320, height: 320))
        var other = TestPictures.noise(width: 320, height: 321)
        #expect { try embedder.apply(prepared, to: &other) } throws: { error in
            (error as? WatermarkError)?.code == .sizeMismatch
        }
        #expect(throws: WatermarkError.self) { try LumaPlane(width: 2, height: 2, samples: [1, 2, 3]) }
    }
}

@Suite("Likeness")
struct SimilarityTests {
    @Test("Equal planes are equal, and a known error has its known ratio")
    func peakRatio() throws {
        let plane = TestPictures.noise(width: 40, height: 30)
        let shifted = LumaPlane(unchecked: 40, 30, plane.samples.map { $0 + 1 })
        #expect(Similarity.peakSignalToNoiseRatio(plane, plane) == .infinity)
        #expect(abs(Similarity.peakSignalToNoiseRatio(plane, shifted) - 48.13) < 0.01)
        #expect(abs(Similarity.structuralSimilarity(plane, plane) - 1) < 1e-5)
    }

    @Test("Independent noise has no similarity")
    func structure() throws {
        let plane = TestPictures.noise(width: 64, height: 64)
        let other = LumaPlane(unchecked: 64, 64, plane.samples.reversed())
        #expect(abs(Similarity.structuralSimilarity(plane, other)) < 0.1)
    }
}

@Suite("Resampling")
struct ResamplingTests {
    @Test("Reducing keeps the mean, and a plain plane stays plain both ways")
    func means() {
        let plane = TestPictures.noise(width: 60, height: 45)
        let reduced = plane.reduced(toWidth: 17, height: 13)
        let mean = plane.samples.reduce(0, +) / Float(plane.samples.count)
        #expect(abs(reduced.samples.reduce(0, +) / Float(reduced.samples.count) - mean) < 0.01)
        let plain = LumaPlane(unchecked: 30, 20, Array(repeating: 7, count: 600))
        #expect(plain.reduced(toWidth: 7, height: 9).samples.allSatisfy { abs($0 - 7) < 1e-4 })
        #expect(plain.enlarged(toWidth: 71, height: 39).samples.allSatisfy { abs($0 - 7) < 1e-4 })
    }

    @Test("A ramp stays the same ramp when enlarged")
    func ramp() {
        let ramp = LumaPlane(unchecked: 10, 2, (0..<20).map { Float($0 % 10) })
        let enlarged = ramp.enlarged(toWidth: 20, height: 2)
        #expect(abs(enlarged.samples[9] - 4.25) < 1e-5)
    }

    @Test("The local mean of a ramp is the ramp away from the borders")
    func localMean() {
        let ramp = (0..<400).map { Float($0 % 20) }
        let mean = BoxFilter(radius: 2).mean(of: ramp, width: 20, height: 20)
        #expect((4..<16).allSatisfy { abs(mean[200 + $0] - Float($0)) < 1e-4 })
    }
}
