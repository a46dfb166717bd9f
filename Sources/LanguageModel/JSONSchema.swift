// The shape of an answer: written for the server, and checked again by ourselves, since servers that promise to obey a
// schema do not always (llm.md §4). Owns: the strict subset that every server takes, and precise problem texts.

/// A JSON schema of the strict subset: objects name all their members and allow no others.
public indirect enum JSONSchema: Sendable, Equatable {
    /// A text.
    case text
    /// One of these texts.
    case choice([String])
    /// A whole number, within bounds if given.
    case integer(ClosedRange<Int>? = nil)
    /// A number, within bounds if given.
    case number(ClosedRange<Double>? = nil)
    /// true or false.
    case boolean
    /// A list; its length within bounds if given.
    case list(of: JSONSchema, count: ClosedRange<Int>? = nil)
    /// An object with exactly these members, filled in this order: reasons go before the decisions that follow from them.
    case object([Property])
    /// The value or null.
    case optional(JSONSchema)

    /// A member of an object.
    public struct Property: Sendable, Equatable {
        /// The member's name.
        public var name: String
        /// The shape of its value.
        public var schema: JSONSchema
        /// What it is for, in words for the model.
        public var description: String?

        /// Makes a member.
        public init(_ name: String, _ schema: JSONSchema, _ description: String? = nil) {
            self.name = name
            self.schema = schema
            self.description = description
        }
    }

    /// The schema as servers read it; the same bytes each time.
    public var document: JSONNode {
        switch self {
        case .text: return ["type": "string"]
        case .choice(let words): return ["type": "string", "enum": .list(words.map(JSONNode.text))]
        case .integer(let range):
            return Self.bounded("integer", range.map { (.integer($0.lowerBound), .integer($0.upperBound)) })
        case .number(let range):
            return Self.bounded("number", range.map { (.number($0.lowerBound), .number($0.upperBound)) })
        case .boolean: return ["type": "boolean"]
        case .list(let element, let count):
            var members = [JSONNode.Member("type", "array"), .init("items", element.document)]
            if let count {
                members.append(.init("minItems", .integer(count.lowerBound)))
                members.append(.init("maxItems", .integer(count.upperBound)))
            }
            return .object(members)
        case .object(let properties):
            return [
                "type": "object",
                "properties": .object(properties.map { .init($0.name, $0.document) }),
                "required": .list(properties.map { .text($0.name) }),
                "additionalProperties": false,
            ]
        case .optional(let schema): return ["anyOf": .list([schema.document, ["type": "null"]])]
        }
    }

    private static func bounded(_ type: String, _ range: (JSONNode, JSONNode)?) -> JSONNode {
        guard let range else { return ["type": .text(type)] }
        return ["type": .text(type), "minimum": range.0, "maximum": range.1]
    }

    /// What is wrong with a value, each with the place where; empty if nothing.
    public func problems(in node: JSONNode, at path: String = "$") -> [String] {
        switch (self, node) {
        case (.text, .text), (.boolean, .boolean): return []
        case (.choice(let words), .text(let text)):
            if words.contains(text) { return [] }
            return ["\(path) must be one of \(words.joined(separator: ", ")), but is \"\(text.prefix(60))\""]
        case (.integer(let range), .integer(let value)):
            guard let range, !range.contains(value) else { return [] }
            return ["\(path) must be from \(range.lowerBound) to \(range.upperBound), but is \(value)"]
        case (.number(let range), .integer(let value)):
            return Self.number(Double(value), range, path)
        case (.number(let range), .number(let value)):
            return Self.number(value, range, path)
        case (.list(let element, let count), .list(let nodes)):
            var problems = nodes.enumerated().flatMap { element.problems(in: $1, at: "\(path)[\($0)]") }
            if let count, !count.contains(nodes.count) {
                problems.insert(
                    "\(path) must have \(Self.amount(count)) elements, but has \(nodes.count)", at: 0)
            }
            return problems
        case (.object(let properties), .object(let members)):
            let known = Set(properties.map(\.name))
            let strangers = members.filter { !known.contains($0.name) }.map { "\(path).\($0.name) is not known" }
            return strangers
                + properties.flatMap { property in
                    guard let value = node[property.name] else { return ["\(path).\(property.name) is missing"] }
                    return property.schema.problems(in: value, at: "\(path).\(property.name)")
                }
        case (.optional, .null): return []
        case (.optional(let schema), _): return schema.problems(in: node, at: path)
        default: return ["\(path) must be \(expectation), but is \(node.kind)"]
        }
    }

    private static func number(_ value: Double, _ range: ClosedRange<Double>?, _ path: String) -> [String] {
        guard let range, !range.contains(value) else { return [] }
        return ["\(path) must be from \(range.lowerBound) to \(range.upperBound), but is \(value)"]
    }

    private static func amount(_ count: ClosedRange<Int>) -> String {
        count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
    }

    private var expectation: String {
        switch self {
        case .text, .choice: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .list: "a list"
        case .object: "an object"
        case .optional(let schema): schema.expectation + " or null"
        }
    }
}

extension JSONSchema.Property {
    fileprivate var document: JSONNode {
        guard let description, case .object(var members) = schema.document else { return schema.document }
        members.append(.init("description", .text(description)))
        return .object(members)
    }
}
