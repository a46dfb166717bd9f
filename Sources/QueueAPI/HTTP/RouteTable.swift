// Owns: the list of routes. The rule it keeps: a known path answers every other method with 405 and `Allow`.

import Hummingbird

/// Where routes are registered.
final class RouteTable {
    /// One path with one method.
    struct Route: Hashable {
        let method: String
        let path: String
    }

    typealias Handler = @Sendable (Request, QueueAPIContext) async throws -> Response

    private let router: Router<QueueAPIContext>
    private(set) var routes: [Route] = []

    init(_ router: Router<QueueAPIContext>) {
        self.router = router
    }

    func on(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        routes.append(Route(method: method.rawValue, path: path))
        router.on(RouterPath(path), method: method) { try await handler($0, $1) }
    }

    /// Answers the methods that a path does not have.
    func refuseOtherMethods() {
        for (path, known) in Dictionary(grouping: routes, by: \.path) {
            let methods = Set(known.map(\.method))
            let allow = methods.sorted().joined(separator: ", ")
            let refusal = APIError.client(.methodNotAllowed, "Method not allowed", headers: [.allow: allow])
            for method in Self.methods where !methods.contains(method.rawValue) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in throw refusal }
            }
        }
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]
}
