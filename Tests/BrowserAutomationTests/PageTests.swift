// Owns what surrounds a document: console, dialogs, pictures, screens, cookies, requests.

import BrowserAutomation
import Foundation
import NIOHTTP1
import Testing

@Suite("Pages", .timeLimit(.minutes(1)))
struct PageTests {
    @Test("Console, exceptions and failed requests are noted")
    func console() async throws {
        try await withSite({ request in
            request.path == "/gone.js"
                ? TestSite.Response(status: 410)
                : .html(
                    """
                    <script>console.log("one", 2, {a: 3}); console.warn("careful");
                    setTimeout(() => { throw new Error("uncaught") });
                    Promise.reject(new Error("rejected"))</script><script src=/gone.js></script>
                    """)
        }) { page, _ in
            let uncaught = try await page.waitForMessage { $0.text.contains("uncaught") }
            #expect(uncaught.level == .error)
            #expect(uncaught.source == .exception)
            _ = try await page.waitForMessage { $0.text.contains("rejected") }
            #expect(page.messages.contains { $0.text.hasPrefix("one 2") && $0.level == .info && $0.line == 1 })
            #expect(page.messages.contains { $0.text == "careful" && $0.level == .warning })
            _ = try await page.waitForMessage { $0.source == .network }
            #expect(page.failedRequests.map(\.status) == [410])
            #expect(page.errors.count == 3)
            page.clearMessages()
            #expect(page.messages.isEmpty && page.failedRequests.isEmpty)
        }
    }

    @Test("Dialogs are answered as told and never block the page")
    func dialogs() async throws {
        try await withSite("<button onclick=\"this.textContent = confirm('sure?')\">go</button>") { page, _ in
            try await page.click("button")
            #expect(try await page.text("button") == "false")
            page.dialogAnswer = .accept(text: "Ada")
            try await page.click("button")
            #expect(try await page.text("button") == "true")
            #expect(try await page.evaluate("prompt('name?')") == "Ada")
            try await page.run("alert('hello')")
            #expect(page.dialogs.map(\.message) == ["sure?", "sure?", "name?", "hello"])
        }
    }

