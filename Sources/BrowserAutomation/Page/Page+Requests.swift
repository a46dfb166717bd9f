// Owns the interception of a page's requests: every one that is paused is answered exactly once, or the page stalls.

import Foundation
import Logging
import Synchronization

/// What a request is for.
public struct ResourceType: Sendable, Hashable, Decodable, ExpressibleByStringLiteral {
    /// The protocol's word for it.
    public let name: String

    /// By the protocol's word for it.
    public init(stringLiteral name: String) { self.name = name }

    /// By the protocol's word for it.
    public init(from decoder: any Decoder) throws { name = try decoder.singleValueContainer().decode(String.self) }

    /// A page or a frame.
    public static let document: ResourceType = "Document"
    /// A style sheet.
    public static let stylesheet: ResourceType = "Stylesheet"
    /// A picture.
    public static let image: ResourceType = "Image"
    /// Sound or video.
    public static let media: ResourceType = "Media"
    /// A font.
    public static let font: ResourceType = "Font"
    /// A script.
    public static let script: ResourceType = "Script"
    /// A call by script.
    public static let fetch: ResourceType = "Fetch"
    /// A call by script, the old way.
    public static let xhr: ResourceType = "XHR"
}

/// A request that waits for a decision.
public struct PausedRequest: Sendable {
    /// The address.
    public let url: String
    /// The HTTP method.
    public let method: String
    /// The headers so far; cookies come later.
    public let headers: [String: String]
    /// The body, when it is text.
    public let body: String?
    /// What it is for.
    public let resourceType: ResourceType
}

/// What becomes of a request.
public enum RequestDecision: Sendable, Hashable {
    /// It goes out as it is.
    case proceed
    /// It goes out with these headers instead of its own.
    case proceedWith(headers: [String: String])
    /// It fails as if an extension had blocked it.
    case block
    /// It is answered without going out.
    case respond(status: Int, headers: [String: String] = [:], body: String = "")
}

/// The rules of one page.
final class RequestRules: Sendable {
    typealias Handler = @Sendable (PausedRequest) async -> RequestDecision
    private let handler = Mutex<Handler?>(nil)

    var current: Handler? {
        get { handler.withLock { $0 } }
        set { handler.withLock { $0 = newValue } }
    }
}

extension Page {
    /// Lets `decide` decide about every request of the page whose address matches a pattern (`*` and `?` as in file
    /// names), in place of who decided before.
    public func intercept(
        matching patterns: [String] = ["*"], _ decide: @escaping @Sendable (PausedRequest) async -> RequestDecision
    ) async throws(BrowserError) {
        requestRules.current = decide
        let patterns: [JSONValue] = patterns.map { ["urlPattern": .string($0), "requestStage": "Request"] }
        try await command("Fetch.enable", ["patterns": .array(patterns)])
    }

    /// Lets all requests through again.
    public func stopIntercepting() async throws(BrowserError) {
        requestRules.current = nil
        try await command("Fetch.disable")
    }

    /// Blocks what is not needed to read a page, by what it is for.
    public func block(_ types: Set<ResourceType>) async throws(BrowserError) {
        try await intercept { types.contains($0.resourceType) ? .block : .proceed }
    }

    func decideRequest(_ event: ProtocolMessage) {
        // Unstructured: nobody waits for it but the page. It ends with the answer, or with the page.
        Task {
            do {
                let paused = try event.parameters(as: RequestPaused.self)
                let decision =
                    await requestRules.current?(paused.request.described(as: paused.resourceType)) ?? .proceed
                let (method, parameters) = Self.answer(decision, to: paused.requestId)
                try await command(method, .object(parameters))
            } catch {
                browser.logger.debug("A request could not be decided", metadata: ["error": "\(error)"])
            }
        }
    }

    private static func answer(_ decision: RequestDecision, to id: String) -> (String, [String: JSONValue]) {
        var parameters: [String: JSONValue] = ["requestId": .string(id)]
        func list(_ headers: [String: String]) -> JSONValue {
            .array(headers.map { ["name": .string($0.key), "value": .string($0.value)] })
        }
        switch decision {
        case .proceed: return ("Fetch.continueRequest", parameters)
        case .proceedWith(let headers):
            parameters["headers"] = list(headers)
            return ("Fetch.continueRequest", parameters)
        case .block:
            parameters["errorReason"] = "BlockedByClient"
            return ("Fetch.failRequest", parameters)
        case .respond(let status, let headers, let body):
            parameters["responseCode"] = .integer(status)
            parameters["responseHeaders"] = list(headers)
            parameters["body"] = .string(Data(body.utf8).base64EncodedString())
            return ("Fetch.fulfillRequest", parameters)
        }
    }
}

private struct RequestPaused: Decodable {
    struct Request: Decodable {
        let url: String
        let method: String
        let headers: [String: String]
        let postData: String?

        func described(as type: ResourceType) -> PausedRequest {
            PausedRequest(url: url, method: method, headers: headers, body: postData, resourceType: type)
        }
    }
    let requestId: String
    let request: Request
    let resourceType: ResourceType
}
