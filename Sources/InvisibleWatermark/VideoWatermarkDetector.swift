// Owns detection in video. Only keyframes are looked at: other frames carry their keyframe's mark displaced by motion
// compensation, and adding them up destroys it. Every keyframe carries the whole payload at the same placement, so what one
// alone does not say, several together may.

/// Reads a payload from the keyframes of a video, given one after the other. Each keyframe is a chance of its own for a false
/// positive (see ``WatermarkDetector``): the rate for a file grows with the keyframes looked at.
///
/// ```swift
/// var detector = VideoWatermarkDetector(key: key)
/// for plane in keyframes where detector.add(keyframe: plane) != nil { break }
/// ```
public struct VideoWatermarkDetector: Sendable {
    private let key: WatermarkKey
    private let detector: WatermarkDetector
    private var sums: [Sum] = []
    private var known: Placement?

    /// The best answer so far.
    public private(set) var detection: Detection?
    /// How many keyframes were added.
    public private(set) var keyframes = 0

    /// Weighted measurements of one placement over several keyframes.
    private struct Sum {
        let placement: Placement
        var soft: [Float]
        var weight: Float
        var height: Float
        var pictures: Int
    }

    /// A detector for one video.
    public init(key: WatermarkKey, effort: WatermarkDetector.Effort = .normal) {
        self.key = key
        detector = WatermarkDetector(key: key, effort: effort)
    }

    /// Looks at one more keyframe.
    /// - Parameter originalSize: the frame size when the video was marked, if known.
    /// - Returns: the best answer so far, or nil.
    @discardableResult
    public mutating func add(keyframe plane: LumaPlane, originalSize: PlaneSize? = nil) -> Detection? {
        keyframes += 1
        let examination = detector.examine(plane, originalSize: originalSize)
        if let found = examination.detection, found.templateHeight > detection?.templateHeight ?? 0 {
            detection = found
        }
        for trace in examination.traces { accumulate(trace) }
        return detection
    }

    private mutating func accumulate(_ trace: Trace) {
        let weight = (trace.height - 4) * (trace.height - 4)
        guard let index = sums.firstIndex(where: { isSame($0.placement, trace.placement) }) else {
            sums.append(
                Sum(
                    placement: trace.placement, soft: trace.soft.map { $0 * weight }, weight: weight,
                    height: trace.height, pictures: 1))
            return
        }
        for bit in sums[index].soft.indices { sums[index].soft[bit] += weight * trace.soft[bit] }
        sums[index].weight += weight
        sums[index].height = max(sums[index].height, trace.height)
        sums[index].pictures += 1
        guard detection == nil, let (payload, wrongBits) = key.payloads.decode(sums[index].soft) else { return }
        detection = Detection(
            payload: payload, wrongBits: wrongBits, templateHeight: sums[index].height,
            placement: sums[index].placement, pictures: sums[index].pictures)
    }

    private func isSame(_ first: Placement, _ second: Placement) -> Bool {
        first.mirrored == second.mirrored && abs(first.scale / second.scale - 1) < 0.006
            && abs(first.rotation - second.rotation) < 0.006
    }
}
