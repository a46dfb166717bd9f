// Faults on request. Owns: what goes wrong with the next requests, so that tests can meet a server under pressure, a
// rate limit, a broken connection or a slow answer when they want to.

import Synchronization

/// What shall go wrong with the next requests; for tests.
public final class StandInFaults: Sendable {
    /// A way to go wrong.
    public enum Fault: Sendable, Hashable {
        /// 503 `SERVICE_UNAVAILABLE`, "Under pressure".
        case underPressure
        /// 429 `REQUESTS_EXCEEDED` with `Retry-After` in whole seconds.
        case tooManyRequests(retryAfter: Int)
        /// 500 `INTERNAL_SERVER_ERROR`.
        case internalError
        /// 502 with an HTML page, as a reverse proxy answers.
        case badGateway
        /// The answer comes after this time.
        case delay(Duration)
        /// The connection is closed before the request is acted upon.
        case closedConnection
        /// The request is acted upon, and the connection closed instead of an answer.
        case lostAnswer
        /// The connection is closed after so many bytes of the body.
        case brokenBody(after: Int)
    }

    private struct Rule {
        var fault: Fault
        var remaining: Int
        var method: String?
        var path: String
    }

    private let rules = Mutex<[Rule]>([])

    init() {}

    /// Lets the next requests that match go wrong. Rules are used up in the order in which they were given.
    ///
    /// - Parameters:
    ///   - fault: What goes wrong.
    ///   - times: How many requests it concerns. Default 1.
    ///   - method: The method of those requests. Default nil: any.
    ///   - path: How their paths begin. Default "/": any.
    public func next(_ fault: Fault, times: Int = 1, method: String? = nil, path: String = "/") {
        guard times > 0 else { return }
        rules.withLock { $0.append(Rule(fault: fault, remaining: times, method: method, path: path)) }
    }

    /// Forgets all faults that have not happened yet.
    public func clear() {
        rules.withLock { $0.removeAll() }
    }

    /// How many requests are still to go wrong.
    public var pending: Int {
        rules.withLock { $0.reduce(0) { $0 + $1.remaining } }
    }

    func take(method: String, path: String) -> Fault? {
        rules.withLock { rules in
            guard
                let index = rules.firstIndex(where: {
                    path.hasPrefix($0.path) && ($0.method == nil || $0.method == method)
                })
            else { return nil }
            let fault = rules[index].fault
            rules[index].remaining -= 1
            if rules[index].remaining == 0 { rules.remove(at: index) }
            return fault
        }
    }
}
