// Owns detection in one picture: likely placements first, the search when they fail.

/// Reads the payload that a ``WatermarkEmbedder`` with the same key hid in a picture. It needs nothing but the picture.
///
/// A placement counts only if the template stands ``threshold`` standard deviations above chance (more after a search) **and**
/// the 21-bit keyed checksum of the decoded payload agrees, which chance does once in 2,097,152 times. How many placements of
/// an unmarked picture pass the threshold was measured on 1,000 of them: 0.85 on average, which makes a calculated rate of false
/// positives of 4 in 10,000,000 pictures.
public struct WatermarkDetector: Sendable {
    /// The least height of the template, in standard deviations.
    public static let threshold = 5.0
    /// The least height where thousands of placements were tried: the highest of them stands high by chance.
    public static let searchThreshold = 5.8
    /// The long side to which larger pictures are reduced.
    private static let analysisSide = 1024
    private static let searchSide = 512

    /// How long to look.
    public struct Effort: Sendable, Equatable {
        private let rank: Int

        /// Only the likely placements: as embedded or scaled to a known degree, turned by quarters, mirrored or not.
        public static let quick = Effort(rank: 0)
        /// Any scale from about a third to two and a half, and rotations up to 2.5 degrees, mirrored or not.
        public static let normal = Effort(rank: 1)
    }

    private let key: WatermarkKey
    private let effort: Effort
    private let match: TemplateMatch

    /// A detector for a key.
    public init(key: WatermarkKey, effort: Effort = .normal) {
        self.key = key
        self.effort = effort
        match = TemplateMatch(patterns: key.patterns, resolution: TilePatterns.side)
    }

    /// The mark in a picture, or nil if none is found.
    /// - Parameter originalSize: the size of the picture when it was marked, if known: finds reduced copies sooner.
    public func detect(in plane: LumaPlane, originalSize: PlaneSize? = nil) -> Detection? {
        examine(plane, originalSize: originalSize).detection
    }

    /// All that looking at one picture brings: the mark if it could be read, and otherwise what might be one.
    package func examine(_ plane: LumaPlane, originalSize: PlaneSize? = nil) -> Examination {
        guard min(plane.width, plane.height) >= 96 else { return Examination() }
        let (work, factor) = plane.reduced(toLongSide: Self.analysisSide)
        let contrast = LocalContrast(of: work)
        let fine = PictureSpectrum(of: contrast, limit: Self.analysisSide)
        let coarse = work.longSide > Self.searchSide ? PictureSpectrum(of: contrast, limit: Self.searchSide) : fine
        let search = ScaleSearch(patterns: key.patterns, coarse: coarse, fine: fine, exactMatch: match)

        var examination = Examination()
        for scale in likelyScales(plane, originalSize) {
            for mirrored in [false, true] {
                for quarterTurns in 0..<4 {
                    let placement = Placement(
                        scale: scale / factor, rotation: Float(quarterTurns) * .pi / 2, mirrored: mirrored)
                    attempt(placement, threshold: Self.threshold, in: fine, factor: factor, &examination)
                    if examination.detection != nil { return examination }
                }
            }
        }
        guard effort == .normal else { return examination }
        for candidate in search.candidates() {
            attempt(candidate.placement, threshold: Self.searchThreshold, in: fine, factor: factor, &examination)
            if examination.detection != nil { return examination }
        }
        return examination
    }

    /// A mark that grew with its picture has the same size relative to every uncropped copy; others are as embedded, or
    /// scaled as the original size tells.
    private func likelyScales(_ plane: LumaPlane, _ originalSize: PlaneSize?) -> [Float] {
        let side = Float(plane.longSide)
        var scales: [Float] = []
        if let originalSize { scales.append(side / Float(max(originalSize.width, originalSize.height))) }
        scales.append(1)
        for medium in [WatermarkEmbedder.Medium.picture, .video] { scales.append(side / Float(medium.nominalSide)) }
        return scales.reduce(into: []) { distinct, scale in
            if !distinct.contains(where: { abs($0 / scale - 1) < 1e-3 }) { distinct.append(scale) }
        }
    }

    private func attempt(
        _ placement: Placement, threshold: Double, in spectrum: PictureSpectrum, factor: Float,
        _ examination: inout Examination
    ) {
        let phases = spectrum.phases(at: placement, of: key.patterns)
        let peak = match.peaks(phases, phases).0
        examination.highest = max(examination.highest, peak.height)
        guard peak.height >= Float(threshold) else { return }
        let aligned = match.weighted(match.aligned(phases, to: peak))
        let soft = Array(key.patterns.correlations(with: aligned).dropFirst())
        var received = placement
        received.scale *= factor
        examination.traces.append(Trace(placement: received, height: peak.height, soft: soft))
        guard let (payload, wrongBits) = key.payloads.decode(soft) else { return }
        examination.detection = Detection(
            payload: payload, wrongBits: wrongBits, templateHeight: peak.height, placement: received, pictures: 1)
    }
}

/// What might be a mark: the template stands out, and these are the measurements.
package struct Trace: Sendable {
    package let placement: Placement
    package let height: Float
    package var soft: [Float]
}

/// What looking at one picture brought.
package struct Examination: Sendable {
    package var detection: Detection?
    /// The highest the template stood anywhere, in standard deviations.
    package var highest: Float = 0
    package var traces: [Trace] = []
}
