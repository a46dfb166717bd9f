import Testing

@testable import Directus

@Suite("Retry policy")
struct RetryPolicyTests {
    private let policy = DirectusRetryPolicy()

    private func pause(
        _ status: Int?, _ code: DirectusError.Code = .unreachable, attempt: Int = 1, retryAfter: Duration? = nil,
        safety: DirectusRetryPolicy.Safety = .repeatable, wasSent: Bool = true, chance: Double = 1
    ) -> Duration? {
        policy.pause(
            after: DirectusError(code, status: status, message: "", retryAfter: retryAfter), attempt: attempt,
            safety: safety, wasSent: wasSent, chance: chance)
    }

    @Test(
        "busy servers and broken connections are worth another attempt", arguments: [nil, 408, 429, 500, 502, 503, 504])
    func transient(status: Int?) { #expect(pause(status) != nil) }

    @Test("refusals are final", arguments: [400, 401, 403, 404, 405, 413, 416, 422, 501])
    func final(status: Int) { #expect(pause(status) == nil) }

    @Test("an error inside of the server is asked about twice more")
    func internalErrors() {
        #expect(pause(500, attempt: 2) != nil)
        #expect(pause(500, attempt: 3) == nil)
    }

    @Test("the bound of the pause doubles up to the longest, and the pause is a random part of it")
    func backOff() {
        #expect(pause(503, attempt: 1) == .milliseconds(500))
        #expect(pause(503, attempt: 3) == .seconds(2))
        #expect(pause(503, attempt: 3, chance: 0.25) == .milliseconds(500))
        let persistent = DirectusRetryPolicy.persistent
        let busy = DirectusError(.serviceUnavailable, status: 503, message: "")
        #expect(
            persistent.pause(after: busy, attempt: 39, safety: .repeatable, wasSent: true, chance: 1) == .seconds(30))
    }

    @Test("attempts are counted")
    func attempts() {
        #expect(pause(503, attempt: 4) != nil)
        #expect(pause(503, attempt: 5) == nil)
        let once = DirectusRetryPolicy.none
        let busy = DirectusError(.serviceUnavailable, status: 503, message: "")
        #expect(once.pause(after: busy, attempt: 1, safety: .repeatable, wasSent: true, chance: 1) == nil)
    }

    @Test("the server's wish is the shortest pause, and a wish too long ends the attempts")
    func retryAfter() {
        #expect(pause(429, retryAfter: .seconds(7)) == .seconds(7))
        #expect(pause(429, retryAfter: .zero, chance: 0.5) == .milliseconds(250))
        #expect(pause(429, retryAfter: .seconds(31)) == nil)
    }

    @Test("what must not happen twice is repeated only if it did not happen")
    func unlessExecuted() {
        #expect(pause(nil, safety: .unlessExecuted, wasSent: true) == nil)
        #expect(pause(nil, safety: .unlessExecuted, wasSent: false) != nil)
        #expect(pause(502, safety: .unlessExecuted) == nil)
        #expect(pause(500, safety: .unlessExecuted) == nil)
        #expect(pause(429, safety: .unlessExecuted) != nil)
        #expect(pause(503, safety: .unlessExecuted) != nil)
    }

    @Test("a cancelled call and a wrong argument are not repeated")
    func cancelled() {
        #expect(pause(nil, .cancelled) == nil)
        #expect(pause(nil, .invalidArgument) == nil)
        #expect(pause(nil, .sizeMismatch) == nil)
    }
}