    @Test("Pictures show the screen, the whole page or an element")
    func screenshots() async throws {
        try await withSite(
            "<body style='margin: 0'><div style='height: 2000px'></div><p style='width: 200px; height: 50px'>"
        ) {
            page, _ in
            func size(_ png: Data) -> [Int] {
                [16, 20].map { at in png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
            }
            #expect(size(try await page.screenshot()) == [1280, 900])
            let full = size(try await page.screenshot(.fullPage))
            #expect(full[0] == 1280 && full[1] > 2000)
            #expect(size(try await page.screenshot(.element("p"))) == [200, 50])
            #expect(try await page.screenshot(format: .jpeg(quality: 50)).prefix(2) == Data([0xff, 0xd8]))
            #expect(try await page.screenshot(format: .webp()).prefix(4) == Data("RIFF".utf8))
            try await page.setViewport(.phone)
            #expect(size(try await page.screenshot()) == [390 * 3, 844 * 3])
        }
    }

    @Test("A page believes what it is told about its surroundings")
    func emulation() async throws {
        try await withSite("<meta name=viewport content='width=device-width'>") { page, site in
            #expect(try await page.evaluate("[innerWidth, innerHeight, devicePixelRatio]") == [1280, 900, 1])
            try await page.setViewport(.phone)
            #expect(try await page.evaluate("[innerWidth, innerHeight, devicePixelRatio]") == [390, 844, 3])
            #expect(try await page.evaluate("navigator.maxTouchPoints > 0"))
            for scheme in [ColorScheme.dark, .light] {
                try await page.emulate(MediaEmulation(colorScheme: scheme))
                #expect(try await page.evaluate("matchMedia('(prefers-color-scheme: \(scheme.rawValue))').matches"))
            }
            try await page.emulate(MediaEmulation(reducesMotion: true, isPrinted: true))
            #expect(
                try await page.evaluate("matchMedia('(prefers-reduced-motion)').matches && matchMedia('print').matches")
            )
            try await page.setTimeZone("Asia/Tokyo")
            #expect(try await page.evaluate("new Date(0).getHours()") == 9)
            try await page.setLocale("de-DE")
            #expect(try await page.evaluate("(1.5).toLocaleString()") == "1,5")
            try await page.setUserAgent("Test/1.0")
            try await page.reload()
            #expect(site.requests.last?.headers["User-Agent"] == ["Test/1.0"])
            #expect(site.requests.last?.headers["Accept-Language"].first?.hasPrefix("en-US") == true)
            try await page.setOffline(true)
            #expect(
                await code {
                    try await page.reload(timeout: .seconds(2)); throw BrowserError(.timeout, "")
                } != nil)
            try await page.setOffline(false)
            #expect(try await page.navigate(to: site.url).status == 200)
        }
    }

    @Test("A page in the back goes on as one in front")
    func twoPages() async throws {
        try await withSite("<script>let n = 0; (function f() { n++; requestAnimationFrame(f) })()</script>") {
            page, site in
            let other = try await page.context.newPage()
            try await other.navigate(to: site.url)
            for each in [page, other, page] {
                let before: Int = try await each.evaluate("n")
                try await each.wait(until: "n > \(before + 5) && document.hasFocus()", timeout: .seconds(2))
            }
            await other.close()
            #expect(await code { try await other.run("1") } == .pageClosed)
            #expect(try await page.evaluate("1 + 1") == 2)
        }
    }

    @Test("Cookies are read, set, kept apart and forgotten")
    func cookies() async throws {
        try await withSite({ _ in .html("<p>x", headers: [("Set-Cookie", "session=secret; HttpOnly; SameSite=Strict")])
        }) {
            page, site in
            let cookies = try await page.context.cookies()
            #expect(
                cookies == [
                    Cookie("session", "secret", domain: "127.0.0.1", isHTTPOnly: true, sameSite: .strict)
                ])
            #expect(!String(describing: cookies).contains("secret"))
            let end = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 1000).rounded())
            let mine = Cookie("mine", "1", domain: "127.0.0.1", expires: end)
            try await page.context.setCookies([mine])
            #expect(try await page.context.cookies().contains(mine))
            try await page.reload()
            #expect(site.requests.last?.headers["Cookie"].first?.contains("mine=1") == true)
            let insecure = Cookie("x", "1", domain: "127.0.0.1", sameSite: Cookie.SameSite.none)
            #expect(await code { try await page.context.setCookies([insecure]) } == .invalidArgument)
            try await SharedBrowser.get().withContext { other in
                let cookies = try await other.cookies()
                #expect(cookies.isEmpty)
            }
            try await page.context.clearCookies()
            #expect(try await page.context.cookies().isEmpty)
        }
    }

    @Test("Requests are let through, changed, blocked and answered")
    func interception() async throws {
        try await withSite({ request in
            request.path == "/" || request.path == "/page"
                ? .html("<img src=/a.png><p>page") : .html("\(request.headers["X-Test"].joined())")
        }) { page, site in
            try await page.intercept { request in
                if request.resourceType == .image { return .block }
                if request.url.hasSuffix("/made") {
                    return .respond(status: 201, headers: ["X-Made": "1"], body: "made")
                }
                if request.url.hasSuffix("/changed") { return .proceedWith(headers: ["X-Test": "42"]) }
                return .proceed
            }
            let before = site.requests.filter { $0.path == "/a.png" }.count
            try await page.navigate(to: site.url + "/page")
            #expect(site.requests.filter { $0.path == "/a.png" }.count == before)
            #expect(page.failedRequests.contains { $0.url.hasSuffix("/a.png") && $0.status == nil })
            let made: String = try await page.evaluate("fetch('/made').then(async r => r.status + await r.text())")
            #expect(made == "201made")
            #expect(try await page.evaluate("fetch('/changed').then(r => r.text())", as: String.self).hasSuffix("42"))
            try await page.stopIntercepting()
            #expect(try await page.evaluate("fetch('/made').then(r => r.status)") == 200)
        }
    }

    @Test("A page that opens another one hands it over, loaded or not")
    func popups() async throws {
        try await withSite({ request in
            request.path == "/new"
                ? .html("<title>new</title><p>fresh</p>") : .html("<a href=/new target=_blank rel=opener>open</a>")
        }) { page, site in
            let popup = try await page.expectPopup { try await page.click("a") }
            try await popup.waitForLoad()
            #expect(popup.url == site.url + "/new")
            #expect(try await popup.text("p") == "fresh")
            await popup.close()
            let none = await code {
                _ = try await page.expectPopup(timeout: .milliseconds(50)) { try await page.run("1") }
            }
            #expect(none == .timeout)
        }
    }

    @Test("A download is saved under a name of the browser's, whatever the page calls it")
    func downloads() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("downloads-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let content = String(repeating: "0123456789", count: 50_000)
        try await withSite({ request in
            request.path == "/file"
                ? TestSite.Response(
                    headers: [("Content-Disposition", "attachment; filename=\"../../report.csv\"")], body: content)
                : .html("<a href=/file>get</a>")
        }) { page, site in
            let download = try await page.expectDownload(into: folder) { try await page.click("a") }
            #expect(download.url == site.url + "/file")
            #expect(download.suggestedName.hasSuffix("report.csv"))
            #expect(download.size == content.utf8.count)
            #expect(try String(contentsOf: download.file, encoding: .utf8) == content)
            #expect(download.file.deletingLastPathComponent().path == folder.path)
        }
    }

    @Test("A report tells what went wrong without what may be secret")
    func report() async throws {
        try await withSite({ request in
            request.path.hasPrefix("/api")
                ? TestSite.Response(status: 500)
                : .html("<title>T</title><script>console.error('broken'); fetch('/api?token=secret')</script>")
        }) { page, site in
            try await page.navigate(to: site.url + "/?token=secret#secret")
            _ = try await page.waitForMessage { $0.source == .network }
            let report = await page.report()
            #expect(report.url == site.url + "/")
            #expect(report.title == "T")
            #expect(report.screenshot?.prefix(2) == Data([0xff, 0xd8]))
            #expect(report.failedRequests.last?.url == site.url + "/api")
            #expect(report.description.contains("broken"))
            #expect(!report.failedRequests.description.contains("secret"))
            await page.close()
            let closed = await page.report()
            #expect(closed.problems.count == 1)
            #expect(closed.screenshot == nil)
        }
    }

    @Test("What a page stores is read and written")
    func storage() async throws {
        try await withSite("<script>localStorage.setItem('a', '1')</script>") { page, _ in
            try await page.setLocalStorage(["token": "\"x\"", "é": "😀"])
            let stored = try await page.localStorage()
            #expect(stored == ["a": "1", "token": "\"x\"", "é": "😀"])
        }
    }
}
