// A visible watermark as it is asked for (media.md §13). How it is drawn is in VisibleWatermark+Rendering.

public import FoundationEssentials

/// A text or a picture to be laid over pictures or frames.
///
/// The text is data throughout: nothing in it is interpreted but the placeholders `{username}` and `{date}`, which are
/// filled from the parameters of the same names.
public struct VisibleWatermark: Sendable, Equatable {
    /// What is shown.
    public enum Content: Sendable, Equatable {
        /// A text; line feeds are kept.
        case text(String)
        /// A picture, to be fetched and given to ``VisibleWatermark/attach(_:for:)``.
        case picture(MediaAttachment)
    }

    /// Where the mark stands.
    public enum Place: Sendable, Equatable {
        /// In a corner, at an edge or in the middle, at the margin from the canvas's edges.
        case position(ImagePosition)
        /// Its top left corner at this distance from the canvas's.
        case corner(x: OverlayLength, y: OverlayLength)
    }

    /// How colours mix.
    public enum BlendMode: String, Sendable, CaseIterable {
        /// The mark covers. The default.
        case over
        /// Darkens.
        case multiply
        /// Lightens.
        case screen
        /// Darkens or lightens, softly.
        case softLight = "soft-light"
    }

    /// The line around the letters of a text.
    public enum Stroke: Sendable, Equatable {
        /// Black around light colours, white around dark ones. The default.
        case automatic
        /// None.
        case off
        /// In this colour.
        case color(CSSColor)
    }

    /// What is shown.
    public var content: Content
    /// Where. Default the south-east corner. Without meaning for tiles.
    public var place: Place
    /// Distance from the edges. Default 2 % of the short side.
    public var margin: OverlayLength
    /// 0 (invisible) to 1. Default 0.5.
    public var opacity: Double
    /// Size: the width of a picture as a share of the canvas's width (default 0.15), or the height of a text's capital
    /// letters as a share of the canvas's short side (default 0.03).
    public var scale: Double?
    /// Degrees clockwise. Default 0; −30 for tiles.
    public var rotation: Double
    /// Whether the mark is repeated all over the canvas. Default false.
    public var tiled: Bool
    /// Gap between tiles as a multiple of the mark's size. Default 0.75.
    public var spacing: Double
    /// Colour of a text. Default white.
    public var color: CSSColor
    /// Line around the letters. Default ``Stroke/automatic``.
    public var stroke: Stroke
    /// Whether a text throws a soft shadow. Default true.
    public var shadow: Bool
    /// Font family; nil means a sans-serif one. Characters it lacks are taken from others.
    public var font: String?
    /// How colours mix. Default ``BlendMode/over``.
    public var blend: BlendMode
    /// When it shows in a video.
    public var timing: WatermarkTiming
    /// The fetched picture, for ``Content/picture(_:)``.
    public private(set) var pictureFile: URL?

    /// A watermark with all defaults.
    public init(_ content: Content) {
        self.content = content
        place = .position(ImagePosition(horizontal: 1, vertical: 1))
        margin = .fraction(0.02)
        opacity = 0.5
        rotation = 0
        tiled = false
        spacing = 0.75
        color = .white
        stroke = .automatic
        shadow = true
        blend = .over
        timing = WatermarkTiming()
    }

    /// The picture to fetch, if the mark is one.
    public var attachments: [MediaAttachment] {
        if case .picture(let attachment) = content { [attachment] } else { [] }
    }

    /// Takes the fetched picture.
    public mutating func attach(_ file: URL, for attachment: MediaAttachment) {
        if content == .picture(attachment) { pictureFile = file }
    }
}

extension VisibleWatermark {
    /// The parameters that describe a mark on a picture; a video knows ``WatermarkTiming/keys`` as well.
    static let keys: Set<String> = [
        "text", "image_file_id", "image_url", "username", "date", "position", "x", "y", "margin", "opacity", "scale",
        "rotation", "tile", "spacing", "color", "stroke", "shadow", "font", "blend",
    ]

