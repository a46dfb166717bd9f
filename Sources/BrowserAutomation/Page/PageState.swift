// Owns what is known about a page from its events: pure, fed one event after the other.
// The main frame's id is its target's id; events of other frames count only where a method says so.

import Foundation

/// The present state of a page.
struct PageState: Sendable {
    /// How far a document is.
    enum Milestone: String, Sendable { case commit, domContentLoaded = "DOMContentLoaded", load, networkIdle }

    /// A document of the main frame.
    struct Document: Sendable {
        let loader: String
        var url: String
        var reached: Set<Milestone> = []
    }

    let mainFrame: String
    /// The documents of the main frame, the present one last; a few of the past for those who wait for one of them.
    private(set) var documents: [Document] = []
    /// How many documents there have been.
    private(set) var documentCount = 0
    /// How often the address changed within a document.
    private(set) var sameDocumentCount = 0
    /// Answers to requests for documents, by loader.
    private(set) var responses: [String: DocumentResponse] = [:]
    /// The id of the page's own script context in the main frame.
    private(set) var pageContext: String?
    /// The id of our script context in the main frame.
    private(set) var privateContext: String?
    /// Console messages, exceptions and the browser's own remarks, the oldest dropped.
    private(set) var messages: [ConsoleMessage] = []
    /// Dialogs that opened, the oldest dropped.
    private(set) var dialogs: [Dialog] = []
    /// Requests that failed or were answered with an error, the oldest dropped.
    private(set) var failures: [RequestFailure] = []
    /// The addresses of requests under way.
    private(set) var requests: [String: (url: String, method: String)] = [:]
    /// Why nothing works any more.
    private(set) var end: BrowserError?

    static let privateWorld = "browser-automation"
    private static let kept = 500

    init(mainFrame: String) { self.mainFrame = mainFrame }

    /// The present document.
    var document: Document? { documents.last }

    /// Takes over the document that was there before anybody listened.
    mutating func begin(with frame: FrameNavigated.Frame) {
        if documents.isEmpty { navigated(frame) }
    }

    /// Notes the end of the page: crashed, closed, or gone with its browser.
    mutating func finish(_ error: BrowserError) {
        if end == nil || end?.code == .pageCrashed { end = error }
    }

    /// Notes that a crashed page was revived.
    mutating func revive() {
        if end?.code == .pageCrashed { end = nil }
    }

    mutating func clearMessages() {
        messages.removeAll()
        failures.removeAll()
        dialogs.removeAll()
    }

    /// Takes in one event. Events of methods it does not know change nothing.
    mutating func apply(_ event: ProtocolMessage) throws(BrowserError) {
        switch event.method {
        case "Page.frameNavigated": navigated(try event.parameters(as: FrameNavigated.self).frame)
        case "Page.navigatedWithinDocument":
            let change = try event.parameters(as: NavigatedWithinDocument.self)
            guard change.frameId == mainFrame else { return }
            sameDocumentCount += 1
            if !documents.isEmpty { documents[documents.count - 1].url = change.url }
        case "Page.lifecycleEvent":
            let step = try event.parameters(as: Lifecycle.self)
            guard step.frameId == mainFrame, let milestone = Milestone(rawValue: step.name) else { return }
            guard let index = documents.lastIndex(where: { $0.loader == step.loaderId }) else { return }
            documents[index].reached.insert(milestone)
        case "Page.javascriptDialogOpening":
            Self.append(try event.parameters(as: Dialog.self), to: &dialogs)
        case "Runtime.executionContextCreated":
            let context = try event.parameters(as: ContextCreated.self).context
            guard context.auxData?.frameId == mainFrame else { return }
            if context.auxData?.isDefault == true { pageContext = context.uniqueId }
            if context.name == Self.privateWorld { privateContext = context.uniqueId }
        case "Runtime.executionContextDestroyed":
            let id = try event.parameters(as: ContextDestroyed.self).executionContextUniqueId
            if pageContext == id { pageContext = nil }
            if privateContext == id { privateContext = nil }
        case "Runtime.executionContextsCleared":
            pageContext = nil
            privateContext = nil
        case "Runtime.consoleAPICalled":
            Self.append(try event.parameters(as: ConsoleCall.self).message, to: &messages)
        case "Runtime.exceptionThrown":
            Self.append(try event.parameters(as: ExceptionThrown.self).exceptionDetails.message, to: &messages)
        case "Log.entryAdded":
            Self.append(try event.parameters(as: EntryAdded.self).entry.message, to: &messages)
        case "Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFinished",
            "Network.loadingFailed":
            try applyNetwork(event)
        case "Inspector.targetCrashed":
            finish(BrowserError(.pageCrashed, "the page crashed"))
            pageContext = nil
            privateContext = nil
            requests.removeAll()
        default: break
        }
    }

    private mutating func navigated(_ frame: FrameNavigated.Frame) {
        guard frame.id == mainFrame else { return }
        documents.append(
            Document(loader: frame.loaderId, url: frame.url + (frame.urlFragment ?? ""), reached: [.commit]))
        documentCount += 1
        if documents.count > 16 {
            let dropped = documents.removeFirst()
            responses.removeValue(forKey: dropped.loader)
        }
    }

    private mutating func applyNetwork(_ event: ProtocolMessage) throws(BrowserError) {
        switch event.method {
        case "Network.requestWillBeSent":
            let sent = try event.parameters(as: RequestSent.self)
            if requests.count < 4 * Self.kept {
                requests[sent.requestId] = (sent.request.url.capped, sent.request.method)
            }
        case "Network.responseReceived":
            let received = try event.parameters(as: ResponseReceived.self)
            let response = received.response
            if received.type == "Document", received.frameId == mainFrame {
                // Answers that become no document, downloads for one, must not pile up.
                if responses.count > 32 { responses.removeAll() }
                responses[received.requestId] = DocumentResponse(url: response.url, status: response.status)
            }
            if response.status >= 400 {
                Self.append(
                    RequestFailure(
                        url: response.url.capped, method: requests[received.requestId]?.method ?? "GET",
                        status: response.status, reason: response.statusText ?? ""),
                    to: &failures)
            }
        case "Network.loadingFailed":
            let failed = try event.parameters(as: LoadingFailed.self)
            guard let request = requests.removeValue(forKey: failed.requestId), failed.canceled != true else { return }
            Self.append(
                RequestFailure(url: request.url, method: request.method, status: nil, reason: failed.errorText),
                to: &failures)
        default:
            requests.removeValue(forKey: try event.parameters(as: LoadingFinished.self).requestId)
        }
    }

    private static func append<Element>(_ element: Element, to list: inout [Element]) {
        list.append(element)
        if list.count > kept { list.removeFirst(list.count - kept) }
    }
}

/// How the server answered the request for a document.
struct DocumentResponse: Sendable {
    let url: String
    let status: Int
}

extension String {
    /// At most ten thousand characters: `data:` addresses and what a page logs may have millions.
    var capped: String { utf8.count > 10_000 ? String(prefix(10_000)) + "…" : self }
}
