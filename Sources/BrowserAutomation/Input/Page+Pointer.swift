// Owns the mouse and the finger: events as the system would send them, where a user would put them.

import Foundation

/// A button of the mouse.
public enum MouseButton: String, Sendable, Hashable {
    /// The usual one.
    case left
    /// The one for menus.
    case right
    /// The wheel.
    case middle

    var bit: Int {
        switch self {
        case .left: 1
        case .right: 2
        case .middle: 4
        }
    }
}

/// A point in CSS pixels from the upper left corner of what is seen.
public struct PagePoint: Sendable, Hashable {
    /// From the left.
    public var x: Double
    /// From the top.
    public var y: Double

    /// A point.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

extension Page {
    /// Clicks an element in its middle, once it is there, visible, enabled, at rest and not covered.
    ///
    /// Throws `elementNotFound` or `elementNotActionable` with the reason when time is over.
    public func click(
        _ selector: Selector, button: MouseButton = .left, times: Int = 1, modifiers: Modifiers = [],
        timeout: Duration? = nil
    ) async throws(BrowserError) {
        let point = try await point(of: selector, timeout: timeout)
        try await click(at: point, button: button, times: times, modifiers: modifiers)
    }

    /// Clicks a point.
    public func click(
        at point: PagePoint, button: MouseButton = .left, times: Int = 1, modifiers: Modifiers = []
    ) async throws(BrowserError) {
        try await mouse("mouseMoved", at: point, modifiers: modifiers)
        for count in 1...max(times, 1) {
            try await mouse("mousePressed", at: point, button: button, count: count, modifiers: modifiers)
            try await mouse("mouseReleased", at: point, button: button, count: count, modifiers: modifiers)
        }
    }

    /// Moves the pointer over an element.
    public func hover(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) {
        try await mouse("mouseMoved", at: try await point(of: selector, timeout: timeout, enabled: false))
    }

    /// Drags an element to another one.
    public func drag(
        _ selector: Selector, to destination: Selector, timeout: Duration? = nil
    ) async throws(BrowserError) {
        let start = try await point(of: selector, timeout: timeout)
        try await mouse("mouseMoved", at: start)
        try await mouse("mousePressed", at: start, button: .left, count: 1)
        let end = try await point(of: destination, timeout: timeout, enabled: false, uncovered: false)
        // Browsers tell a drag from a click by what happens in between.
        for step in 1...5 {
            let part = Double(step) / 5
            let between = PagePoint(x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part)
            try await mouse("mouseMoved", at: between, button: .left)
        }
        try await mouse("mouseReleased", at: end, button: .left, count: 1)
    }

    /// Touches an element with a finger. The page must have a touch screen: see ``setViewport(_:)``.
    public func tap(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) {
        let point = try await point(of: selector, timeout: timeout)
        try await command(
            "Input.dispatchTouchEvent",
            ["type": "touchStart", "touchPoints": [["x": .number(point.x), "y": .number(point.y)]]])
        try await command("Input.dispatchTouchEvent", ["type": "touchEnd", "touchPoints": []])
    }

    /// Checks or unchecks a box by clicking it, when it is not as wanted already.
    public func setChecked(
        _ selector: Selector, _ checked: Bool = true, timeout: Duration? = nil
    ) async throws(BrowserError) {
        guard try await isChecked(selector, timeout: timeout) != checked else { return }
        try await click(selector, timeout: timeout)
        guard try await isChecked(selector, timeout: timeout) == checked else {
            throw BrowserError(.elementNotActionable, "\(selector) does not change when it is clicked")
        }
    }

    /// Chooses options of a `<select>` by value or label; waits until they are there.
    public func select(_ values: String..., in selector: Selector, timeout: Duration? = nil) async throws(BrowserError)
    {
        try await perform("choose", selector, ["values": .array(values.map { .string($0) })], within: timeout)
    }

    /// Turns the wheel over the middle of the page, or over an element.
    public func scroll(
        by distance: Double, over selector: Selector? = nil, timeout: Duration? = nil
    ) async throws(BrowserError) {
        var point = PagePoint(x: Double(viewport.width) / 2, y: Double(viewport.height) / 2)
        if let selector {
            point = try await self.point(of: selector, timeout: timeout, enabled: false, uncovered: false)
        }
        try await command(
            "Input.dispatchMouseEvent",
            [
                "type": "mouseWheel", "x": .number(point.x), "y": .number(point.y), "deltaX": 0,
                "deltaY": .number(distance),
            ])
    }

    /// Scrolls until an element is seen.
    public func scroll(to selector: Selector, timeout: Duration? = nil) async throws(BrowserError) {
        try await perform("reveal", selector, within: timeout)
    }

    /// Puts files into a file input, seen or not. They are read when the page or its form wants them: keep them so long.
    public func upload(
        _ files: [String], into selector: Selector, timeout: Duration? = nil
    ) async throws(BrowserError) {
        // The browser takes names of files that do not exist, and fails when it sends them.
        if let missing = files.first(where: { !FileManager.default.isReadableFile(atPath: $0) }) {
            throw BrowserError(.fileFailed, "the file \(missing) cannot be read")
        }
        let paths = files.map { URL(fileURLWithPath: $0).path }
        let handle = try await handle(of: selector, within: timeout)
        try await command(
            "DOM.setFileInputFiles", ["files": .array(paths.map { .string($0) }), "objectId": .string(handle)])
        try await command("Runtime.releaseObject", ["objectId": .string(handle)])
    }

    private func point(
        of selector: Selector, timeout: Duration?, enabled: Bool = true, uncovered: Bool = true
    ) async throws(BrowserError) -> PagePoint {
        let place = try await perform(
            "point", selector, ["enabled": .bool(enabled), "uncovered": .bool(uncovered)], within: timeout)
        guard let x = place.x, let y = place.y else {
            throw BrowserError(.protocolFailure, "the page did not tell where \(selector) is")
        }
        return PagePoint(x: x, y: y)
    }

    private func mouse(
        _ type: String, at point: PagePoint, button: MouseButton? = nil, count: Int = 0, modifiers: Modifiers = []
    ) async throws(BrowserError) {
        let isDown = button != nil && type != "mouseReleased"
        try await command(
            "Input.dispatchMouseEvent",
            [
                "type": .string(type), "x": .number(point.x), "y": .number(point.y),
                "button": .string(button?.rawValue ?? "none"), "buttons": .integer(isDown ? button?.bit ?? 0 : 0),
                "clickCount": .integer(count), "modifiers": .integer(modifiers.rawValue),
            ])
    }
}
