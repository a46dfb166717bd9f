// Which server, which model, which key (llm.md §1). Owns: that a key never appears in a text.

public import FoundationEssentials

/// A text that prints as `***` wherever it is printed.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that sends it.
    let revealed: String

    /// Wraps a text.
    public init(_ text: String) { revealed = text }

    /// A text of somebody else's without this one in it.
    func hidden(in text: String) -> String { revealed.isEmpty ? text : text.replacing(revealed, with: description) }

    /// `***`.
    public var description: String { "***" }
    /// `***`.
    public var debugDescription: String { "***" }
    /// Nothing to see.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// How to reach a server that speaks the OpenAI dialect of chat completions.
public struct LanguageModelConfiguration: Sendable {
    /// Address of the API including its version, e.g. `http://127.0.0.1:11434/v1`.
    public var baseURL: URL
    /// The model's name.
    public var model: String
    /// The model for messages with pictures. Default the same as `model`.
    public var visionModel: String
    /// The key, sent as bearer token; nil sends none.
    public var key: Secret?
    /// Sent as `OpenAI-Organization`, if set.
    public var organization: String?
    /// Sent as `OpenAI-Project`, if set.
    public var project: String?
    /// Longest wait for one answer; nil computes it from the lengths of question and answer (1 to 15 minutes), since a
    /// processor without accelerator makes 2 to 10 tokens a second.
    public var timeout: Duration?
    /// How often a question is sent if the server fails or is busy, and how long to wait in between.
    public var retries = RetryPolicy()

    /// Makes a configuration.
    public init(baseURL: URL, model: String, visionModel: String? = nil, key: Secret? = nil) {
        self.baseURL = baseURL
        self.model = model
        self.visionModel = visionModel ?? model
        self.key = key
    }

    /// Reads `LLM_BASE_URL`, `LLM_MODEL`, `LLM_VISION_MODEL`, `LLM_API_KEY`, `LLM_ORGANIZATION`, `LLM_PROJECT` and
    /// `LLM_TIMEOUT` (seconds).
    ///
    /// - Returns: nil if none of base URL and model is set.
    /// - Throws: ``LanguageModelError`` if only one of them is set, or a value cannot be used.
    public init?(environment: [String: String]) throws {
        func variable(_ name: String) -> String? {
            // A key that was read from a file ends with a line break, which no header can carry.
            guard let text = environment[name]?.trimmingPrefix(while: \.isWhitespace), !text.isEmpty else { return nil }
            return String(text.prefix(through: text.lastIndex { !$0.isWhitespace } ?? text.startIndex))
        }
        func wrong(_ text: String) -> LanguageModelError { LanguageModelError(.misconfigured, text) }
        guard variable("LLM_BASE_URL") != nil || variable("LLM_MODEL") != nil else { return nil }
        guard let address = variable("LLM_BASE_URL") else { throw wrong("LLM_MODEL is set, but LLM_BASE_URL is not") }
        guard let model = variable("LLM_MODEL") else { throw wrong("LLM_BASE_URL is set, but LLM_MODEL is not") }
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil,
            url.user == nil, url.query == nil
        else {
            throw wrong("LLM_BASE_URL must be an http or https URL such as http://127.0.0.1:11434/v1")
        }
        self.init(
            baseURL: url, model: model, visionModel: variable("LLM_VISION_MODEL"),
            key: variable("LLM_API_KEY").map(Secret.init))
        organization = variable("LLM_ORGANIZATION")
        project = variable("LLM_PROJECT")
        if let text = variable("LLM_TIMEOUT") {
            guard let seconds = Int(text), (1...3600).contains(seconds) else {
                throw wrong("LLM_TIMEOUT must be a number of seconds from 1 to 3600")
            }
            timeout = .seconds(seconds)
        }
    }

    /// The address of an endpoint, with one slash between.
    func endpoint(_ path: String) -> String {
        var base = baseURL.absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/" + path
    }
}
