// Owns typing: real key events, or the insertion of whole texts.

extension Page {
    /// Presses and releases a key in whatever has the focus.
    ///
    /// Throws `invalidArgument` for a key that no keyboard has.
    public func press(_ key: Key) async throws(BrowserError) {
        guard let stroke = key.stroke else {
            throw BrowserError(.invalidArgument, "no key is called '\(key.name)'")
        }
        try await press(stroke, key.modifiers)
    }

    /// Presses and releases a key in an element, which gets the focus.
    public func press(
        _ key: Key, in selector: Selector, timeout: Duration? = nil
    ) async throws(BrowserError) {
        try await focus(selector, timeout: timeout)
        try await press(key)
    }

    /// Gives an element the focus.
    public func focus(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) {
        try await perform("focus", selector, within: timeout)
    }

    /// Types a text at the end of a field, key by key, as a user does; characters without a key of their own are
    /// inserted.
    public func type(_ text: String, into selector: Selector, timeout: Duration? = nil) async throws(BrowserError) {
        try await perform("focus", selector, ["editable": true], within: timeout)
        try await type(text)
    }

    /// Types a text into whatever has the focus.
    public func type(_ text: String) async throws(BrowserError) {
        for character in text {
            let upper = character.isASCII && character.isUppercase
            if let stroke = Key(String(character)).stroke {
                try await press(stroke, upper ? .shift : [])
            } else {
                try await command("Input.insertText", ["text": .string(String(character))])
            }
        }
    }

    /// Replaces what is in a field by a text, as if pasted: `beforeinput`, `input` and `change` follow, no key events.
    /// Fields of dates, times, colours and ranges take the value as their `value` attribute has it.
    public func fill(_ selector: Selector, with text: String, timeout: Duration? = nil) async throws(BrowserError) {
        let outcome = try await perform(
            "focus", selector, ["editable": true, "select": true, "value": .string(text)], within: timeout)
        guard outcome.done != true else { return }
        if text.isEmpty {
            try await press("Delete")
        } else {
            try await command("Input.insertText", ["text": .string(text)])
        }
    }

    private func press(_ stroke: Key.Stroke, _ modifiers: Modifiers) async throws(BrowserError) {
        var event: [String: JSONValue] = [
            "key": .string(stroke.key), "code": .string(stroke.code),
            "windowsVirtualKeyCode": .integer(stroke.number), "modifiers": .integer(modifiers.rawValue),
        ]
        var down = event
        // With Control, Alt or Meta a key is a command and types nothing.
        if let text = stroke.text, modifiers.isSubset(of: .shift) {
            down["text"] = .string(text)
            down["type"] = "keyDown"
        } else {
            down["type"] = "rawKeyDown"
        }
        if let command = Self.editingCommand(stroke, modifiers) { down["commands"] = [.string(command)] }
        event["type"] = "keyUp"
        try await command("Input.dispatchKeyEvent", .object(down))
        try await command("Input.dispatchKeyEvent", .object(event))
    }

    /// What the system makes of a shortcut before the page sees it; a headless browser has no system that would.
    private static func editingCommand(_ stroke: Key.Stroke, _ modifiers: Modifiers) -> String? {
        guard modifiers == .control || modifiers == .meta else { return nil }
        return switch stroke.code {
        case "KeyA": "selectAll"
        case "KeyC": "copy"
        case "KeyX": "cut"
        case "KeyV": "paste"
        case "KeyZ": "undo"
        default: nil
        }
    }
}
