// Owns what a page believes about its surroundings.

/// Light or dark.
public enum ColorScheme: String, Sendable, Hashable {
    /// Dark on light.
    case light
    /// Light on dark.
    case dark
}

/// What a page can ask by media queries.
public struct MediaEmulation: Sendable, Hashable {
    /// `prefers-color-scheme`.
    public var colorScheme: ColorScheme?
    /// `prefers-reduced-motion: reduce`.
    public var reducesMotion: Bool?
    /// Whether the page is shown as it would be printed.
    public var isPrinted: Bool

    /// What is `nil` stays as the browser has it.
    public init(colorScheme: ColorScheme? = nil, reducesMotion: Bool? = nil, isPrinted: Bool = false) {
        self.colorScheme = colorScheme
        self.reducesMotion = reducesMotion
        self.isPrinted = isPrinted
    }
}

extension Page {
    /// Shows the page on another screen.
    public func setViewport(_ viewport: Viewport) async throws(BrowserError) {
        guard viewport.width > 0, viewport.height > 0, viewport.scale > 0 else {
            throw BrowserError(.invalidArgument, "a screen of \(viewport.width) × \(viewport.height) shows nothing")
        }
        try await command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(viewport.width), "height": .integer(viewport.height),
                "deviceScaleFactor": .number(viewport.scale), "mobile": .bool(viewport.isMobile),
            ])
        try await command("Emulation.setTouchEmulationEnabled", ["enabled": .bool(viewport.hasTouch)])
        self.viewport = viewport
    }

    /// Sets what media queries are answered.
    public func emulate(_ media: MediaEmulation) async throws(BrowserError) {
        var features: [JSONValue] = []
        if let scheme = media.colorScheme {
            features.append(["name": "prefers-color-scheme", "value": .string(scheme.rawValue)])
        }
        if let reduces = media.reducesMotion {
            features.append(["name": "prefers-reduced-motion", "value": reduces ? "reduce" : "no-preference"])
        }
        try await command(
            "Emulation.setEmulatedMedia",
            ["media": media.isPrinted ? "print" : "", "features": .array(features)])
    }

    /// Sets how the browser names itself to servers and scripts.
    public func setUserAgent(_ userAgent: String) async throws(BrowserError) {
        try await command("Emulation.setUserAgentOverride", ["userAgent": .string(userAgent)])
    }

    /// Sets the time zone by its name, such as `Europe/Berlin`.
    public func setTimeZone(_ name: String) async throws(BrowserError) {
        try await command("Emulation.setTimezoneOverride", ["timezoneId": .string(name)])
    }

    /// Sets the language scripts format numbers and dates in, such as `de-DE`.
    public func setLocale(_ name: String) async throws(BrowserError) {
        try await command("Emulation.setLocaleOverride", ["locale": .string(name)])
    }

    /// Cuts the page off from the network, or joins it again.
    public func setOffline(_ isOffline: Bool) async throws(BrowserError) {
        try await command(
            "Network.emulateNetworkConditions",
            ["offline": .bool(isOffline), "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1])
    }
}
