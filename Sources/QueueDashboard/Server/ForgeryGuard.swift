// Owns: keeping other sites from changing queues through an operator's browser.

import HTTPTypes
import Hummingbird

/// Decides whether a request that changes something comes from the dashboard's own page: it must carry a header that no form of
/// another site can send, and the browser must not say that it comes from elsewhere.
enum ForgeryGuard {
    private static let requestedWith = HTTPField.Name("X-Requested-With")
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

    static func check(_ request: Request) throws(DashboardError) {
        let refusal = DashboardError(.forbidden, "This request does not come from the dashboard")
        guard let requestedWith, request.headers[requestedWith] == "dashboard" else { throw refusal }
        if let fetchSite, let site = request.headers[fetchSite] {
            guard site == "same-origin" || site == "none" else { throw refusal }
            // Behind a proxy the authority may differ, but the browser itself has compared the origins.
            return
        }
        guard let origin = request.headers[.origin] else { return }
        guard let end = origin.firstRange(of: "://")?.upperBound,
            origin[end...] == (request.head.authority ?? "")
        else { throw refusal }
    }
}
