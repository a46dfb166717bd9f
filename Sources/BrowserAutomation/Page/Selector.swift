// Owns how an element is named.

/// Which element is meant. A string literal is a CSS selector.
///
/// Where several elements match, calls that need one take the first that is visible. Open shadow roots and frames of
/// the same origin are searched too, except by ``xpath(_:)``.
public struct Selector: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    private enum Kind: String { case css, xpath, text, label, placeholder, testID, role }

    private var kind: Kind
    private var value: String
    private var name: String?
    private var exact: Bool?
    private var containing: String?
    private var index: Int?
    private var within: Box?

    /// A struct cannot hold itself.
    private indirect enum Box: Hashable { case selector(Selector) }

    private init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// A CSS selector.
    public init(stringLiteral value: String) { self.init(.css, value) }

    /// Elements that match a CSS selector.
    public static func css(_ selector: String) -> Selector { Selector(.css, selector) }

    /// Elements that an XPath expression gives.
    public static func xpath(_ expression: String) -> Selector { Selector(.xpath, expression) }

    /// The innermost elements that show a text; white space and, unless `exact`, case and surroundings do not matter.
    public static func text(_ text: String, exact: Bool = false) -> Selector {
        var selector = Selector(.text, text)
        selector.exact = exact
        return selector
    }

    /// Controls with this label: a `<label>`, `aria-label` or `aria-labelledby`.
    public static func label(_ text: String, exact: Bool = false) -> Selector {
        var selector = Selector(.label, text)
        selector.exact = exact
        return selector
    }

    /// Fields with this placeholder.
    public static func placeholder(_ text: String, exact: Bool = false) -> Selector {
        var selector = Selector(.placeholder, text)
        selector.exact = exact
        return selector
    }

    /// Elements whose `data-testid` is this.
    public static func testID(_ id: String) -> Selector { Selector(.testID, id) }

    /// Elements with an ARIA role, given or implied by the tag, and with this accessible name if there is one.
    public static func role(_ role: String, name: String? = nil, exact: Bool = false) -> Selector {
        var selector = Selector(.role, role)
        selector.name = name
        selector.exact = exact
        return selector
    }

    /// Only those inside of an element that the other selector means.
    public func inside(_ outer: Selector) -> Selector {
        var copy = self
        if case .selector(let nearer) = within {
            copy.within = .selector(nearer.inside(outer))
        } else {
            copy.within = .selector(outer)
        }
        return copy
    }

    /// Only those that show this text.
    public func containing(text: String) -> Selector {
        var copy = self
        copy.containing = text
        return copy
    }

    /// Only the one at this place, counted from 0; −1 is the last.
    public func at(_ index: Int) -> Selector {
        var copy = self
        copy.index = index
        return copy
    }

    /// For messages.
    public var description: String {
        var text = kind == .css ? value : "\(kind.rawValue)(\(value)\(name.map { ", \($0)" } ?? ""))"
        if let containing { text += " containing '\(containing)'" }
        if case .selector(let outer) = within { text += " inside of \(outer)" }
        if let index { text += " at \(index)" }
        return text
    }
}

extension Selector {
    /// As the page script reads it.
    var json: JSONValue {
        var object: [String: JSONValue] = ["kind": .string(kind.rawValue), "value": .string(value)]
        if let name { object["name"] = .string(name) }
        if let exact { object["exact"] = .bool(exact) }
        if let containing { object["containing"] = .string(containing) }
        if let index { object["index"] = .integer(index) }
        if case .selector(let outer) = within { object["within"] = outer.json }
        return .object(object)
    }
}
