// Owns a browser context: pages that share cookies and storage with one another and with nobody else.

import Logging

/// A private window, as it were: what its pages store is gone when it closes.
public final class BrowserContext: Sendable {
    /// The browser's id of it; `nil` is the context of the profile itself.
    public let id: String?
    let browser: Chromium

    init(id: String?, browser: Chromium) {
        self.id = id
        self.browser = browser
    }

    /// Opens an empty page.
    public func newPage() async throws(BrowserError) -> Page {
        struct Created: Decodable { let targetId: String }
        var parameters: [String: JSONValue] = ["url": "about:blank", "newWindow": true]
        if let id { parameters["browserContextId"] = .string(id) }
        let target = try await browser.command("Target.createTarget", .object(parameters), as: Created.self).targetId
        return try await Page.attach(to: target, context: self)
    }

    /// Opens an empty page, works with it, and closes it, whatever happens.
    @discardableResult
    public func withPage<Value>(_ work: (Page) async throws -> Value) async throws -> Value {
        let page = try await newPage()
        do {
            let value = try await work(page)
            await page.close()
            return value
        } catch {
            await page.close()
            throw error
        }
    }

    /// Closes its pages and forgets what they stored. The profile's own context stays.
    public func close() async {
        guard let id else { return }
        await Task {
            do {
                try await browser.command("Target.disposeBrowserContext", ["browserContextId": .string(id)])
            } catch {
                browser.logger.debug("A context could not be closed", metadata: ["error": "\(error)"])
            }
        }.value
    }
}

extension Chromium {
    /// The context of the profile: what its pages store stays in the profile's folder.
    public var profileContext: BrowserContext { BrowserContext(id: nil, browser: self) }

    /// Makes a context that shares nothing with others. Whoever makes one closes it.
    public func newContext() async throws(BrowserError) -> BrowserContext {
        struct Created: Decodable { let browserContextId: String }
        let created = try await command(
            "Target.createBrowserContext", ["disposeOnDetach": true], as: Created.self)
        return BrowserContext(id: created.browserContextId, browser: self)
    }

    /// Makes a private context, works with it, and closes it, whatever happens.
    @discardableResult
    public func withContext<Value>(_ work: (BrowserContext) async throws -> Value) async throws -> Value {
        let context = try await newContext()
        do {
            let value = try await work(context)
            await context.close()
            return value
        } catch {
            await context.close()
            throw error
        }
    }

    /// Opens a page in a private context of its own, works with it, and closes both, whatever happens.
    @discardableResult
    public func withPage<Value>(_ work: (Page) async throws -> Value) async throws -> Value {
        try await withContext { context in try await context.withPage(work) }
    }

    /// A command to the browser whose answer does not matter.
    func command(_ method: String, _ parameters: JSONValue = [:]) async throws(BrowserError) {
        try await connection.send(method, parameters, within: configuration.commandTimeout)
    }

    /// A command to the browser and its answer.
    func command<Result: Decodable>(
        _ method: String, _ parameters: JSONValue = [:], as type: Result.Type
    ) async throws(BrowserError) -> Result {
        try await connection.send(method, parameters, within: configuration.commandTimeout).result(as: type)
    }
}
