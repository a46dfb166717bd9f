// Which moments of a video make a teaser: pure arithmetic on what a scan found.

/// A clip of a teaser, in seconds of the input.
struct TeaserMoment: Equatable {
    var start: Double
    var length: Double
}

struct TeaserChooser {
    /// Playing time of the input.
    let length: Double
    /// Playing time of the teaser.
    let wanted: Double
    let count: Int

    /// Worth of each half second.
    private var worth: [Double] = []
    private var sceneStarts: [Double] = []

    private static let step = 0.5
    /// Titles and credits.
    private static let skippedStart = 0.03
    private static let skippedEnd = 0.05

    init(length: Double, wanted: Double, clips: Int?) {
        self.length = length
        self.wanted = wanted
        // Clips of two to five seconds, three to six of them unless the teaser is long.
        let automatic = max(3, min(12, Int((wanted / 3.5).rounded())))
        let fitting = max(1, Int(wanted / 1.0))
        count = min(clips ?? (wanted <= 21 ? min(6, automatic) : automatic), fitting)
    }

    private var clipLength: Double { wanted / Double(count) }

    /// Clips at equal distances.
    func even() -> [TeaserMoment] {
        let from = length * Self.skippedStart
        let room = length * (1 - Self.skippedStart - Self.skippedEnd) - clipLength
        guard room > 0, count > 1 else { return [TeaserMoment(start: 0, length: wanted)] }
        let distance = room / Double(count - 1)
        guard distance >= clipLength else { return [TeaserMoment(start: 0, length: wanted)] }
        return (0..<count).map { TeaserMoment(start: from + Double($0) * distance, length: clipLength) }
    }

    /// Takes over what was seen and heard; `energy` has a value for each tenth of a second.
    mutating func read(_ scan: SceneScan, energy: [Double]) {
        read(scan.frames, sceneStarts: scan.sceneStarts, energy: energy)
    }

    mutating func read(_ frames: [FrameMeasure], sceneStarts: [Double], energy: [Double]) {
        self.sceneStarts = sceneStarts
        let bins = max(1, Int((length / Self.step).rounded(.up)))
        var motion = [Double](repeating: 0, count: bins)
        var sharpness = [Double](repeating: 0, count: bins)
        var brightness = [Double](repeating: 0, count: bins)
        var counts = [Double](repeating: 0, count: bins)
        for frame in frames {
            let bin = min(bins - 1, max(0, Int(frame.time / Self.step)))
            // A cut is no motion.
            motion[bin] += frame.sceneScore >= SceneScan.sceneThreshold ? 0 : min(frame.motion, 12)
            sharpness[bin] += frame.sharpness.squareRoot()
            brightness[bin] += frame.brightness
            counts[bin] += 1
        }
        let meanEnergy = energy.isEmpty ? 0 : energy.reduce(0, +) / Double(energy.count)
        worth = (0..<bins).map { bin in
            // Bins between sampled key frames look like the ones before.
            guard counts[bin] > 0 else { return 0.3 }
            let bright = brightness[bin] / counts[bin]
            let isBlack = bright < 16
            let moves = motion[bin] / counts[bin] / 12
            let sharp = min(1, sharpness[bin] / counts[bin] / 40)
            let heard = energy.dropFirst(bin * 5).prefix(5)
            let loud = heard.isEmpty ? 0 : heard.reduce(0, +) / Double(heard.count)
            let louder = meanEnergy > 0 ? min(1.5, loud / meanEnergy) / 1.5 : 0
            let still = moves < 0.005 ? 0.4 : 0
            return isBlack ? -1.5 : moves + 0.7 * louder + 0.4 * sharp - still
        }
    }

    /// The clips with the highest worth that are not too close to each other, in order of time.
    func highlights() -> [TeaserMoment] {
        let from = length * Self.skippedStart
        let until = length * (1 - Self.skippedEnd) - clipLength
        guard until > from else { return even() }
        let distance = min(10, max(0, (until - from) / Double(count) - clipLength) * 0.6)
        var candidates = starts(from: from, until: until).map { start in (start: start, worth: worth(of: start)) }
        // Earlier moments first among equals, so that the choice is the same every time.
        candidates.sort { ($0.worth, -$0.start) > ($1.worth, -$1.start) }
        var chosen: [TeaserMoment] = []
        for candidate in candidates where chosen.count < count {
            let isFree = chosen.allSatisfy { abs($0.start - candidate.start) >= clipLength + distance }
            if isFree { chosen.append(TeaserMoment(start: candidate.start, length: clipLength)) }
        }
        guard chosen.count == count else { return even() }
        return chosen.sorted { $0.start < $1.start }
    }

    /// Scene beginnings, and moments inside long scenes.
    private func starts(from: Double, until: Double) -> [Double] {
        let scenes = sceneStarts.filter { $0 >= from && $0 <= until }
        let steps = stride(from: from, through: until, by: 1)
        return scenes + steps
    }

    private func worth(of start: Double) -> Double {
        let first = Int(start / Self.step)
        let last = max(first, Int((start + clipLength) / Self.step) - 1)
        let part = worth[min(first, worth.count - 1)...min(last, worth.count - 1)]
        let mean = part.reduce(0, +) / Double(part.count)
        // A clip that begins with a scene looks intended; one that ends just after a cut looks like a mistake.
        let begins = sceneStarts.contains { abs($0 - start) < 0.02 } ? 0.15 : 0
        let end = start + clipLength
        let stutters = sceneStarts.contains { ($0 > end - 0.4 && $0 < end) || ($0 > start + 0.02 && $0 < start + 0.4) }
        return mean + begins - (stutters ? 0.25 : 0)
    }
}
