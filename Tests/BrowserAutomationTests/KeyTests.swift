// Owns what is told to the browser about keys, without a browser.

import Testing

@testable import BrowserAutomation

@Suite("Keys")
struct KeyTests {
    @Test(
        "A key has the code and number of a US keyboard",
        arguments: [
            ("a", "a", "KeyA", 65), ("Z", "Z", "KeyZ", 90), ("Shift+z", "Z", "KeyZ", 90), ("5", "5", "Digit5", 53),
            ("%", "%", "Digit5", 53), ("?", "?", "Slash", 191), ("Enter", "Enter", "Enter", 13),
            ("\n", "Enter", "Enter", 13), (" ", " ", "Space", 32), ("F12", "F12", "F12", 123), ("+", "+", "Equal", 187),
            ("Control++", "+", "Equal", 187), ("Shift", "Shift", "ShiftLeft", 16),
        ])
    func strokes(text: String, key: String, code: String, number: Int) {
        let stroke = Key(stringLiteral: text).stroke
        #expect(stroke?.key == key)
        #expect(stroke?.code == code)
        #expect(stroke?.number == number)
    }

    @Test("Modifiers are read from the text")
    func modifiers() {
        #expect(("Control+Alt+Delete" as Key).modifiers == [.control, .alt])
        #expect(("Meta+a" as Key).name == "a")
        #expect(Key("NoSuchKey").stroke == nil)
        #expect(Key("é").stroke == nil)
    }
}
