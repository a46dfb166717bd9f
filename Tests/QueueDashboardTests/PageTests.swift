// Owns: what an operator sees and does, in a real Chromium.

import BrowserAutomation
import BullMQTesting
import HummingbirdTesting
import LiveTesting
import Testing

@testable import BullMQ
@testable import QueueDashboard

@Suite("The page", .live, .timeLimit(.minutes(2)))
struct PageTests {
    @Test("the overview shows each queue, and follows it while it is looked at")
    func overview() async throws {
        let stage = try await DashboardStage.make()
        try await stage.queue.add(name: "work")
        try await stage.browse { page, _ in
            #expect(try await page.text("section.queue h2") == stage.queue.name)
            #expect(try await page.text(".count.waiting b") == "1")
            try await stage.queue.add(name: "work")
            try await page.wait(until: "document.querySelector('.count.waiting b').textContent === '2'")
            #expect(try await page.text("#live") == "live")
            #expect(try await !page.isVisible("#readonly"))
        }
    }

    @Test("what a job carries is shown as text, whatever it looks like")
    func markup() async throws {
        let stage = try await DashboardStage.make()
        let attack = #"<img src=x onerror="document.title='broken'">"#
        let job = try await stage.addFailed(
            attack, data: JSONText(["text": .string(attack)]), reason: "<script>document.title='broken'</script>")
        try await job.log(attack)
        try await stage.browse { page, _ in
            try await page.show(stage.place + "?state=failed")
            try await page.wait(for: .css("tr[data-id='\(job.id)']"))
            #expect(try await page.text("tbody .reason").contains("<script>"))
            try await page.click(.css("tr[data-id='\(job.id)'] a"))
            try await page.wait(for: .css(".crumbs"))
            #expect(try await page.text("h1") == attack)
            #expect(try await page.count("main img, main script") == 0)
            #expect(try await page.title() != "broken")
        }
    }

    @Test("all failed jobs are retried after a preview, and a dismissed preview changes nothing")
    func retryAll() async throws {
        let stage = try await DashboardStage.make()
        for _ in 1...3 { try await stage.addFailed() }
        try await stage.browse { page, _ in
            try await page.show(stage.place + "?state=failed")
            try await page.click("[data-action=retry]")
            #expect(try await page.text("dialog").contains("Retry 3 jobs?"))
            try await page.press("Escape")
            try await page.wait(until: "!document.querySelector('dialog')")
            #expect(try await stage.queue.counts().failed == 3)
            try await page.click("[data-action=retry]")
            try await page.confirm()
            try await page.wait(for: .css(".toast.good"))
            #expect(try await stage.queue.counts() == JobCounts(waiting: 3))
            try await page.wait(for: .css(".empty"))
        }
    }

