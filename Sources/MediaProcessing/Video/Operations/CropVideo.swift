// crop_video (media.md §8).

public import FoundationEssentials

/// Cuts a part out of a video's pictures, and optionally a stretch of its time.
public struct CropVideo: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "crop_video"

    /// What is kept of the picture.
    public enum Region: Sendable, Equatable {
        /// A rectangle in upright pixels.
        case pixels(x: Int, y: Int, width: Int, height: Int)
        /// A rectangle in fractions of the upright picture's sides.
        case fractions(x: Double, y: Double, width: Double, height: Double)
        /// The largest part of a shape, width divided by height, at a place.
        case aspect(Double, at: ImagePosition)
        /// The picture without black bars.
        case withoutBars
    }

    /// What is kept of the picture.
    public var region: Region
    /// Where to begin; nil for the start.
    public var start: MediaMoment?
    /// Where to end; nil for the end.
    public var end: MediaMoment?
    /// Whether a rectangle that is not inside the picture is refused rather than reduced. Default true.
    public var strict: Bool
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let encoding: EncodingParameters

    private static let keys = EncodingParameters.keys.union(OutputPlacement.keys).union([
        "x", "y", "left", "top", "width", "height", "unit", "aspect", "gravity", "auto", "start", "end", "strict",
    ])

    private enum Unit: String, CaseIterable { case px, percent, ratio }

    /// Reads the job's `params`; see media.md §8 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        region = try Self.region(parameters)
        start = try parameters.moment("start")
        end = try parameters.moment("end")
        if case .seconds(let from) = start, case .seconds(let until) = end, until <= from {
            throw parameters.wrong("end", "later than \"start\"")
        }
        strict = try parameters.flag("strict") ?? true
        encoding = try EncodingParameters(parameters)
        placement = try OutputPlacement(parameters)
    }

    private static func region(_ parameters: StrictParameters) throws -> Region {
        let rectangle = ["x", "y", "left", "top", "width", "height", "unit"].filter(parameters.has)
        let isAutomatic = parameters.has("auto")
        let isShape = parameters.has("aspect")
        if isAutomatic {
            _ = try parameters.text("auto", allowed: "\"bars\"") { $0 == "bars" ? $0 : nil }
            if let other = (rectangle + ["aspect", "gravity"].filter(parameters.has)).first {
                throw parameters.wrong(other, "absent when \"auto\" is given")
            }
            return .withoutBars
        }
        if isShape {
            if let other = rectangle.first { throw parameters.wrong(other, "absent when \"aspect\" is given") }
            let aspect = try parameters.text("aspect", allowed: "a shape such as \"4:5\"", parse: parseAspect) ?? 1
            let place =
                try parameters.text("gravity", allowed: "a compass word or \"x%,y%\"") { ImagePosition($0) } ?? .center
            return .aspect(aspect, at: place)
        }
        return try self.rectangle(parameters)
    }

    private static func rectangle(_ parameters: StrictParameters) throws -> Region {
        guard parameters.has("width"), parameters.has("height") else {
            throw parameters.missing(
                parameters.has("width") ? "height" : "width", "give a rectangle, or aspect, or \"auto\": \"bars\"")
        }
        for (name, alias) in [("x", "left"), ("y", "top")] where parameters.has(name) && parameters.has(alias) {
            throw parameters.wrong(alias, "absent when \"\(name)\" is given: they say the same")
        }
        let left = parameters.has("left") ? "left" : "x"
        let top = parameters.has("top") ? "top" : "y"
        switch try parameters.choice("unit", of: Unit.self) ?? .px {
        case .px:
            if parameters.has("gravity") {
                throw parameters.wrong("gravity", "absent unless \"aspect\" is given")
            }
            return .pixels(
                x: try parameters.integer(left, in: 0...16383) ?? 0, y: try parameters.integer(top, in: 0...16383) ?? 0,
                width: try parameters.integer("width", in: 2...16383) ?? 2,
                height: try parameters.integer("height", in: 2...16383) ?? 2)
        case .percent: return try fractions(parameters, left, top, of: 100)
        case .ratio: return try fractions(parameters, left, top, of: 1)
        }
    }

    private static func fractions(
        _ parameters: StrictParameters, _ left: String, _ top: String, of whole: Double
    ) throws -> Region {
        .fractions(
            x: (try parameters.number(left, in: 0...whole) ?? 0) / whole,
            y: (try parameters.number(top, in: 0...whole) ?? 0) / whole,
            width: (try parameters.number("width", in: 0.001...whole) ?? whole) / whole,
            height: (try parameters.number("height", in: 0.001...whole) ?? whole) / whole)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            var warnings = pipeline.warnings(for: stream)
            let rectangle = try rectangle(in: stream, pipeline, &warnings)
            let geometry = VideoGeometry(crop: rectangle, scaled: rectangle.size)
            let segment = try pipeline.segment(from: start, to: end)
            var plan = TranscodingPlan(container: .mp4)
            plan.video = .encode(stream, encoding.recipe(stream, geometry))
            plan.audio = encoding.audio(of: pipeline.input, in: .mp4, isCut: !segment.isWhole)
            plan.segments = [segment]
            var report = try pipeline.produce(plan)
            report.warnings += warnings
            report.details["crop"] = [
                "x": .integer(rectangle.x), "y": .integer(rectangle.y), "width": .integer(rectangle.width),
                "height": .integer(rectangle.height),
            ]
            return report
        }
    }

    private func rectangle(
        in stream: MediaStream, _ pipeline: VideoPipeline, _ warnings: inout [String]
    ) throws -> PixelRectangle {
        let size = stream.displaySize
        switch region {
        case .pixels(let x, let y, let width, let height):
            return try inside(PixelRectangle(x: x, y: y, width: width, height: height), size)
        case .fractions(let x, let y, let width, let height):
            let (w, h) = (Double(size.width), Double(size.height))
            return try inside(
                PixelRectangle(
                    x: Int((x * w).rounded()), y: Int((y * h).rounded()), width: Int((width * w).rounded()),
                    height: Int((height * h).rounded())), size)
        case .aspect(let aspect, let place):
            let part = size.largestPart(ofAspect: aspect).evenDown
            let offset = place.offset(of: part, in: size)
            return PixelRectangle(x: offset.x & ~1, y: offset.y & ~1, width: part.width, height: part.height)
        case .withoutBars:
            let found = try BarDetector.pictureArea(of: stream, in: pipeline)
            if found.size == size.evenDown { warnings.append("No black bars were found") }
            return found
        }
    }

    private func inside(_ asked: PixelRectangle, _ size: PixelSize) throws -> PixelRectangle {
        guard asked.x < size.width, asked.y < size.height else {
            throw MediaError(
                .invalidParameter, "\(Self.name): the rectangle lies outside the picture, which is \(size)",
                parameter: "x")
        }
        let fits = asked.x + asked.width <= size.width && asked.y + asked.height <= size.height
        guard fits || !strict else {
            throw MediaError(
                .invalidParameter,
                "\(Self.name): the rectangle must be inside the picture, which is \(size); \"strict\": false reduces it",
                parameter: asked.x + asked.width > size.width ? "width" : "height")
        }
        let x = asked.x & ~1
        let y = asked.y & ~1
        let part = PixelSize(
            width: min(asked.width, size.width - x), height: min(asked.height, size.height - y)
        ).evenDown
        return PixelRectangle(
            x: min(x, max(0, size.width - part.width)), y: min(y, max(0, size.height - part.height)),
            width: part.width, height: part.height)
    }
}

