// Owns: the page in a real browser.

import BrowserAutomation
import BullMQ
import Hummingbird
import HummingbirdTesting
import Testing

@testable import QueueDashboard

extension DashboardStage {
    /// One browser for all tests of this process; it ends with it. Each test has a context of its own.
    static let browser = Task { try await Chromium.launch() }

    /// Opens the page in a real browser and hands it over with the address of the dashboard. Afterwards nothing may have gone wrong in
    /// the page: no exception, no refused resource, nothing the content policy forbids.
    func browse(
        _ viewport: Viewport = .desktop, dark: Bool = false, complaints: Bool = false,
        routes: @escaping (Router<BasicRequestContext>) -> Void = { _ in },
        _ body: @escaping @Sendable (Page, String) async throws -> Void
    ) async throws {
        let router = Router()
        routes(router)
        dashboard.addRoutes(to: router.group("base"))
        let application = Application(router: router)
        try await application.test(.live) { client in
            let address = "http://localhost:\(try #require(client.port))/base/dashboard"
            try await Self.browser.value.withContext { context in
                try await context.withPage { page in
                    try await page.setViewport(viewport)
                    try await page.emulate(MediaEmulation(colorScheme: dark ? .dark : .light, reducesMotion: true))
                    try await page.navigate(to: address)
                    try await body(page, address)
                    if !complaints { #expect(page.errors.map(\.description) == []) }
                    // So that the server need not wait for the live figures to end.
                    try await page.navigate(to: "about:blank")
                }
            }
        }
    }

    /// The part of the address that shows this queue.
    var place: String { "#/queues/\(queue.name)" }
}

extension Page {
    /// Shows another part of the dashboard.
    func show(_ place: String) async throws {
        try await run("location.hash = '\(place)'")
    }

    /// Confirms what a dialog previews.
    func confirm() async throws {
        try await click("dialog button[type=submit]")
        try await wait(until: "!document.querySelector('dialog')")
    }
}
