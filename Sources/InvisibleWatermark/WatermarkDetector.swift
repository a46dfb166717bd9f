// Owns detection in one picture: likely placements first, the search when they fail.

/// Reads the payload that a ``WatermarkEmbedder`` with the same key hid in a picture. It needs nothing but the picture.
///
/// A placement counts only if the template stands ``threshold`` standard deviations above chance **and** the 21-bit keyed
/// checksum of the decoded payload agrees. At most 18 placements of a picture are decoded, so of pictures without a mark
/// fewer than 18 in 2²¹ (0.9 in 100,000) could pass the checksum by chance even if all their placements passed the threshold.
public struct WatermarkDetector: Sendable {
    /// The least height of the template, in standard deviations.
    public static let threshold = 5.0
    /// The long side to which larger pictures are reduced.
    private static let analysisSide = 1024
    private static let searchSide = 512

    /// How long to look.
    public struct Effort: Sendable, Equatable {
        private let rank: Int

        /// Only the likely placements: as embedded, or scaled to a known degree.
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
                let placement = Placement(scale: scale / factor, mirrored: mirrored)
                attempt(placement, in: fine, factor: factor, &examination)
                if examination.detection != nil { return examination }
            }
        }
        guard effort == .normal else { return examination }
        for candidate in search.candidates() {
            attempt(candidate.placement, in: fine, factor: factor, &examination)
            if examination.detection != nil { return examination }
        }
        return examination
    }

    private func likelyScales(_ plane: LumaPlane, _ originalSize: PlaneSize?) -> [Float] {
        let nominal = Float(WatermarkEmbedder.nominalSide)
        var scales: [Float] = []
        if let originalSize {
            let originalSide = Float(max(originalSize.width, originalSize.height))
            scales.append(max(1, originalSide / nominal) * Float(plane.longSide) / originalSide)
        }
        for scale in [max(1, Float(plane.longSide) / nominal), 1] where !scales.contains(scale) {
            scales.append(scale)
        }
        return scales
    }

    private func attempt(
        _ placement: Placement, in spectrum: PictureSpectrum, factor: Float, _ examination: inout Examination
    ) {
        let phases = spectrum.phases(at: placement, of: key.patterns)
        let peak = match.peaks(phases, phases).0
        examination.highest = max(examination.highest, peak.height)
        guard peak.height >= Float(Self.threshold) else { return }
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