/// Reads `"4:5"` as width divided by height.
func parseAspect(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Double(parts[0]), let height = Double(parts[1]), width > 0, height > 0,
        (0.1...10).contains(width / height)
    else { return nil }
    return width / height
}

extension PixelSize {
    /// The largest part that has a shape, width divided by height.
    func largestPart(ofAspect aspect: Double) -> PixelSize {
        let byHeight = Int((Double(height) * aspect).rounded())
        if byHeight <= width { return PixelSize(width: max(1, byHeight), height: height) }
        return PixelSize(width: width, height: max(1, min(height, Int((Double(width) / aspect).rounded()))))
    }
}

extension VideoPipeline {
    /// The stretch between two moments, checked against the input.
    func segment(from start: MediaMoment?, to end: MediaMoment?) throws -> Segment {
        guard start != nil || end != nil else { return .whole }
        guard let duration = input.duration else {
            throw MediaError(.corruptInput, "The input does not tell how long it plays, so no part can be cut out")
        }
        let from = start?.seconds(of: duration) ?? 0
        guard from < duration else {
            throw MediaError(
                .invalidParameter, "\"start\" is after the end of the input, which plays for \(decimal(duration)) s",
                parameter: "start")
        }
        let until = end.map { min(duration, $0.seconds(of: duration)) }
        guard until.map({ $0 > from }) ?? true else {
            throw MediaError(.invalidParameter, "\"end\" must be later than \"start\"", parameter: "end")
        }
        return Segment(start: from, end: until)
    }
}
