// An answer other than 200: whatever shape its body has (llm.md §8.1), and what it means (§8.2).

import FoundationEssentials

struct ServerRefusal: Equatable {
    let status: Int
    /// The error's code: a word, or the number that llama.cpp puts there.
    var code: String?
    var type: String?
    /// The parameter at fault.
    var parameter: String?
    /// The server's own words, cut to a readable length.
    var message: String

    /// - Parameter secret: What no message may repeat, although some servers quote the key that they refuse.
    init(status: Int, body: some Sequence<UInt8>, hiding secret: Secret? = nil) {
        self.status = status
        message = ""
        let bytes = Data(body)
        let node = try? JSONDecoder().decode(JSONNode.self, from: bytes)
        switch node?["error"] {
        case .text(let text): message = text
        case .some(let error):
            message = error["message"]?.textValue ?? ""
            type = error["type"]?.textValue
            parameter = error["param"]?.textValue
            switch error["code"] {
            case .text(let text): code = text
            case .integer(let number): code = String(number)
            default: break
            }
        case nil: message = ""
        }
        if let secret { message = secret.hidden(in: message) }
        message = String(message.prefix(300))
    }

    private func says(_ words: String...) -> Bool {
        let text = "\(message) \(parameter ?? "")".lowercased()
        return words.contains { text.contains($0) }
    }

    /// Money gone: not transient, although it comes as 429.
    var isQuota: Bool { code == "insufficient_quota" || type == "insufficient_quota" }

    /// A local server that is still reading its model.
    var isLoading: Bool { status == 503 && says("loading") }

    /// Whether the server knows the other of the two names for the longest answer.
    var refusesTokenParameter: Bool { status == 400 && says("max_tokens", "max_completion_tokens") }

    var refusesTemperature: Bool { status == 400 && (parameter == "temperature" || says("temperature")) }

    var refusesSeed: Bool { status == 400 && parameter == "seed" }

    var refusesSchema: Bool {
        status == 400 && says("response_format", "json_schema", "schema", "grammar", "structured output")
    }

    var refusesImages: Bool {
        [400, 404, 415, 422, 500, 501].contains(status)
            && says("image", "vision", "multimodal", "multi-modal", "mmproj")
    }

    /// The error that the refusal is, if no other attempt helps.
    func error(retryAfter: Duration?) -> LanguageModelError {
        let words = message.isEmpty ? "status \(status)" : "status \(status): \(message)"
        switch status {
        case _ where isQuota:
            return .init(.quotaExhausted, "The model server's account has no quota left (\(words))")
        case 401, 403:
            return .init(.misconfigured, "The model server refuses the key (status \(status)); check LLM_API_KEY")
        case 404:
            return .init(
                .misconfigured, "The model server does not know the model or the address (\(words)); check LLM_MODEL")
        case 408, 409, 425, 429:
            return .init(.overloaded, "The model server is busy (\(words))", retryAfter: retryAfter)
        case 500...:
            // A model that is being read takes up to minutes: later is soon enough.
            let pause = retryAfter ?? (isLoading ? .seconds(20) : nil)
            return .init(
                isLoading ? .overloaded : .unavailable, "The model server failed (\(words))", retryAfter: pause)
        case 300..<400:
            return .init(.misconfigured, "The model server redirects (status \(status)); check LLM_BASE_URL")
        default:
            return .init(.invalidRequest, "The model server does not accept the question (\(words))")
        }
    }
}
