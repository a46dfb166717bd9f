// Owns: how many requests each route answered, how, and how fast.

import Hummingbird
import Synchronization

/// Counts requests. Series are looked up once and kept, so that a request costs no text.
final class HTTPMeter: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let path: String
        let status: Int
    }

    private struct Series: Sendable {
        let requests: PrometheusCounter
        let durations: PrometheusHistogram
    }

    private let metrics: PrometheusMetrics
    private let series = Mutex<[Key: Series]>([:])

    init(_ metrics: PrometheusMetrics) { self.metrics = metrics }

    /// - Parameter path: the path of the route, never that of the request: its values would be series without end.
    func record(method: HTTPRequest.Method, path: String, status: Int, _ duration: Duration) {
        let key = Key(method: Self.known.contains(method) ? method : .options, path: path, status: status)
        let series = series.withLock { all in
            if let known = all[key] { return known }
            let made = make(key)
            all[key] = made
            return made
        }
        series.requests.increment(by: 1)
        series.durations.record(duration.inSeconds)
    }

    private static let known: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    private func make(_ key: Key) -> Series {
        let route = [("method", key.method.rawValue), ("route", key.path)]
        return Series(
            requests: metrics.counter("http_requests", route + [("status", "\(key.status)")]),
            durations: metrics.histogram("http_request_duration_seconds", route))
    }
}
