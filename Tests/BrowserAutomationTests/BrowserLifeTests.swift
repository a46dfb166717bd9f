// Owns the life of the browser's process: its start, its end in every way, what it leaves behind.

import Foundation
import Testing

@testable import BrowserAutomation

@Suite("A browser's life", .timeLimit(.minutes(1)))
struct BrowserLifeTests {
    /// Whether anything of a browser's process group is there.
    private func groupExists(_ pid: Int32) -> Bool { kill(-pid, 0) == 0 || errno == EPERM }

    /// Waits until nothing is; the system tells nobody.
    private func waitUntilGone(_ pid: Int32) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while groupExists(pid), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!groupExists(pid))
    }

    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("browser-life-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A program that behaves as the script says.
    private func program(_ script: String, in folder: URL) throws -> ChromiumConfiguration {
        let file = folder.appendingPathComponent("program")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        var configuration = ChromiumConfiguration()
        configuration.executable = file.path
        return configuration
    }

    @Test("After its end no process and no profile is left")
    func close() async throws {
        let browser = try await Chromium.launch()
        #expect(browser.version.contains("Chrom"))
        #expect(browser.isRunning)
        try await browser.ping()
        let profile = try await profileFolder(of: browser)
        #expect(FileManager.default.fileExists(atPath: profile))
        try await browser.withPage { page in try await page.navigate(to: "data:text/html,<p>x") }
        await browser.close()
        #expect(!browser.isRunning)
        try await waitUntilGone(browser.processID)
        #expect(!FileManager.default.fileExists(atPath: profile))
        #expect(await code { try await browser.ping() } == .browserClosed)
        #expect(await code { _ = try await browser.newContext() } == .browserClosed)
    }

    /// As the browser itself tells it.
    private func profileFolder(of browser: Chromium) async throws -> String {
        try await browser.withPage { page in
            try await page.navigate(to: "chrome://version")
            return (try await page.text("#profile_path") as NSString).deletingLastPathComponent
        }
    }

    @Test("A browser that is killed fails what waits for it at once")
    func killed() async throws {
        let browser = try await Chromium.launch()
        let page = try await browser.newContext().newPage()
        async let waiting = code { try await page.run("new Promise(() => {})") }
        async let condition = code { try await page.wait(for: "p") }
        try await page.run("1")
        kill(-browser.processID, SIGKILL)
        #expect(await waiting == .browserClosed)
        #expect(await condition == .browserClosed)
        try await waitUntilGone(browser.processID)
    }

    @Test("A browser that nobody holds any more ends by itself")
    func letGo() async throws {
        var browser: Chromium? = try await Chromium.launch()
        let pid = try #require(browser?.processID)
        #expect(groupExists(pid))
        browser = nil
        try await waitUntilGone(pid)
    }

    @Test("A page that crashes fails its own calls alone, and can be revived")
    func crash() async throws {
        try await withSite("<p>alive") { page, site in
            let neighbour = try await page.context.newPage()
            try await neighbour.navigate(to: "data:text/html,<p>other")
            async let waiting = code { try await page.run("new Promise(() => {})") }
            try await page.run("1")
            async let crashing = code { try await page.navigate(to: "chrome://crash") }
            #expect(await waiting == .pageCrashed)
            _ = await crashing
            #expect(await code { try await page.wait(for: "p") } == .pageCrashed)
            #expect(try await neighbour.text("p") == "other")
            try await page.navigate(to: site.url)
            #expect(try await page.text("p") == "alive")
        }
    }

    @Test("A task that is cancelled closes its page all the same")
    func cancelled() async throws {
        let browser = try await SharedBrowser.get()
        let (pages, continuation) = AsyncStream.makeStream(of: Page.self)
        let task = Task {
            try await browser.withPage { page in
                continuation.yield(page)
                try await page.wait(for: "#never", timeout: .seconds(30))
            }
        }
        var iterator = pages.makeAsyncIterator()
        let page = try #require(await iterator.next())
        task.cancel()
        let result = await task.result
        #expect(throws: BrowserError.self) { try result.get() }
        #expect(await code { try await page.run("1") } == .pageClosed)
    }

    @Test("A program that is missing, breaks or says nothing is told with its last words")
    func launchFailures() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var missing = ChromiumConfiguration()
        missing.executable = "/no/such/browser"
        #expect(await code { _ = try await Chromium.launch(missing) } == .executableNotFound)

        let broken = try program("echo 'no display here' >&2; exit 3", in: folder)
        let error = await #expect(throws: BrowserError.self) { try await Chromium.launch(broken) }
        #expect(error?.code == .launchFailed)
        #expect(error?.message.contains("no display here") == true, "\(error?.message ?? "")")

        let pidFile = folder.appendingPathComponent("pid").path
        var silent = try program("echo $$ > \(pidFile); sleep 60 & wait", in: folder)
        silent.launchTimeout = .milliseconds(300)
        #expect(await code { _ = try await Chromium.launch(silent) } == .launchFailed)
        let pid = try #require(Int32(String(contentsOfFile: pidFile, encoding: .utf8).dropLast()))
        try await waitUntilGone(pid)
    }

    @Test("A kept profile keeps its cookies, and one browser at a time may use it")
    func keptProfile() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = ChromiumConfiguration()
        configuration.profile = .folder(folder.path)
        let cookie = Cookie("session", "1", domain: "127.0.0.1", expires: Date(timeIntervalSinceNow: 3600))
        let shared = configuration
        try await Chromium.withBrowser(configuration) { browser in
            try await browser.profileContext.setCookies([cookie])
            #expect(await code { _ = try await Chromium.launch(shared) } == .launchFailed)
        }
        #expect(FileManager.default.fileExists(atPath: folder.path))
        try await Chromium.withBrowser(configuration) { browser in
            let cookies = try await browser.profileContext.cookies()
            #expect(cookies.map(\.name) == ["session"])
        }
        // The mark of a browser that was killed does not stand in the way of the next.
        let browser = try await Chromium.launch(configuration)
        await browser.kill()
        try await waitUntilGone(browser.processID)
        try await Chromium.withBrowser(configuration) { browser in try await browser.ping() }
    }

    @Test("Many pages at the same time do not get into each other's way")
    func manyPages() async throws {
        try await withSite("<input><p></p>") { _, site in
            let browser = try await SharedBrowser.get()
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await browser.withPage { page in
                            try await page.navigate(to: site.url)
                            try await page.type("page \(number)", into: "input")
                            return try await page.value(of: "input") ?? ""
                        }
                    }
                }
                let values = try await group.reduce(into: Set<String>()) { $0.insert($1) }
                #expect(values == Set((0..<6).map { "page \($0)" }))
            }
        }
    }

    @Test("Ten pages in a row leave nothing behind in this process")
    func noGrowth() async throws {
        try await withSite("<p>x</p><script>console.log('x'.repeat(1e6))</script>") { _, site in
            try await Chromium.withBrowser { browser in
                for _ in 0..<10 {
                    try await browser.withPage { page in
                        try await page.navigate(to: site.url)
                        try await page.click("p")
                    }
                }
                let load = browser.connection.load
                // The browser's own session remains.
                #expect(load.listeners == 1)
                #expect(load.calls == 0)
                #expect(browser.targets.load == 0)
            }
        }
    }

    @Test("What the library has no call for can be sent as it is")
    func rawCommands() async throws {
        let browser = try await SharedBrowser.get()
        #expect(try await browser.send("Browser.getVersion")["product"]?.string == browser.version)
        try await browser.withPage { page in
            let answer = try await page.send("Runtime.evaluate", ["expression": "6 * 7"])
            #expect(answer["result"]?["value"]?.double == 42)
            let error = await #expect(throws: BrowserError.self) { try await page.send("No.suchThing") }
            #expect(error?.code == .protocolFailure)
        }
    }
}
