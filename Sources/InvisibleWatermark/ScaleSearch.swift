// Owns the search for a mark in a picture that was scaled, turned or mirrored by unknown amounts: a grid of placements on the
// middle of the picture, then the best of them climbed to their summits on all of it.

/// A placement, and how well the template fits there.
struct Candidate {
    var placement: Placement
    var height: Float
}

/// Searches one picture.
struct ScaleSearch {
    /// How many candidates are worth an attempt to decode.
    static let finalists = 12
    private static let scales: ClosedRange<Float> = 0.35...2.6
    /// Radians to each side.
    private static let rotations: Float = 0.0437
    private static let semifinalists = 128

    let patterns: TilePatterns
    let coarse: PictureSpectrum
    let fine: PictureSpectrum
    private let quickMatch: TemplateMatch
    private let exactMatch: TemplateMatch

    init(patterns: TilePatterns, coarse: PictureSpectrum, fine: PictureSpectrum, exactMatch: TemplateMatch) {
        self.patterns = patterns
        self.coarse = coarse
        self.fine = fine
        self.exactMatch = exactMatch
        quickMatch = TemplateMatch(patterns: patterns, resolution: 64)
    }

    /// The most promising placements, best first.
    func candidates() -> [Candidate] {
        var grid: [Candidate] = []
        for placement in gridPoints() {
            var mirrored = placement
            mirrored.mirrored = true
            let peaks = quickMatch.peaks(
                coarse.phases(at: placement, of: patterns), coarse.phases(at: mirrored, of: patterns))
            grid.append(Candidate(placement: placement, height: peaks.0.height))
            grid.append(Candidate(placement: mirrored, height: peaks.1.height))
        }
        grid.sort { $0.height > $1.height }
        var semifinal = grid.prefix(Self.semifinalists).map { candidate in
            Candidate(placement: candidate.placement, height: height(at: candidate.placement, in: coarse))
        }
        semifinal.sort { $0.height > $1.height }
        var finalists: [Candidate] = []
        for candidate in semifinal where finalists.count < Self.finalists {
            if finalists.contains(where: { isNeighbour($0.placement, candidate.placement) }) { continue }
            finalists.append(climb(from: candidate.placement))
        }
        return finalists.sorted { $0.height > $1.height }
    }

    /// The summit near a placement: first on the middle of the picture, then on all of it.
    func climb(from placement: Placement) -> Candidate {
        var best = Candidate(placement: placement, height: height(at: placement, in: coarse))
        var reach = Self.gridStep(coarse.extent) / 2
        while reach > Self.gridStep(coarse.extent) / 5 {
            improve(&best, reach: reach, in: coarse)
            reach /= 2
        }
        best.height = height(at: best.placement, in: fine)
        reach = Self.gridStep(fine.extent) / 2
        while reach > Self.gridStep(fine.extent) / 9 {
            improve(&best, reach: reach, in: fine)
            reach /= 2
        }
        return best
    }

    private func improve(_ best: inout Candidate, reach: Float, in spectrum: PictureSpectrum) {
        let centre = best.placement
        for (growth, turn) in [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)] as [(Float, Float)]
        {
            var placement = centre
            placement.scale *= 1 + growth * reach
            placement.rotation += turn * reach
            let height = height(at: placement, in: spectrum)
            if height > best.height { best = Candidate(placement: placement, height: height) }
        }
    }

    private func height(at placement: Placement, in spectrum: PictureSpectrum) -> Float {
        let phases = spectrum.phases(at: placement, of: patterns)
        return exactMatch.peaks(phases, phases).0.height
    }

    /// The grid is as coarse as the extent allows: a step moves the border by two pixels of the mark.
    private static func gridStep(_ extent: Int) -> Float {
        4 / Float(max(extent, 256))
    }

    private func gridPoints() -> [Placement] {
        let step = Self.gridStep(coarse.extent)
        let turns = Int((Self.rotations / step).rounded(.up))
        var points: [Placement] = []
        var scale = Self.scales.lowerBound
        while scale <= Self.scales.upperBound {
            for turn in -turns...turns {
                points.append(Placement(scale: scale, rotation: Float(turn) * Self.rotations / Float(max(turns, 1))))
            }
            scale *= 1 + step
        }
        return points
    }

    private func isNeighbour(_ first: Placement, _ second: Placement) -> Bool {
        let reach = 1.5 * Self.gridStep(coarse.extent)
        return first.mirrored == second.mirrored && abs(first.scale / second.scale - 1) < reach
            && abs(first.rotation - second.rotation) < reach
    }
}
