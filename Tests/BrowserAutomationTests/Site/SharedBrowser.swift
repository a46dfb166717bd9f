// Owns the one browser that most tests use: each has a context of its own in it.

import BrowserAutomation

enum SharedBrowser {
    private static let launching = Task { try await Chromium.launch() }

    /// The browser, started by the first who asks. It ends with this process, which holds its pipe.
    static func get() async throws -> Chromium { try await launching.value }
}

/// Opens a page of a site that shows this.
func withSite<Value>(_ html: String, _ work: (Page, TestSite) async throws -> Value) async throws -> Value {
    try await withSite({ _ in .html(html) }, work)
}

/// Opens the front page of a site that answers like this.
func withSite<Value>(
    _ answer: @escaping TestSite.Answer, _ work: (Page, TestSite) async throws -> Value
) async throws -> Value {
    let site = try await TestSite(answer)
    do {
        let value = try await SharedBrowser.get().withPage { page in
            try await page.navigate(to: site.url + "/")
            return try await work(page, site)
        }
        await site.stop()
        return value
    } catch {
        await site.stop()
        throw error
    }
}

/// The code of the error that something throws; `nil` when it throws none of ours.
func code(of work: () async throws -> Void) async -> BrowserError.Code? {
    do {
        try await work()
        return nil
    } catch {
        return (error as? BrowserError)?.code
    }
}
