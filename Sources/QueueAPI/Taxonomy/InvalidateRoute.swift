// Owns: `POST /taxonomy/invalidate` (queue API, section 7).

import Hummingbird
import Logging

/// Drops the taxonomy cache of this server and tells the others.
struct InvalidateRoute: Sendable {
    let gate: CallerGate
    let invalidate: @Sendable () async throws -> Void
    let logger: Logger

    func respond(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        guard gate.admits(peer: context.peer, headers: request.headers, authority: request.head.authority) else {
            throw APIError.forbidden
        }
        do {
            try await invalidate()
        } catch {
            logger.error("The taxonomy cache could not be dropped", metadata: ["queue-api.error": "\(error)"])
            throw APIError.server(.internalServerError, "Taxonomy cache could not be invalidated")
        }
        return .json(#"{"ok":true,"message":"Taxonomy cache invalidated"}"#)
    }
}
