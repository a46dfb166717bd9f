// Owns how elements are named, waited for and read.

import BrowserAutomation
import Testing

@Suite("Elements", .timeLimit(.minutes(1)))
struct ElementTests {
    @Test(
        "An element is found by what a user sees or a developer wrote",
        arguments: [
            ("css", "#save"), ("xpath", .xpath("//button[1]")), ("text", .text("save  ALL")),
            ("exact", .text("Save all", exact: true)), ("role", .role("button", name: "save")),
            ("test id", .testID("save-button")), ("place", .css("button").at(0)),
            ("inside", .css("button").inside("form").inside("main").at(0)),
            ("content", .css("button").containing(text: "save")),
        ] as [(String, Selector)])
    func selectors(name: String, selector: Selector) async throws {
        try await withSite(
            """
            <main><form><button id=save data-testid=save-button>Save <b>all</b></button>
            <button>Cancel</button></form></main>
            """
        ) { page, _ in
            let count = try await page.count(selector)
            #expect(count == 1)
            #expect(try await page.text(selector) == "Save all")
        }
    }

    @Test("Fields are found by label, placeholder and role")
    func fields() async throws {
        try await withSite(
            """
            <label>First <input value=1></label><label for=b>Second</label><input id=b value=2>
            <input aria-label=Third value=3><span id=l>Fourth</span><input aria-labelledby=l value=4>
            <input placeholder='Fifth here' value=5><input type=search title=Sixth value=6>
            """
        ) { page, _ in
            for (selector, value) in [
                (.label("first"), "1"), (.label("Second", exact: true), "2"), (.label("third"), "3"),
                (.label("Fourth"), "4"), (.placeholder("fifth"), "5"), (.role("searchbox", name: "sixth"), "6"),
                (.role("textbox", name: "second"), "2"),
            ] as [(Selector, String)] {
                let found = try await page.value(of: selector)
                #expect(found == value, "\(selector)")
            }
        }
    }

    @Test("Shadow roots and frames of the same origin are looked into, and clicked")
    func shadowAndFrames() async throws {
        try await withSite({ request in
            request.path == "/inner"
                ? .html("<p style='height: 60px'></p><button onclick='this.textContent = 2'>in frame</button>")
                : .html(
                    """
                    <div id=host></div><iframe src=/inner style='margin: 40px; border: 5px solid'></iframe>
                    <script>host.attachShadow({mode: 'open'}).innerHTML =
                    "<button onclick='this.textContent = 1'>in shadow</button>"</script>
                    """)
        }) { page, _ in
            try await page.click(.text("in shadow"))
            #expect(try await page.text("button") == "1")
            try await page.click(.text("in frame"))
            #expect(try await page.texts("button") == ["1", "2"])
        }
    }

    @Test("The first that is visible is meant")
    func visibleFirst() async throws {
        try await withSite("<p hidden>one</p><p style='visibility: hidden'>two</p><p>three</p><p>four</p>") { page, _ in
            let text = try await page.text("p")
            #expect(text == "three")
            #expect(try await page.text(.css("p").at(0)) == "one")
            #expect(try await page.text(.css("p").at(-1)) == "four")
            #expect(try await page.count("p") == 4)
            #expect(try await page.isVisible("p"))
            #expect(try await page.isVisible(.css("p").at(1)) == false)
        }
    }

    @Test("What appears, changes and goes is waited for")
    func waiting() async throws {
        try await withSite(
            """
            <button hidden disabled>go</button><p>old</p><script>
            setTimeout(() => document.querySelector('button').hidden = false, 100);
            setTimeout(() => document.querySelector('button').disabled = false, 200);
            setTimeout(() => document.querySelector('p').textContent = 'brand  new text', 300);
            setTimeout(() => document.querySelector('p').hidden = true, 500);
            setTimeout(() => document.querySelector('p').remove(), 600);
            setTimeout(() => globalThis.ready = true, 700)</script>
            """
        ) { page, _ in
            try await page.wait(for: "button")
            try await page.wait(for: "button", .enabled)
            try await page.wait(for: "p", toShow: "New Text")
            try await page.wait(for: "p", .hidden)
            try await page.wait(for: "p", .detached)
            try await page.wait(until: "globalThis.ready")
            let limit = Duration.milliseconds(60)
            #expect(await code { try await page.wait(for: "p", timeout: limit) } == .elementNotFound)
            #expect(
                await code { try await page.wait(for: "button", .detached, timeout: limit) } == .elementNotActionable)
            #expect(await code { try await page.wait(until: "false", timeout: limit) } == .timeout)
        }
    }

    @Test("Waiting goes on when the document changes meanwhile")
    func waitingAcrossDocuments() async throws {
        try await withSite({ request in
            request.path == "/end"
                ? .html("<p>arrived") : .html("<script>setTimeout(() => location = '/end', 200)</script>")
        }) { page, _ in
            try await page.wait(for: "p")
            #expect(try await page.text("p") == "arrived")
        }
    }

    @Test("Text, attributes, values and HTML are read")
    func reading() async throws {
        try await withSite("<p id=a title='x y'>one <b>two</b><script>1</script></p><input value=3 required>") {
            page, _ in
            let text = try await page.text("#a")
            #expect(text == "one two")
            #expect(try await page.attribute("title", of: "#a") == "x y")
            #expect(try await page.attribute("lang", of: "#a") == nil)
            #expect(try await page.attribute("required", of: "input") == "")
            #expect(try await page.value(of: "input") == "3")
            #expect(try await page.html(of: "b") == "<b>two</b>")
            #expect(try await page.isEnabled("input"))
        }
    }

    @Test("A selector that is none is the caller's mistake, told at once")
    func invalidSelector() async throws {
        try await withSite("") { page, _ in
            let error = await #expect(throws: BrowserError.self) { try await page.click("p[") }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("p[") == true)
        }
    }
}