    @Test("selected jobs are removed, and only they")
    func removeSelected() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...3 { try await stage.queue.add(name: "job\(number)") }
        try await stage.browse { page, _ in
            try await page.show(stage.place + "?state=waiting")
            try await page.click("tr[data-id='2'] input[type=checkbox]")
            #expect(try await page.text("[data-action=remove]") == "Remove 1")
            try await page.click("[data-action=remove]")
            #expect(try await page.text("dialog .examples").contains("job2"))
            try await page.confirm()
            try await page.wait(until: "!document.querySelector(\"tr[data-id='2']\")")
        }
        #expect(try await stage.queue.job("2") == nil)
        #expect(try await stage.queue.counts().waiting == 2)
    }

    @Test("a queue is paused and resumed, and its jobs say why they do not run")
    func pause() async throws {
        let stage = try await DashboardStage.make()
        let job = try await stage.queue.add(name: "work")
        try await stage.browse { page, _ in
            try await page.click("[data-action=pause]")
            try await page.wait(for: .css("[data-action=resume]"))
            #expect(try await stage.queue.isPaused())
            try await page.show(stage.place + "/jobs/\(job.id)")
            #expect(try await page.text(".why").contains("the queue is paused"))
            try await stage.queue.resume()
            try await page.wait(until: "!document.querySelector('.why').textContent.includes('paused')")
            #expect(try await page.text(".why").contains("no worker is connected"))
        }
    }

    @Test("a search finds jobs by their data, and an address holds it")
    func search() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...30 {
            try await stage.queue.add(name: "work", data: JSONText(["file": .string("picture\(number).png")]))
        }
        try await stage.browse { page, address in
            try await page.show(stage.place + "?state=waiting")
            try await page.fill("input[type=search]", with: "PICTURE17")
            try await page.press("Enter")
            try await page.wait(until: "document.querySelectorAll('tbody tr').length === 1")
            #expect(try await page.evaluate("location.hash", as: String.self).hasSuffix("search=PICTURE17"))
            try await page.reload()
            try await page.wait(until: "document.querySelectorAll('tbody tr').length === 1")
        }
    }

    @Test("lists are walked page by page")
    func pages() async throws {
        let stage = try await DashboardStage.make()
        for _ in 1...60 { try await stage.queue.add(name: "work") }
        try await stage.browse { page, _ in
            try await page.show(stage.place + "?state=waiting")
            try await page.click(.text("Next page"))
            try await page.wait(until: "document.querySelectorAll('tbody tr').length === 10")
            try await page.click(.text("Previous page"))
            try await page.wait(until: "document.querySelectorAll('tbody tr').length === 50")
        }
    }

    @Test("the page is used with the keyboard alone")
    func keyboard() async throws {
        let stage = try await DashboardStage.make()
        for number in 1...3 { try await stage.queue.add(name: "job\(number)") }
        try await stage.browse { page, _ in
            try await page.show(stage.place + "?state=waiting")
            try await page.wait(for: .css("tr[data-id='1']"))
            try await page.press("/")
            #expect(try await page.evaluate("document.activeElement.type", as: String.self) == "search")
            try await page.press("Escape")
            for _ in 1...2 { try await page.press("j") }
            try await page.press("x")
            #expect(try await page.isChecked("tr[data-id='2'] input"))
            try await page.run("document.querySelector(\"tr[data-id='2']\").focus()")
            try await page.press("Enter")
            try await page.wait(for: .css(".crumbs"))
            #expect(try await page.text("h1") == "job2")
            try await page.press("?")
            #expect(try await page.text("dialog h2") == "Keys")
            try await page.press("Escape")
            try await page.press("o")
            try await page.wait(for: .css("section.queue"))
        }
    }

    @Test("a read-only dashboard offers nothing that changes a queue")
    func readOnly() async throws {
        let stage = try await DashboardStage.make(DashboardOptions(isReadOnly: true))
        let job = try await stage.addFailed()
        try await stage.browse { page, _ in
            try await page.wait(for: .css("#readonly"))
            for place in ["?state=failed", "?tab=settings", "?tab=schedulers", "/jobs/\(job.id)"] {
                try await page.show(stage.place + place)
                try await page.wait(for: .css(".card"))
                #expect(try await page.count("[data-action], button.danger, .actions, input[type=checkbox]") == 0)
            }
        }
    }

    @Test("it is dark for who likes it dark, and the choice is remembered")
    func theme() async throws {
        let stage = try await DashboardStage.make()
        let ground = "getComputedStyle(document.body).backgroundColor"
        try await stage.browse(dark: true) { page, _ in
            let dark = try await page.evaluate(ground, as: String.self)
            try await page.click("#theme")
            let light = try await page.evaluate(ground, as: String.self)
            #expect(dark != light)
            try await page.reload()
            try await page.wait(for: .css("section.queue"))
            #expect(try await page.evaluate(ground, as: String.self) == light)
        }
    }

    @Test("nothing is wider than a phone", arguments: [Viewport.phone, Viewport(width: 320, height: 640)])
    func phone(_ viewport: Viewport) async throws {
        let stage = try await DashboardStage.make()
        let data = JSONText(["text": .string(String(repeating: "long", count: 100))])
        let job = try await stage.addFailed(data: data, reason: String(repeating: "reason", count: 50))
        try await stage.browse(viewport) { page, _ in
            for place in ["", "?state=failed", "?tab=settings", "?tab=workers", "/jobs/\(job.id)"] {
                try await page.show(place.isEmpty ? "#/" : stage.place + place)
                try await page.wait(for: .css(".card"))
                let overhang = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                #expect(try await page.evaluate(overhang, as: Int.self) <= 0, "\(place)")
            }
        }
    }

    @Test("what is pressed stays where it is until it is let go, whatever the queues do")
    func pressing() async throws {
        let stage = try await DashboardStage.make(DashboardOptions(sampleInterval: .milliseconds(100)))
        // By then the page has had samples of its own, since they come as often.
        let samples = """
            new Promise((done) => {
              const source = new EventSource("api/events");
              let count = 0;
              source.addEventListener("sample", () => { if (++count === 5) { source.close(); done(true); } });
            })
            """
        try await stage.browse { page, _ in
            try await page.wait(until: "document.querySelector('#live').textContent === 'live'")
            try await page.run("document.dispatchEvent(new PointerEvent('pointerdown'))")
            try await page.run("window.pressed = document.querySelector('section.queue')")
            #expect(try await page.evaluate(samples, as: Bool.self))
            #expect(try await page.evaluate("pressed.isConnected", as: Bool.self))
            try await page.run("document.dispatchEvent(new PointerEvent('pointerup'))")
            try await page.wait(until: "!pressed.isConnected")
        }
    }

    @Test("a log is read piece by piece")
    func log() async throws {
        let stage = try await DashboardStage.make()
        let job = try await stage.queue.add(name: "work")
        for row in 1...250 { try await job.log("row \(row)") }
        try await stage.browse { page, _ in
            try await page.show(stage.place + "/jobs/\(job.id)")
            #expect(try await page.text("[aria-label='the log']").hasSuffix("row 200"))
            try await page.click(.text("Next rows"))
            try await page.wait(
                until: "document.querySelector(\"[aria-label='the log']\").textContent.startsWith('row 201')")
            #expect(try await page.text("[aria-label='the log']").hasSuffix("row 250"))
        }
    }

    @Test("while Redis is away the page says so, and goes on when it is back")
    func outage() async throws {
        let server = try await RedisServer.start()
        var configuration = try RedisConfiguration(url: server.unixURL)
        configuration.offlineTimeout = .milliseconds(200)
        let redis = Redis(configuration: configuration)
        let stage = try await DashboardStage.make(DashboardOptions(sampleInterval: .milliseconds(200)), redis: redis)
        try await stage.browse { page, _ in
            try await page.wait(until: "document.querySelector('#live').textContent === 'live'")
            await server.kill()
            try await page.wait(until: "document.querySelector('#live').classList.contains('trouble')")
            try await server.restart()
            try await page.wait(until: "document.querySelector('#live').textContent === 'live'")
        }
        await redis.close()
        await server.stop()
    }

    @Test("a page that follows the queues does not hold up the end of the server, and says that it is gone")
    func shutdown() async throws {
        let stage = try await DashboardStage.make()
        let context = try await DashboardStage.browser.value.newContext()
        let page = try await context.newPage()
        let end = try await stage.application.test(.live) { client in
            try await page.navigate(to: "http://localhost:\(try #require(client.port))/dashboard")
            try await page.wait(until: "document.querySelector('#live').textContent === 'live'")
            return ContinuousClock.now
        }
        #expect(ContinuousClock.now - end < .seconds(5))
        try await page.wait(until: "document.querySelector('#live').classList.contains('lost')")
        await context.close()
    }

    @Test("what cannot be shown says so, and leads back")
    func missing() async throws {
        let stage = try await DashboardStage.make()
        try await stage.browse(complaints: true) { page, _ in
            try await page.show(stage.place + "/jobs/none")
            #expect(try await page.text("[role=alert]").contains("There is no job none"))
            try await page.show("#/queues/none")
            try await page.wait(until: "document.querySelector('[role=alert]')?.textContent.includes('no queue none')")
            try await page.click(.text("Back to the overview"))
            try await page.wait(for: .css("section.queue"))
        }
    }
}
