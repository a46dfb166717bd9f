// Owns pictures of a page.

public import Foundation

/// How a picture is encoded.
public enum ScreenshotFormat: Sendable, Hashable {
    /// Without loss.
    case png
    /// With loss; the quality goes from 0 to 100.
    case jpeg(quality: Int = 80)
    /// With loss, smaller; the quality goes from 0 to 100.
    case webp(quality: Int = 80)
}

/// What a picture shows.
public enum ScreenshotArea: Sendable, Hashable {
    /// What is seen without scrolling.
    case viewport
    /// The whole page, up to 16,384 pixels high.
    case fullPage
    /// An element.
    case element(Selector)
}

extension Page {
    /// Takes a picture and gives the bytes of its file.
    public func screenshot(
        _ area: ScreenshotArea = .viewport, format: ScreenshotFormat = .png
    ) async throws(BrowserError) -> Data {
        struct Captured: Decodable { let data: Data }
        var parameters: [String: JSONValue] = [:]
        switch format {
        case .png: parameters["format"] = "png"
        case .jpeg(let quality):
            parameters["format"] = "jpeg"
            parameters["quality"] = .integer(min(max(quality, 0), 100))
        case .webp(let quality):
            parameters["format"] = "webp"
            parameters["quality"] = .integer(min(max(quality, 0), 100))
        }
        if let clip = try await clip(of: area) {
            parameters["clip"] = clip.json
            parameters["captureBeyondViewport"] = true
        }
        return try await command("Page.captureScreenshot", .object(parameters), as: Captured.self).data
    }

    private struct Box: Decodable, Sendable {
        var x: Double
        var y: Double
        var width: Double
        var height: Double

        var json: JSONValue {
            ["x": .number(x), "y": .number(y), "width": .number(width), "height": .number(height), "scale": 1]
        }
    }

    /// The part of the page to show, in CSS pixels from its upper left corner.
    private func clip(of area: ScreenshotArea) async throws(BrowserError) -> Box? {
        switch area {
        case .viewport: return nil
        case .fullPage:
            struct Metrics: Decodable { let cssContentSize: Box }
            var box = try await command("Page.getLayoutMetrics", as: Metrics.self).cssContentSize
            // No graphics surface is larger; beyond, the picture would be black.
            box.height = min(box.height, 16384 / max(viewport.scale, 1))
            return box
        case .element(let selector):
            guard let box = try await perform("box", selector, as: Box.self).value else { return nil }
            return box
        }
    }
}
