// Owns: which pages of other origins may call the API. By default none.

import HTTPTypes
import Hummingbird

/// Answers preflight requests and marks answers, for the origins in its list.
struct CrossOrigin: RouterMiddleware {
    let origins: Set<String>

    func handle(
        _ request: Request, context: QueueAPIContext,
        next: @concurrent (Request, QueueAPIContext) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], origins.contains(origin) else {
            return try await next(request, context)
        }
        let allowance: HTTPFields = [.accessControlAllowOrigin: origin, .vary: "Origin"]
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            var headers = allowance
            headers[.accessControlAllowMethods] = "GET, POST, DELETE"
            headers[.accessControlAllowHeaders] = "Authorization, Content-Type, X-Request-Id"
            headers[.accessControlMaxAge] = "600"
            return Response(status: .noContent, headers: headers)
        }
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as APIError {
            response = Response(error)
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.vary] = "Origin"
        response.headers[.accessControlExposeHeaders] = "X-Request-Id"
        return response
    }
}
