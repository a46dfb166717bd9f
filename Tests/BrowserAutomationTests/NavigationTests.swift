// Owns how pages come to documents, and what is said when they do not.

import BrowserAutomation
import Synchronization
import Testing

@Suite("Navigation", .timeLimit(.minutes(1)))
struct NavigationTests {
    @Test("Redirects are followed and the status is that of the last answer")
    func redirects() async throws {
        try await withSite({ request in
            switch request.path {
            case "/a": .redirect(to: "/b")
            case "/b": .redirect(to: "/c?x=1")
            case "/c?x=1": .html("<title>Arrived</title>")
            case "/": .html("<p>front")
            default: .html("<p>nothing", status: 404)
            }
        }) { page, site in
            let arrived = try await page.navigate(to: site.url + "/a")
            #expect(arrived.url == site.url + "/c?x=1")
            #expect(arrived.status == 200)
            #expect(!arrived.isSameDocument)
            #expect(page.url == site.url + "/c?x=1")
            #expect(try await page.title() == "Arrived")
            let missing = try await page.navigate(to: site.url + "/missing")
            #expect(missing.status == 404)
            #expect(page.failedRequests.map(\.status) == [404])
        }
    }

    @Test("A redirect by script is followed too")
    func clientRedirect() async throws {
        try await withSite({ request in
            request.path == "/go" ? .html("<script>location.replace('/end')</script>") : .html("<p>\(request.path)")
        }) { page, site in
            try await page.navigate(to: site.url + "/go")
            try await page.waitForURL { $0.hasSuffix("/end") }
            #expect(try await page.text("p") == "/end")
        }
    }

    @Test("A fragment changes the address and keeps the document")
    func fragment() async throws {
        try await withSite("<p>one") { page, site in
            try await page.run("globalThis.mark = 1")
            let moved = try await page.navigate(to: site.url + "/#part")
            #expect(moved.isSameDocument && moved.status == nil)
            #expect(moved.url == site.url + "/#part")
            #expect(try await page.navigate(to: site.url + "/#part").isSameDocument)
            #expect(page.url == site.url + "/#part")
            let pushed = try await page.expectNavigation { try await page.run("history.pushState(null, '', '/other')") }
            #expect(pushed.isSameDocument)
            #expect(pushed.url == site.url + "/other")
            #expect(try await page.evaluate("mark") == 1)
        }
    }

    @Test("What leads to no document is an error that says why")
    func failures() async throws {
        try await withSite({ request in
            switch request.path {
            case "/empty": TestSite.Response(status: 204)
            case "/file":
                TestSite.Response(headers: [("Content-Disposition", "attachment; filename=a.bin")], body: "x")
            default: .html("<p>front")
            }
        }) { page, site in
            for (url, words) in [
                ("http://127.0.0.1:1/", "ERR_UNSAFE_PORT"), ("http://nowhere.invalid/", "ERR_NAME_NOT_RESOLVED"),
                (site.url + "/empty", "ERR_ABORTED"), (site.url + "/file", "a download"),
            ] {
                let error = await #expect(throws: BrowserError.self) { try await page.navigate(to: url) }
                #expect(error?.code == .navigationFailed)
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            }
            // And the page can still be used.
            let again = try await page.navigate(to: site.url + "/again")
            #expect(again.status == 200)
        }
    }

    @Test("A document that does not come, or a picture that does not, ends in a timeout")
    func timeouts() async throws {
        try await withSite({ request in
            switch request.path {
            case "/slow", "/hang.png": .silence
            case "/picture": .html("<p>text</p><img src=/hang.png>")
            default: .html("<p>front")
            }
        }) { page, site in
            let limit = Duration.milliseconds(300)
            #expect(await code { try await page.navigate(to: site.url + "/slow", timeout: limit) } == .timeout)
            #expect(await code { try await page.navigate(to: site.url + "/picture", timeout: limit) } == .timeout)
            try await page.navigate(to: site.url + "/picture", until: .contentLoaded)
            #expect(try await page.text("p") == "text")
        }
    }

    @Test("A page that asks again and again is loaded, but never quiet")
    func polling() async throws {
        try await withSite({ request in
            request.path == "/poll" ? .silence : .html("<script>setInterval(() => fetch('/poll'), 50)</script>")
        }) { page, site in
            try await page.navigate(to: site.url + "/x")
            let quiet = Duration.milliseconds(900)
            #expect(await code { try await page.waitForLoad(.networkIdle, timeout: quiet) } == .timeout)
        }
        try await withSite("<p>calm") { page, _ in try await page.waitForLoad(.networkIdle) }
    }

    @Test("Back, forward and reload go where they should")
    func history() async throws {
        try await withSite({ .html("<p>\($0.path)") }) { page, site in
            try await page.navigate(to: site.url + "/two")
            #expect(try await page.goBack()?.url == site.url + "/")
            #expect(try await page.text("p") == "/")
            #expect(try await page.goForward()?.url == site.url + "/two")
            #expect(try await page.goForward() == nil)
            let before = site.requests.count
            #expect(try await page.reload().status == 200)
            #expect(site.requests.count == before + 1)
        }
    }

    @Test("A click that leads elsewhere is waited for")
    func clickToNavigate() async throws {
        try await withSite({ .html("<p>\($0.path)</p><a href=/next>next</a>") }) { page, _ in
            let navigation = try await page.expectNavigation { try await page.click(.text("next")) }
            #expect(navigation.url.hasSuffix("/next"))
            #expect(try await page.text("p") == "/next")
        }
    }
}
