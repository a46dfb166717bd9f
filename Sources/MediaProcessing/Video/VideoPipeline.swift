// The way every video operation goes: open, decide, transcode to a hidden file, check what was written, give it its
// name.

import CFFmpeg
import FoundationEssentials
import Synchronization

/// One video operation at work.
struct VideoPipeline {
    let source: URL
    let input: MediaInput
    let output: OutputDestination
    let work: Work
    private let start: ContinuousClock.Instant
    private let mayReserveIndex: Bool

    private init(
        source: URL, output: OutputDestination, work: Work, start: ContinuousClock.Instant, mayReserveIndex: Bool
    ) throws {
        self.start = start
        self.mayReserveIndex = mayReserveIndex
        self.source = source
        self.output = output
        self.work = work
        input = try MediaInput(source, work: work)
    }

    /// Opens the input and runs `body` on a thread of its own.
    static func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void,
        _ body: @escaping @Sendable (VideoPipeline) throws -> MediaReport
    ) async throws -> MediaReport {
        let rising = RisingProgress(progress)
        let report = try await Work.run(progress: { rising.report($0) }) { work in
            let start = ContinuousClock.now
            func attempt(mayReserveIndex: Bool) throws -> MediaReport {
                try body(
                    try VideoPipeline(
                        source: input, output: output, work: work, start: start, mayReserveIndex: mayReserveIndex))
            }
            do {
                return try attempt(mayReserveIndex: true)
            } catch is IndexRoomExceeded {
                // What was written is gone; opening the input again leaves no trace of the first attempt either.
                return try attempt(mayReserveIndex: false)
            }
        }
        rising.report(1)
        return report
    }

    /// Time since the operation began.
    var elapsed: Duration { ContinuousClock.now - start }

    /// The pictures to work on.
    func video() throws -> MediaStream {
        guard let stream = input.video else {
            throw MediaError(.unsupportedFormat, "The input has no moving pictures")
        }
        let size = stream.displaySize
        guard size.width >= 2, size.height >= 2 else {
            throw MediaError(.unsupportedFormat, "The input's frames are \(size) pixels, too small to work on")
        }
        return stream
    }

    /// Warnings that every re-encoding of the stream deserves.
    func warnings(for stream: MediaStream) -> [String] {
        guard stream.isHighDynamicRange, !VideoChain.canToneMap else { return [] }
        return ["The installed FFmpeg cannot convert high dynamic range (zscale is missing): colours will look pale"]
    }

    /// Makes a result from a plan, checks it, and gives it its final name.
    ///
    /// - Parameters:
    ///   - share: The part of the operation's progress that this is.
    ///   - inspect: Looks at the result, opened again, and throws if it must not appear.
    func produce(
        _ plan: TranscodingPlan, share: ClosedRange<Double> = 0...1, inspect: (MediaInput) throws -> Void = { _ in }
    ) throws -> MediaReport {
        let file = try PendingFile(target: output.file(withExtension: plan.container.fileExtension))
        let outcome = try transcode(plan, to: file, share: share)
        return try finish(file, plan, outcome, inspect: inspect)
    }

    /// Runs a plan without giving the result its name.
    func transcode(
        _ plan: TranscodingPlan, to file: PendingFile?, share: ClosedRange<Double> = 0...1
    ) throws -> TranscodingOutcome {
        var plan = plan
        plan.mayReserveIndex = plan.mayReserveIndex && mayReserveIndex
        let transcoder = try Transcoder(input, plan, to: file, work: work) { fraction in
            try work.advance(to: share.lowerBound + (share.upperBound - share.lowerBound) * 0.99 * fraction)
        }
        return try transcoder.run()
    }

    /// Checks what was written and gives it its name.
    func finish(
        _ file: PendingFile, _ plan: TranscodingPlan, _ outcome: TranscodingOutcome,
        inspect: (MediaInput) throws -> Void = { _ in }
    ) throws -> MediaReport {
        let written = try MediaInput(file.temporaryPlace, work: work)
        let check = try WrittenFile(written, plan: plan, work: work)
        try inspect(written)
        try work.checkCancelled()
        try file.commit()
        return MediaReport(
            path: file.target.path, bytes: try file.size, width: check.size.width, height: check.size.height,
            frames: outcome.frames, format: plan.container.rawValue, duration: elapsed, warnings: outcome.warnings,
            playingTime: check.playingTime)
    }

    /// The input itself as the result.
    func keepInput(warnings: [String] = [], details: [String: MediaValue]) throws -> MediaReport {
        let container = MediaContainer(copying: input)
        let file = try PendingFile(target: output.file(withExtension: container?.fileExtension ?? "bin"))
        try file.copyContents(of: source)
        try file.commit()
        let size = input.video?.displaySize ?? PixelSize(width: 0, height: 0)
        return MediaReport(
            path: file.target.path, bytes: try file.size, width: size.width, height: size.height,
            frames: input.video?.frameCount ?? 0, format: container?.rawValue ?? "unknown", duration: elapsed,
            warnings: warnings, playingTime: input.duration.map { .seconds($0) }, details: details)
    }
}

/// Passes on only fractions higher than those before.
private final class RisingProgress: Sendable {
    private let highest = Mutex(-1.0)
    private let progress: @Sendable (Double) -> Void

    init(_ progress: @escaping @Sendable (Double) -> Void) { self.progress = progress }

    func report(_ fraction: Double) {
        let isNews = highest.withLock { highest in
            // A thousandth is finer than anybody watches.
            guard fraction >= highest + 0.001 || (fraction >= 1 && highest < 1) else { return false }
            highest = fraction
            return true
        }
        if isNews { progress(min(1, fraction)) }
    }
}

/// What a result turned out to be when it was opened again (media.md §1.7).
struct WrittenFile {
    let size: PixelSize
    let playingTime: Duration?

    init(_ input: MediaInput, plan: TranscodingPlan, work: Work) throws {
        var expected: PixelSize?
        switch plan.video {
        case .drop: break
        case .copy(let stream): expected = stream.displaySize
        case .encode(_, let recipe): expected = recipe.geometry.canvas
        }
        playingTime = input.duration.map { .seconds($0) }
        guard let expected else {
            guard !input.audioStreams.isEmpty else { throw Self.failure("has no sound") }
            size = PixelSize(width: 0, height: 0)
            return
        }
        guard let stream = input.video else { throw Self.failure("has no pictures") }
        guard stream.displaySize == expected else {
            throw Self.failure("is \(stream.displaySize) pixels instead of \(expected)")
        }
        size = expected
        guard try Self.decodes(stream, of: input, work) else { throw Self.failure("does not decode") }
        let wantsSound = plan.audio.contains { if case .drop = $0 { false } else { true } }
        guard !wantsSound || !input.audioStreams.isEmpty else { throw Self.failure("has no sound") }
    }

    private static func decodes(_ stream: MediaStream, of input: MediaInput, _ work: Work) throws -> Bool {
        let decoder = try StreamDecoder(stream, limits: input.limits, singleThread: true)
        input.select([stream.index])
        try decoder.decodeRest(of: input, work: work, into: try Frame()) { false }
        return decoder.frames > 0
    }

    private static func failure(_ what: String) -> MediaError {
        MediaError(.processingFailed, "The result \(what)")
    }
}
