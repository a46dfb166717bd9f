// Owns the measurements of invisible watermarks: likeness, survival of each attack, false positives, speed.

import Foundation
import InvisibleWatermark

/// Measures on a folder of photographs and prints tables.
struct WatermarkBench {
    let photographs: [Photograph]
    let attacks: [Attack]
    let key: WatermarkKey
    let verbose: Bool

    static func payload(_ index: Int) -> UInt64 { 0x9E37_79B9_7F4A_7C15 &* UInt64(index + 1) }

    /// How often each attack is survived.
    func robustness() throws {
        let embedder = WatermarkEmbedder(key: key)
        let detector = WatermarkDetector(key: key)
        var found = [Int](repeating: 0, count: attacks.count)
        var wrong = [Int](repeating: 0, count: attacks.count)
        var likeness: [(peak: Double, structural: Double)] = []
        var times: [Double] = []
        for (index, photograph) in photographs.enumerated() where photograph.isLargeEnough {
            var luma = try photograph.pixmap.luma()
            _ = try embedder.embed(payload: Self.payload(index), into: &luma)
            let marked = try photograph.pixmap.withLuma(luma)
            let original = try photograph.pixmap.luma()
            let measured = try marked.luma()
            likeness.append(
                (
                    Similarity.peakSignalToNoiseRatio(original, measured),
                    Similarity.structuralSimilarity(original, measured)
                ))
            var lost: [String] = []
            for (number, attack) in attacks.enumerated() {
                let plane = try attack.apply(to: marked).luma()
                let start = ContinuousClock.now
                let examination = detector.examine(plane)
                let detection = examination.detection
                times.append((ContinuousClock.now - start) / .seconds(1))
                if detection?.payload == Self.payload(index) {
                    found[number] += 1
                } else {
                    lost.append("\(attack.name) (\(format(Double(examination.highest), 1)))")
                    if detection != nil { wrong[number] += 1 }
                }
            }
            if verbose {
                let last = likeness[likeness.count - 1]
                print(
                    photograph.name, "\(photograph.pixmap.width)x\(photograph.pixmap.height)",
                    format(last.peak, 2), format(last.structural, 4), "lost:", lost.joined(separator: ", "))
                fflush(nil)
            }
        }
        let count = likeness.count
        print(
            "\n\(count) photographs; PSNR \(format(likeness.map(\.peak).min() ?? 0, 2)) dB at least,",
            "SSIM \(format(likeness.map(\.structural).min() ?? 0, 4)) at least.")
        print(
            "Detection took \(format(times.reduce(0, +) / Double(times.count), 2)) s on average,",
            "\(format(times.max() ?? 0, 2)) s at most.\n")
        print(
            "| attack | must | payload recovered | share | 95 % interval | wrong payload |\n|---|---|---|---|---|---|")
        for (number, attack) in attacks.enumerated() {
            let share = Double(found[number]) / Double(count)
            let interval = Self.interval(found[number], of: count)
            print(
                "| \(attack.name) | \(attack.required ? "95 %" : "") | \(found[number])/\(count) | \(percent(share)) |",
                "\(percent(interval.lowerBound))–\(percent(interval.upperBound)) | \(wrong[number]) |")
        }
    }

    /// Unmarked pictures: crops of all photographs, a third of them re-encoded, a third reduced.
    func falsePositives(count: Int) throws {
        let detector = WatermarkDetector(key: key)
        var generator = SplitMix(state: 7)
        var positives = 0
        var heights: [Float] = []
        var attempts = 0
        for number in 0..<count {
            let source = photographs[number % photographs.count].pixmap
            let width = min(source.width, 300 + Int(generator.next() % 500))
            let height = min(source.height, 300 + Int(generator.next() % 500))
            let x = Int(generator.next() % UInt64(source.width - width + 1))
            let y = Int(generator.next() % UInt64(source.height - height + 1))
            var crop = source.cropped(x: x, y: y, width: width, height: height)
            switch number % 3 {
            case 1: crop = try Attack.all[1].apply(to: crop)
            case 2: crop = try Attack.all[2].apply(to: crop)
            default: break
            }
            let examination = detector.examine(try crop.luma())
            if examination.detection != nil { positives += 1 }
            heights.append(examination.highest)
            attempts += examination.traces.count
            if verbose, number % 100 == 99 {
                print("\(number + 1) unmarked, \(positives) positives")
                fflush(nil)
            }
        }
        heights.sort()
        print("\nUnmarked pictures: \(positives) of \(count) taken for marked.")
        print(
            "Highest template: median \(format(Double(heights[count / 2]), 2)), 99 % below",
            "\(format(Double(heights[count * 99 / 100]), 2)), highest \(format(Double(heights[count - 1]), 2)).")
        let mean = Double(attempts) / Double(count)
        print(
            "Placements above the threshold: \(format(mean, 3)) a picture; expected false positives a picture:",
            "\(mean / 2_097_152).")
    }

    /// Time and memory of large pictures.
    func speed() throws {
        let embedder = WatermarkEmbedder(key: key)
        for (width, height) in [(512, 512), (1920, 1080), (3840, 2160), (4000, 3000)] {
            guard let largest = photographs.max(by: { $0.pixmap.bytes.count < $1.pixmap.bytes.count }) else { return }
            let data = try CommandLineTool.convert.run(
                ["ppm:-", "-resize", "\(width)x\(height)!", "ppm:-"], input: largest.pixmap.portable)
            let plane = try Pixmap(portable: data).luma()
            let clock = ContinuousClock()
            var marked = plane
            let whole = try clock.measure { _ = try embedder.embed(payload: 1, into: &marked) }
            var prepared: PreparedWatermark?
            let preparation = try clock.measure { prepared = try embedder.prepare(payload: 1, for: plane) }
            guard let prepared else { return }
            var frame = plane
            let application = try clock.measure {
                for _ in 0..<5 { try embedder.apply(prepared, to: &frame) }
            }
            let detector = WatermarkDetector(key: key)
            let finding = clock.measure { _ = detector.detect(in: marked) }
            let failing = clock.measure { _ = detector.detect(in: plane) }
            let videoEmbedder = WatermarkEmbedder(key: key, medium: .video)
            var videoMark: PreparedWatermark?
            let videoPreparation = try clock.measure {
                videoMark = try videoEmbedder.prepare(payload: 1, for: plane)
            }
            guard let videoMark else { return }
            let videoApplication = try clock.measure {
                for _ in 0..<5 { try videoEmbedder.apply(videoMark, to: &frame) }
            }
            print(
                "\(width)x\(height): video: prepare \(videoPreparation), apply to a frame \(videoApplication / 5);",
                "picture: embed \(whole), prepare \(preparation), apply to a frame \(application / 5),",
                "detect \(finding), search in vain \(failing)")
        }
    }

    /// Wilson's interval of a share.
    private static func interval(_ hits: Int, of count: Int) -> ClosedRange<Double> {
        let (n, z) = (Double(count), 1.96)
        let share = Double(hits) / n
        let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, middle - reach)...min(1, middle + reach)
    }
}

func format(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
func percent(_ share: Double) -> String { format(100 * share, 1) + " %" }

/// A small generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