    /// Reads a mark among the parameters of an operation. Of ``WatermarkTiming`` the keys must be known, too, if they
    /// are to be accepted.
    init(_ parameters: StrictParameters) throws {
        self.init(try Self.content(parameters))
        if parameters.has("x") || parameters.has("y") {
            if parameters.has("position") { throw parameters.wrong("position", "absent when \"x\" or \"y\" is given") }
            place = .corner(x: try parameters.length("x") ?? .pixels(0), y: try parameters.length("y") ?? .pixels(0))
        } else if let position = try parameters.text(
            "position", allowed: ImagePosition.fixedAllowed, parse: ImagePosition.init)
        {
            place = .position(position)
        }
        margin = try parameters.length("margin") ?? margin
        opacity = try parameters.number("opacity", in: 0.01...1) ?? opacity
        scale = try parameters.number("scale", in: 0.005...1)
        tiled = try parameters.flag("tile") ?? false
        rotation = try parameters.number("rotation", in: -360...360) ?? (tiled ? -30 : 0)
        spacing = try parameters.number("spacing", in: 0...20) ?? spacing
        color = try parameters.text("color", allowed: CSSColor.allowed) { CSSColor($0) } ?? color
        if let flag = try? parameters.flag("stroke") {
            stroke = flag ? .automatic : .off
        } else if let named = try parameters.text(
            "stroke", allowed: "true, false or \(CSSColor.allowed)", parse: { CSSColor($0) })
        {
            stroke = .color(named)
        }
        shadow = try parameters.flag("shadow") ?? shadow
        font = try parameters.text("font", allowed: "the name of a font family") { Self.isFontName($0) ? $0 : nil }
        blend = try parameters.choice("blend") ?? blend
        timing = try WatermarkTiming(parameters)
    }

    private static func content(_ parameters: StrictParameters) throws -> Content {
        let text = try parameters.text("text", allowed: "1 to 500 characters without control characters") {
            isText($0) ? $0 : nil
        }
        let identifier = try parameters.text("image_file_id", allowed: "the id of a file") { $0.isEmpty ? nil : $0 }
        let address = try parameters.text("image_url", allowed: "a URL") { $0.isEmpty ? nil : $0 }
        switch (text, identifier, address) {
        case (let text?, nil, nil): return .text(try filled(text, parameters))
        case (nil, let identifier?, nil):
            return .picture(MediaAttachment(parameter: "image_file_id", reference: .fileID(identifier)))
        case (nil, nil, let address?):
            return .picture(MediaAttachment(parameter: "image_url", reference: .url(address)))
        default: throw parameters.missing("text", "give one of text, image_file_id and image_url")
        }
    }

    private static func filled(_ text: String, _ parameters: StrictParameters) throws -> String {
        var result = text
        for key in ["username", "date"] {
            let value = try parameters.text(key, allowed: "1 to 100 characters") {
                isText($0) && $0.count <= 100 ? $0 : nil
            }
            guard text.contains("{\(key)}") else { continue }
            guard let value else { throw parameters.missing(key, "the text mentions {\(key)}") }
            result = result.split(separator: "{\(key)}", omittingEmptySubsequences: false).joined(separator: value)
        }
        return result
    }

    private static func isText(_ text: String) -> Bool {
        (1...500).contains(text.count) && text.utf8.count <= 4000 && text.contains { !$0.isWhitespace }
            && text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) }
    }

    private static func isFontName(_ name: String) -> Bool {
        (1...100).contains(name.count) && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }
    }
}

extension VisibleWatermark: Decodable {
    /// Reads the object of parameters, those of ``WatermarkTiming`` included; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try self.init(
            StrictParameters(
                from: decoder, operation: "watermark", known: Self.keys.union(WatermarkTiming.keys)))
    }
}
