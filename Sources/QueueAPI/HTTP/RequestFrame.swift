// Owns: what is the same for every request: its id, the form of errors, the access log, the measures.

import BullMQ
import HTTPTypes
import Hummingbird
import Logging

extension HTTPField.Name {
    static let requestID: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Request-Id") else { preconditionFailure("a valid field name") }
        return name
    }()
}

/// The outermost middleware.
struct RequestFrame: RouterMiddleware {
    let logsAccess: Bool
    let meter: HTTPMeter

    func handle(
        _ request: Request, context: QueueAPIContext,
        next: @concurrent (Request, QueueAPIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.requestID = Self.requestID(request.headers[.requestID])
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = Self.response(to: error, request, context)
        }
        response.headers[.requestID] = context.requestID
        let duration = ContinuousClock.now - start
        let path = context.endpointPath ?? "unknown"
        meter.record(method: request.method, path: path, status: response.status.code, duration)
        if logsAccess { log(request, path, context, response, duration) }
        return response
    }

    /// The client's id if it is fit for logs and headers, otherwise a new one.
    static func requestID(_ given: String?) -> String {
        guard let given, (1...128).contains(given.utf8.count), given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return UUIDText.random() }
        return given
    }

    private static func response(to error: any Error, _ request: Request, _ context: QueueAPIContext) -> Response {
        switch error {
        case let error as APIError: return Response(error)
        case let error as HTTPError where error.status == .notFound: return Response(.notFound)
        case let error as HTTPError where error.status.kind == .clientError:
            return Response(.client(error.status, error.body ?? error.status.reasonPhrase))
        case is CancellationError: return Response(.server(.serviceUnavailable, "Shutting down"))
        default:
            context.logger.error(
                "A request failed in a way nobody foresaw",
                metadata: [
                    "queue-api.request": .string(context.requestID), "queue-api.error": .string("\(error)"),
                    "queue-api.path": .string(request.uri.path),
                ])
            return Response(.queueFailure(error))
        }
    }

    private func log(
        _ request: Request, _ path: String, _ context: QueueAPIContext, _ response: Response, _ duration: Duration
    ) {
        context.logger.info(
            "request",
            metadata: [
                "queue-api.request": .string(context.requestID),
                "http.method": .string(request.method.rawValue),
                "http.route": .string(path),
                "http.status": .stringConvertible(response.status.code),
                "http.us": .stringConvertible(duration.microseconds),
                "http.peer": .string(context.peer?.ipAddress ?? "unknown"),
            ])
    }
}

extension Duration {
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
