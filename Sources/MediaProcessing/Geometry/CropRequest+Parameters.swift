// A crop as jobs ask for it (media.md §5). Owns: the keys, their aliases and which of them go together.

extension CropRequest {
    static let keys: Set<String> = [
        "x", "y", "left", "top", "width", "height", "unit", "aspect", "gravity", "focal_point_x", "focal_point_y",
        "strict",
    ]

    private static let allowedGravity =
        "\(ImagePosition.fixedAllowed), smart (or attention), or entropy"

    /// Reads the request among the parameters of an operation.
    init(_ parameters: StrictParameters) throws {
        let unit: Unit = try parameters.choice("unit") ?? .pixels
        for (alias, key) in [("left", "x"), ("top", "y")] where parameters.has(alias) && parameters.has(key) {
            throw parameters.wrong(alias, "absent when \"\(key)\" is given: they say the same")
        }
        let xKey = parameters.has("left") ? "left" : "x"
        let yKey = parameters.has("top") ? "top" : "y"
        let x = try Self.number(parameters, xKey, unit, from: -1)
        let y = try Self.number(parameters, yKey, unit, from: -1)
        let width = try Self.number(parameters, "width", unit, from: 0)
        let height = try Self.number(parameters, "height", unit, from: 0)
        let window: Window
        if parameters.has("aspect") {
            for key in ["x", "y", "left", "top", "width", "height", "unit"] where parameters.has(key) {
                throw parameters.wrong(key, "absent when \"aspect\" is given")
            }
            guard let aspect = try parameters.text("aspect", allowed: "two numbers such as \"4:5\"", parse: Self.aspect)
            else { throw parameters.missing("aspect", "two numbers such as \"4:5\"") }
            window = .aspect(width: aspect.width, height: aspect.height)
        } else if let width, let height {
            if x != nil || y != nil {
                for key in ["gravity", "focal_point_x", "focal_point_y"] where parameters.has(key) {
                    throw parameters.wrong(key, "absent when \"\(x != nil ? xKey : yKey)\" is given")
                }
                window = .rectangle(x: x ?? 0, y: y ?? 0, width: width, height: height, unit)
            } else {
                window = .size(width: width, height: height, unit)
            }
        } else if width == nil, height == nil {
            throw parameters.missing("width", "give width and height, with or without x and y, or aspect")
        } else {
            throw parameters.missing(width == nil ? "width" : "height", "both sides are needed")
        }
        self.init(
            window, gravity: try Self.gravity(parameters), strict: try parameters.flag("strict") ?? true)
    }

    private static func number(
        _ parameters: StrictParameters, _ key: String, _ unit: Unit, from sign: Double
    ) throws -> Double? {
        switch unit {
        case .pixels:
            let least = sign < 0 ? -1_000_000 : 1
            return try parameters.integer(key, in: least...1_000_000).map(Double.init)
        case .percent: return try parameters.number(key, in: (sign < 0 ? -1000 : 0.01)...1000)
        case .ratio: return try parameters.number(key, in: (sign < 0 ? -10 : 0.0001)...10)
        }
    }

    private static func aspect(_ text: String) -> (width: Double, height: Double)? {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "/" }
        guard parts.count == 2, let width = Double(parts[0]), let height = Double(parts[1]),
            (0.001...100_000).contains(width), (0.001...100_000).contains(height)
        else { return nil }
        return (width, height)
    }

    private static func gravity(_ parameters: StrictParameters) throws -> Gravity {
        let range = 0...1_000_000
        let named: Gravity? = try parameters.text("gravity", allowed: allowedGravity) { text in
            switch text {
            case "smart", "attention": .attention
            case "entropy": .entropy
            default: ImagePosition(text).map(Gravity.position)
            }
        }
        let (x, y) = (
            try parameters.integer("focal_point_x", in: range), try parameters.integer("focal_point_y", in: range)
        )
        switch (x, y, named) {
        case (let x?, let y?, nil): return .focalPoint(x: x, y: y)
        case (nil, nil, let named): return named ?? .position(.center)
        case (_, _, .some): throw parameters.wrong("gravity", "absent when a focal point is given")
        case (nil, _, nil): throw parameters.missing("focal_point_x", "both coordinates are needed")
        case (_, nil, nil): throw parameters.missing("focal_point_y", "both coordinates are needed")
        }
    }
}
