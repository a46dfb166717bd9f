// What every request goes through. Owns: the envelope of errors, the headers of every answer, the caller of every
// request, and the faults.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Turns errors into answers.
struct EnvelopeMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: StandInContext,
        next: @concurrent (Request, StandInContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as StandInError {
            response = .refusal(error)
        } catch let error as HTTPError where error.status == .notFound {
            response = .refusal(.routeNotFound(request.uri.path))
        } catch let error as HTTPError where error.status.kind == .clientError {
            response = .refusal(
                StandInError(
                    status: error.status.code, code: "INVALID_PAYLOAD", message: error.body ?? "Invalid payload."))
        } catch is CancellationError {
            response = .refusal(.underPressure)
        } catch {
            context.logger.error(
                "a request failed", metadata: ["path": .string(request.uri.path), "error": "\(error)"])
            response = .refusal(.internalError)
        }
        response.headers[.poweredBy] = "Directus"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-cache" }
        return response
    }
}

/// Lets requests go wrong when a test wants it.
struct FaultMiddleware: RouterMiddleware {
    var faults: StandInFaults

    func handle(
        _ request: Request, context: StandInContext,
        next: @concurrent (Request, StandInContext) async throws -> Response
    ) async throws -> Response {
        guard let fault = faults.take(method: request.method.rawValue, path: request.uri.path) else {
            return try await next(request, context)
        }
        switch fault {
        case .underPressure: throw StandInError.underPressure
        case .tooManyRequests(let seconds): throw StandInError.tooManyRequests(retryAfter: seconds)
        case .internalError: throw StandInError.internalError
        case .badGateway:
            return Response(
                status: .badGateway, headers: [.contentType: "text/html"],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: "<html><body><h1>502 Bad Gateway</h1></body></html>")))
        case .delay(let duration):
            try await Task.sleep(for: duration)
            return try await next(request, context)
        case .closedConnection:
            try await context.channel.close()
            throw StandInError.internalError
        case .lostAnswer:
            _ = try await next(request, context)
            try await context.channel.close()
            throw StandInError.internalError
        case .brokenBody(let limit):
            var response = try await next(request, context)
            response.body = Self.broken(response.body, after: limit, context.channel)
            return response
        }
    }

    private static func broken(_ body: ResponseBody, after limit: Int, _ channel: any Channel) -> ResponseBody {
        ResponseBody(contentLength: body.contentLength) { writer in
            let sent = Sent()
            try await body.write(
                writer.map { buffer in
                    let before = sent.add(buffer.readableBytes)
                    let length = min(buffer.readableBytes, max(0, limit - before))
                    return buffer.getSlice(at: buffer.readerIndex, length: length) ?? ByteBuffer()
                })
            try await channel.close()
        }
    }
}

/// How many bytes of a body went out.
private final class Sent: Sendable {
    private let count = Mutex(0)

    /// Adds to the count; the count before.
    func add(_ bytes: Int) -> Int {
        count.withLock { count in
            defer { count += bytes }
            return count
        }
    }
}

/// Finds out who asks.
struct AuthenticationMiddleware: RouterMiddleware {
    var authenticator: Authenticator

    func handle(
        _ request: Request, context: StandInContext,
        next: @concurrent (Request, StandInContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let token = try Self.token(of: request) {
            context.accountability = try await authenticator.accountability(ofToken: token, now: Date())
        } else {
            context.accountability = try await authenticator.anonymous()
        }
        return try await next(request, context)
    }

    private static func token(of request: Request) throws -> String? {
        var header: String?
        if let value = request.headers[.authorization] {
            let parts = value.split(separator: " ", omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty { header = String(parts[1]) }
        }
        var parameter: String?
        if let query = request.uri.query, query.contains("access_token") {
            parameter = try QueryString.tree(query)["access_token"]?.string
        }
        if header != nil && parameter != nil {
            throw StandInError.invalidPayload("The request uses more than one method of authentication")
        }
        return header ?? parameter ?? request.cookie(SessionCookie.session)
    }
}

/// The names of cookies.
enum SessionCookie {
    static let session = "directus_session_token"
    static let refresh = "directus_refresh_token"
}

extension Request {
    func cookie(_ name: String) -> String? {
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0].trimmingPrefix(" ") == name { return String(parts[1]) }
            }
        }
        return nil
    }
}

extension Response {
    /// An answer in JSON.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: value.encoded))
    }

    /// `{"data": …}`; 204 without a body if there is nothing that the caller may read.
    static func data(_ value: JSONValue?) -> Response {
        guard let value else { return Response(status: .noContent) }
        return .json(["data": value])
    }

    static func refusal(_ error: StandInError) -> Response {
        var response = Response.json(error.body, status: HTTPResponse.Status(code: error.status))
        if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }
}

extension HTTPField.Name {
    static let poweredBy = HTTPField.Name("X-Powered-By") ?? .server
}
