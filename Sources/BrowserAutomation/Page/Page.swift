// Owns one page (a tab): its session, its commands, its end. What can be done with it is in the extensions.

import Logging
import NIOCore
import Synchronization

/// A page of a browser. Calls may come from any task; those that move the pointer or type should come from one.
public final class Page: Sendable {
    /// The browser's id of it.
    public let id: String
    /// The context it belongs to.
    public let context: BrowserContext

    let session: String
    let monitor: PageMonitor
    let requestRules = RequestRules()
    private let settings: Mutex<Settings>

    private struct Settings {
        var timeout: Duration
        var dialogAnswer = DialogAnswer.dismiss
        var viewport: Viewport
    }

    private init(id: String, session: String, context: BrowserContext) {
        self.id = id
        self.session = session
        self.context = context
        let browser = context.browser
        monitor = PageMonitor(
            state: PageState(mainFrame: id), eventLoop: browser.connection.eventLoop, logger: browser.logger)
        settings = Mutex(
            Settings(timeout: browser.configuration.timeout, viewport: browser.configuration.viewport))
    }

    var browser: Chromium { context.browser }
    var connection: ProtocolConnection { browser.connection }

    /// How long waiting for an element or a condition may take where a call names no time.
    public var timeout: Duration {
        get { settings.withLock { $0.timeout } }
        set { settings.withLock { $0.timeout = newValue } }
    }

    /// What is done with dialog boxes that a page opens; `beforeunload` is always accepted. Default: dismissed.
    public var dialogAnswer: DialogAnswer {
        get { settings.withLock { $0.dialogAnswer } }
        set { settings.withLock { $0.dialogAnswer = newValue } }
    }

    /// The screen it is shown on; ``setViewport(_:)`` changes it.
    public internal(set) var viewport: Viewport {
        get { settings.withLock { $0.viewport } }
        set { settings.withLock { $0.viewport = newValue } }
    }

    /// Attaches to a target and turns on what the library needs to know.
    static func attach(to target: String, context: BrowserContext) async throws(BrowserError) -> Page {
        struct Attached: Decodable { let sessionId: String }
        let session = try await context.browser.command(
            "Target.attachToTarget", ["targetId": .string(target), "flatten": true], as: Attached.self
        ).sessionId
        let page = Page(id: target, session: session, context: context)
        page.listen()
        do {
            try await page.prepare()
            return page
        } catch {
            await page.close()
            throw error
        }
    }

    private func listen() {
        let (connection, monitor, session) = (connection, monitor, session)
        connection.listen(to: session, onEnd: { error in monitor.change { $0.finish(error) } }) { [weak self] event in
            monitor.apply(event)
            switch event.method {
            case "Inspector.targetCrashed":
                // Their answers never come.
                connection.failCalls(of: session, BrowserError(.pageCrashed, "the page crashed"))
            case "Page.javascriptDialogOpening": self?.answerDialog(event)
            case "Fetch.requestPaused": self?.decideRequest(event)
            default: break
            }
        }
        browser.targets.onDetach(of: session) {
            let error = BrowserError(.pageClosed, "the page was closed")
            connection.stopListening(to: session)
            connection.failCalls(of: session, error)
            monitor.change { $0.finish(error) }
        }
    }

    private func prepare() async throws(BrowserError) {
        struct Tree: Decodable {
            struct Node: Decodable { let frame: FrameNavigated.Frame }
            let frameTree: Node
        }
        for domain in ["Page", "Runtime", "Network", "Log", "Inspector"] { try await command("\(domain).enable") }
        let frame = try await command("Page.getFrameTree", as: Tree.self).frameTree.frame
        monitor.change { $0.begin(with: frame) }
        try await command("Page.setLifecycleEventsEnabled", ["enabled": true])
        try await command(
            "Page.addScriptToEvaluateOnNewDocument",
            ["source": "void 0", "worldName": .string(PageState.privateWorld), "runImmediately": true])
        // Two pages of one browser would else take the focus from one another.
        try await command("Emulation.setFocusEmulationEnabled", ["enabled": true])
        try await setViewport(viewport)
    }

    /// Closes the page without asking it. Returns when it is gone; a cancelled task waits for that too.
    public func close() async {
        await Task {
            guard monitor.state.end == nil || monitor.state.end?.code == .pageCrashed else { return }
            do {
                try await browser.command("Target.closeTarget", ["targetId": .string(id)])
                let _: Bool = try await monitor.wait(within: .seconds(5), for: "the end of the page") { state in
                    state.end.flatMap { $0.code == .pageCrashed ? nil : true }
                }
            } catch {
                browser.logger.debug("A page did not close as it should", metadata: ["error": "\(error)"])
            }
        }.value
    }

    /// Sends a command of the protocol to this page, for what this library has no call for.
    @discardableResult
    public func send(_ method: String, _ parameters: JSONValue = [:]) async throws(BrowserError) -> JSONValue {
        try await command(method, parameters, as: JSONValue.self)
    }

    /// A command whose answer does not matter.
    func command(
        _ method: String, _ parameters: JSONValue = [:], within limit: Duration? = nil
    ) async throws(BrowserError) {
        _ = try await message(method, parameters, within: limit)
    }

    /// A command and its answer.
    func command<Result: Decodable>(
        _ method: String, _ parameters: JSONValue = [:], within limit: Duration? = nil, as type: Result.Type
    ) async throws(BrowserError) -> Result {
        try await message(method, parameters, within: limit).result(as: type)
    }

    /// A command and its answer, still to be decoded.
    func message(
        _ method: String, _ parameters: JSONValue, within limit: Duration? = nil
    ) async throws(BrowserError) -> ProtocolMessage {
        // A crashed page would never answer.
        if let end = monitor.state.end { throw end }
        return try await connection.send(
            method, parameters, session: session, within: limit ?? browser.configuration.commandTimeout)
    }
}
