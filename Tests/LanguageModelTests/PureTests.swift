// What needs no server: settings, schemas, pauses, dates, JSON.

import Foundation
import Testing

@testable import LanguageModel

@Suite struct PureTests {
    @Test("settings come from the environment, or are named when they cannot be used") func settings() throws {
        #expect(try LanguageModelConfiguration(environment: ["LLM_BASE_URL": " ", "LLM_API_KEY": "k"]) == nil)
        let full = try #require(
            try LanguageModelConfiguration(environment: [
                "LLM_BASE_URL": "http://127.0.0.1:11434/v1/", "LLM_MODEL": "m", "LLM_API_KEY": "sk-1",
                "LLM_TIMEOUT": "30",
            ]))
        #expect(full.visionModel == "m" && full.timeout == .seconds(30))
        #expect(full.endpoint("chat/completions") == "http://127.0.0.1:11434/v1/chat/completions")
        for (variables, word) in [
            (["LLM_MODEL": "m"], "LLM_BASE_URL"), (["LLM_BASE_URL": "http://a/v1"], "LLM_MODEL is not"),
            (["LLM_MODEL": "m", "LLM_BASE_URL": "ftp://a"], "http or https"),
            (["LLM_MODEL": "m", "LLM_BASE_URL": "http://u:p@a/v1"], "http or https"),
            (["LLM_MODEL": "m", "LLM_BASE_URL": "http://a", "LLM_TIMEOUT": "soon"], "LLM_TIMEOUT"),
        ] {
            let error = #expect(throws: LanguageModelError.self) {
                try LanguageModelConfiguration(environment: variables)
            }
            #expect(error?.code == .misconfigured && error?.message.contains(word) == true, "\(variables)")
        }
    }

    @Test("a line break behind a setting is no part of it") func lineBreak() throws {
        let settings = try #require(
            try LanguageModelConfiguration(environment: [
                "LLM_BASE_URL": " http://localhost/v1\n", "LLM_MODEL": "m\n", "LLM_API_KEY": "sk-x\r\n",
            ]))
        #expect(settings.key == Secret("sk-x") && settings.model == "m" && settings.baseURL.host == "localhost")
    }

    @Test("a key is never printed") func secret() throws {
        var configuration = LanguageModelConfiguration(baseURL: try #require(URL(string: "http://a/v1")), model: "m")
        configuration.key = Secret("sk-very-secret")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [
            "\(configuration)", String(reflecting: configuration), dumped, "\(String(describing: configuration.key))",
        ] {
            #expect(!text.contains("secret"), "\(text)")
        }
    }

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("7", 7.0), ("0.5", 0.5), ("-3", 0), ("1000000", 86400), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ])
    func retryAfter(text: String, seconds: Double) throws {
        // 06 Nov 1994 08:49:00
        let now = Date(timeIntervalSince1970: 784_111_740)
        #expect(try #require(RetryAfter(text, now: now)).pause == .seconds(seconds))
    }

    @Test("what is neither says nothing", arguments: ["", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "nan"])
    func noRetryAfter(text: String) { #expect(RetryAfter(text) == nil) }

    @Test("durations of rate limits are Go's") func durations() {
        #expect(RetryHints.duration("1s") == .seconds(1) && RetryHints.duration("6m0s") == .seconds(360))
        #expect(
            RetryHints.duration("250ms") == .milliseconds(250) && RetryHints.duration("1h2m3.5s") == .seconds(3723.5))
        for text in ["", "s", "5", "1x", "1s2"] { #expect(RetryHints.duration(text) == nil, "\(text)") }
        let headers = [
            "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "9s",
            "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2s",
        ]
        #expect(RetryHints { headers[$0] }.pause == .seconds(2))
    }

    @Test("pauses double, and attempts are counted") func policy() {
        let policy = RetryPolicy()
        #expect(policy.decision(after: 1, status: 500, chance: 1) == .again(after: .milliseconds(500)))
        #expect(policy.decision(after: 2, status: nil, chance: 1) == .again(after: .seconds(1)))
        #expect(policy.decision(after: 2, status: nil, chance: 0) == .again(after: .milliseconds(750)))
        #expect(policy.decision(after: 3, status: 500, chance: 1) == .giveUp(retryAfter: nil))
        #expect(policy.decision(after: 1, status: 400, chance: 1) == .giveUp(retryAfter: nil))
        var hints = RetryHints()
        hints.shouldRetry = true
        #expect(policy.decision(after: 1, status: 400, hints: hints, chance: 1) == .again(after: .milliseconds(500)))
    }

    @Test("a schema is written for strict servers, in order") func schema() {
        let schema = JSONSchema.object([
            .init("why", .text, "Reason"), .init("n", .integer(1...3)), .init("tags", .list(of: .text, count: 0...2)),
            .init("maybe", .optional(.boolean)),
        ])
        #expect(
            schema.document.serialized
                == #"{"type":"object","properties":{"why":{"type":"string","description":"Reason"},"n":{"type":"integer","minimum":1,"maximum":3},"tags":{"type":"array","items":{"type":"string"},"minItems":0,"maxItems":2},"maybe":{"anyOf":[{"type":"boolean"},{"type":"null"}]}},"required":["why","n","tags","maybe"],"additionalProperties":false}"#
        )
        let node: JSONNode = ["why": 1, "n": 9, "tags": ["a", 2, "c"], "maybe": nil]
        #expect(
            schema.problems(in: node) == [
                "$.why must be a text, but is a number", "$.n must be from 1 to 3, but is 9",
                "$.tags must have 0 to 2 elements, but has 3", "$.tags[1] must be a text, but is a number",
            ])
    }

    @Test("JSON is written with every character that must be escaped") func writing() throws {
        let node: JSONNode = ["a\"b": "x\\\n\u{1}é😀", "n": 1.5, "l": [true, nil]]
        let text = node.serialized
        #expect(text == #"{"a\"b":"x\\\n\u0001é😀","n":1.5,"l":[true,null]}"#)
        #expect(try JSONNode(parsing: text)["a\"b"] == "x\\\n\u{1}é😀")
    }
}
