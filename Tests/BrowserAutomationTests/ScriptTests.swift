// Owns scripts: their values, their errors, their limits.

import BrowserAutomation
import Testing

@Suite("Scripts", .timeLimit(.minutes(1)))
struct ScriptTests {
    private struct Person: Codable, Equatable, Sendable {
        var name: String
        var age: Int?
    }

    @Test("Values of all kinds come back as what they are")
    func values() async throws {
        try await withSite("<p>hi") { page, _ in
            #expect(try await page.evaluate("1 + 1") == 2)
            #expect(try await page.evaluate("'a\\u0000b \"😀\"'") == "a\0b \"😀\"")
            #expect(try await page.evaluate("({name: 'Ada', age: 36})") == Person(name: "Ada", age: 36))
            #expect(try await page.evaluate("[1.5, null]") == [1.5, nil] as [Double?])
            #expect(try await page.evaluate("undefined", as: Int?.self) == nil)
            #expect(try await page.evaluate("null", as: String?.self) == nil)
            #expect(try await page.evaluate("1 / 0", as: Double.self) == .infinity)
            #expect(try await page.evaluate("NaN", as: Double.self).isNaN)
            #expect(try await page.evaluate("Promise.resolve(document.querySelector('p').textContent)") == "hi")
            #expect(try await page.evaluate("[1, {a: true}]") == JSONValue.array([1, ["a": true]]))
            try await page.run("document.body")
        }
    }

    @Test("Arguments are passed as they are, never as code")
    func arguments() async throws {
        try await withSite("") { page, _ in
            let text = "\"); throw new Error('injected'); (\""
            let joined: String = try await page.call("(a, b) => a + b.x", .string(text), ["x": 1])
            #expect(joined == text + "1")
            #expect(try await page.call("async () => 3") == 3)
        }
    }

    @Test("A script that throws, rejects or gives something else says so")
    func errors() async throws {
        try await withSite("") { page, _ in
            for (script, words) in [
                ("(() => { throw new TypeError('no good') })()", "TypeError: no good"),
                ("Promise.reject(new Error('later'))", "Error: later"), ("throw 'plain'", "plain"),
                ("not valid javascript", "SyntaxError"), ("'text'", "type string where Int is wanted"),
                ("undefined", "type undefined where Int is wanted"), ("10n", "10n where Int is wanted"),
            ] {
                let error = await #expect(throws: BrowserError.self) { try await page.evaluate(script, as: Int.self) }
                #expect(error?.code == .scriptFailed)
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            }
            #expect(await code { try await page.run("null.x") } == .scriptFailed)
        }
    }

    @Test("A script that waits for ever ends with its task")
    func cancellation() async throws {
        try await withSite("") { page, _ in
            let task = Task { try await page.evaluate("new Promise(() => {})", as: Int?.self) }
            try await page.run("1")
            task.cancel()
            let result = await task.result
            #expect(throws: BrowserError.self) { try result.get() }
            // A cancelled call takes nothing else with it.
            #expect(try await page.evaluate("2") == 2)
        }
    }

    @Test("A strict content security policy hinders neither scripts nor clicks")
    func contentSecurityPolicy() async throws {
        try await withSite({ _ in
            .html(
                "<button>go</button>", headers: [("Content-Security-Policy", "default-src 'none'; script-src 'self'")])
        }) { page, _ in
            #expect(try await page.evaluate("eval('1') + 1") == 2)
            try await page.click("button")
            try await page.wait(until: "document.activeElement.localName == 'button'")
            try await page.run("document.body.appendChild(document.createElement('img')).src = '/x.png'")
            let message = try await page.waitForMessage { $0.text.contains("Content Security Policy") }
            #expect(message.level == .error)
        }
    }

    @Test("A page cannot tamper with how its elements are found")
    func ownWorld() async throws {
        try await withSite(
            """
            <p>real</p><script>document.querySelectorAll = () => []; Element.prototype.getClientRects = null;
            Array.prototype.push = () => { throw 1 }; performance.now = () => Infinity</script>
            """
        ) { page, _ in
            #expect(try await page.text("p") == "real")
            try await page.click("p")
        }
    }
}
