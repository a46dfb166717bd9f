// Owns what a click can lead to besides another document: a new page, a file.

public import Foundation

/// A file that a page let the browser save.
public struct Download: Sendable, Hashable {
    /// Where it is. The name is one that the browser made; the page's own may be anything.
    public let file: URL
    /// The name that the page proposes. Do not use it as a path.
    public let suggestedName: String
    /// Where it came from.
    public let url: String
    /// Its size in bytes.
    public let size: Int
}

extension Page {
    /// Does something that opens a new page, and gives that page.
    ///
    /// ```swift
    /// let details = try await page.expectPopup { try await page.click("a[target=_blank]") }
    /// ```
    /// Whoever wants it closed earlier than its context closes it.
    public func expectPopup(
        timeout: Duration? = nil, _ action: () async throws -> Void
    ) async throws -> Page {
        let opener = id
        let (answer, cancel) = browser.targets.next { $0.type == "page" && $0.openerId == opener }
        defer { cancel() }
        try await action()
        let target = try await answer.value(
            within: timeout ?? self.timeout, on: connection.eventLoop, what: "the opening of a page")
        return try await Page.attach(to: target.targetId, context: context)
    }

    /// Does something that makes the browser save a file, and waits until it is complete.
    ///
    /// The folder must exist. Throws `fileFailed` when the download is broken off.
    public func expectDownload(
        into folder: URL, timeout: Duration? = nil, _ action: () async throws -> Void
    ) async throws -> Download {
        let limit = timeout ?? browser.configuration.navigationTimeout
        let deadline = ContinuousClock.now + limit
        var parameters: [String: JSONValue] = [
            "behavior": "allowAndName", "downloadPath": .string(folder.path), "eventsEnabled": true,
        ]
        if let id = context.id { parameters["browserContextId"] = .string(id) }
        try await browser.command("Browser.setDownloadBehavior", .object(parameters))
        let wish = browser.downloads.next(of: id)
        defer { browser.downloads.forget(id) }
        try await action()
        let beginning = try await wish.value(
            within: deadline - .now, on: connection.eventLoop, what: "the beginning of a download")
        defer { browser.downloads.forget(download: beginning.guid) }
        let size = try await browser.downloads.end(of: beginning.guid)?.value(
            within: deadline - .now, on: connection.eventLoop, what: "the end of the download of \(beginning.url)")
        return Download(
            file: folder.appendingPathComponent(beginning.guid), suggestedName: beginning.suggestedFilename,
            url: beginning.url, size: size ?? 0)
    }

    /// What the present document's origin keeps in `localStorage`.
    public func localStorage() async throws(BrowserError) -> [String: String] {
        try await evaluate("({...localStorage})")
    }

    /// Puts values into the `localStorage` of the present document's origin, next to what is there.
    public func setLocalStorage(_ values: [String: String]) async throws(BrowserError) {
        let object = JSONValue.object(values.mapValues { .string($0) })
        let _: Int = try await call(
            "values => { for (const key in values) localStorage.setItem(key, values[key]); return 0 }", object)
    }
}
