// Owns what clicking, typing and choosing do to a page.

import BrowserAutomation
import Foundation
import Testing

@Suite("Input", .timeLimit(.minutes(1)))
struct InputTests {
    @Test("A click is one that the page trusts")
    func trustedClick() async throws {
        try await withSite("<button onclick=\"this.textContent = event.isTrusted + ' ' + event.detail\">go</button>") {
            page, _ in
            try await page.click("button")
            #expect(try await page.text("button") == "true 1")
            try await page.click("button", times: 2)
            #expect(try await page.text("button") == "true 2")
        }
    }

    @Test("Text that is typed arrives key by key, whatever it is")
    func typing() async throws {
        try await withSite(
            """
            <input id=a value="x"><script>let keys = []; a.onkeydown = e => keys.push(e.key + e.code)</script>
            """
        ) { page, _ in
            try await page.type("aB1é€😀", into: "#a")
            #expect(try await page.value(of: "#a") == "xaB1é€😀")
            #expect(try await page.evaluate("keys") == ["aKeyA", "BKeyB", "1Digit1"])
        }
    }

    @Test("Filling a field replaces what is in it and tells the page")
    func filling() async throws {
        try await withSite(
            """
            <input id=a value="old"><textarea id=b>old</textarea><div id=c contenteditable>old <b>text</b></div>
            <input id=d type=date><script>let heard = []; a.oninput = () => heard.push(a.value)</script>
            """
        ) { page, _ in
            for field in ["#a", "#b"] as [Selector] {
                try await page.fill(field, with: "new \"text\" 日本")
                #expect(try await page.value(of: field) == "new \"text\" 日本")
            }
            #expect(try await page.evaluate("heard") == ["new \"text\" 日本"])
            try await page.fill("#a", with: "")
            #expect(try await page.value(of: "#a") == "")
            try await page.fill("#c", with: "new")
            #expect(try await page.text("#c") == "new")
            try await page.fill("#d", with: "2026-11-25")
            #expect(try await page.value(of: "#d") == "2026-11-25")
        }
    }

    @Test("Enter in a field submits its form")
    func enterSubmits() async throws {
        try await withSite({ request in
            .html(
                request.path == "/"
                    ? "<form action=/sent method=post><input name=q></form>" : "<p>\(request.method) \(request.body)")
        }) { page, _ in
            try await page.fill("input", with: "hello")
            try await page.expectNavigation { try await page.press("Enter", in: "input") }
            #expect(try await page.text("p") == "POST q=hello")
        }
    }

    @Test("A button that is disabled, covered or moving is clicked when it no longer is")
    func patientClick() async throws {
        try await withSite(
            """
            <style>button { position: relative } #moving { animation: m .4s linear } @keyframes m { to { left: 200px } }
            #cover { position: fixed; inset: 0; background: #0008 }</style>
            <button id=disabled disabled>1</button><button id=covered>2</button><button id=moving>3</button>
            <div id=cover></div>
            <script>let clicked = [];
            document.onclick = e => clicked.push(e.target.id);
            setTimeout(() => cover.remove(), 200); setTimeout(() => disabled.disabled = false, 300)</script>
            """
        ) { page, _ in
            try await page.click("#covered")
            try await page.click("#disabled")
            try await page.click("#moving")
            #expect(try await page.evaluate("clicked") == ["covered", "disabled", "moving"])
        }
    }

    @Test("What cannot be clicked says why")
    func reasons() async throws {
        try await withSite(
            """
            <button id=hidden hidden>1</button><button id=disabled disabled>2</button><button id=covered>3</button>
            <div class=veil style="position: fixed; inset: 0"></div>
            """
        ) { page, _ in
            for (selector, words) in [
                ("#hidden", "is hidden"), ("#disabled", "is disabled"), ("#covered", "is covered by <div.veil>"),
            ] {
                let error = await #expect(throws: BrowserError.self) {
                    try await page.click(.css(selector), timeout: .milliseconds(150))
                }
                #expect(error?.code == .elementNotActionable)
                #expect(error?.message.contains("\(selector) \(words)") == true)
            }
            #expect(await code { try await page.click("#none", timeout: .milliseconds(50)) } == .elementNotFound)
        }
    }

    @Test("An element below the fold is scrolled to and clicked")
    func belowTheFold() async throws {
        try await withSite("<div style='height: 5000px'></div><button onclick='this.textContent = 1'>go</button>") {
            page, _ in
            try await page.click("button")
            #expect(try await page.text("button") == "1")
        }
    }

    @Test("Boxes are checked, options chosen, files handed over")
    func otherControls() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).txt")
        try Data("content".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withSite(
            """
            <label><input type=checkbox id=a> A</label>
            <select id=b><option value=1>one<option value=2>two</select>
            <input type=file id=c hidden>
            <script>let heard = []; a.onchange = b.onchange = c.onchange = e => heard.push(e.target.id)</script>
            """
        ) { page, _ in
            try await page.setChecked("#a")
            try await page.setChecked(.label("A"))
            #expect(try await page.isChecked("#a"))
            try await page.select("two", in: "#b")
            #expect(try await page.value(of: "#b") == "2")
            try await page.upload([file.path], into: "#c")
            #expect(try await page.evaluate("c.files[0].text()") == "content")
            #expect(try await page.evaluate("heard") == ["a", "b", "c"])
            #expect(await code { try await page.upload(["/no/such/file"], into: "#c") } == .fileFailed)
        }
    }

    @Test("Keys come with their modifiers, shortcuts do what the system makes of them")
    func keys() async throws {
        try await withSite(
            """
            <input id=a value="some text"><script>let keys = [];
            document.onkeydown = e => keys.push([e.ctrlKey, e.shiftKey, e.key, e.code].join(" "))</script>
            """
        ) { page, _ in
            try await page.press("Control+Shift+K")
            try await page.press("ArrowDown")
            #expect(try await page.evaluate("keys") == ["true true K KeyK", "false false ArrowDown ArrowDown"])
            try await page.press("Control+a", in: "#a")
            try await page.press("Backspace")
            #expect(try await page.value(of: "#a") == "")
            #expect(await code { try await page.press("NoSuchKey") } == .invalidArgument)
        }
    }

    @Test("The wheel scrolls, the finger taps, the pointer hovers and drags")
    func pointer() async throws {
        try await withSite(
            """
            <style>#a:hover { color: rgb(1, 2, 3) }</style><p id=a>hover</p><p id=b>drag</p><p id=c>here</p>
            <div style='height: 5000px'></div><script>let heard = [];
            b.onpointerdown = () => heard.push("down"); c.onpointerup = () => heard.push("up");
            a.addEventListener("touchend", () => heard.push("touch"))</script>
            """
        ) { page, _ in
            try await page.hover("#a")
            #expect(try await page.evaluate("getComputedStyle(a).color") == "rgb(1, 2, 3)")
            try await page.drag("#b", to: "#c")
            try await page.setViewport(.phone)
            try await page.tap("#a")
            try await page.wait(until: "heard.length > 2")
            let heard: [String] = try await page.evaluate("heard")
            #expect(heard == ["down", "up", "touch"])
            try await page.setViewport(.desktop)
            try await page.scroll(by: 600)
            try await page.wait(until: "scrollY > 300")
        }
    }
}
