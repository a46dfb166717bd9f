// Owns: the answers that are not successes, in the two shapes of the contract (queue API, section 2).

import BullMQ
import Hummingbird

/// A refusal or failure that is told to the client as it stands here.
struct APIError: Error, Sendable, Hashable {
    let status: HTTPResponse.Status
    /// A complete JSON object.
    let body: String
    var headers: HTTPFields = [:]

    /// The client's fault: `{"error": text}`, with more members if given.
    static func client(
        _ status: HTTPResponse.Status, _ message: String, _ details: KeyValuePairs<String, String> = [:],
        headers: HTTPFields = [:]
    ) -> APIError {
        var object: JSONObject = ["error": .string(message)]
        for (name, value) in details { object[name] = .string(value) }
        return APIError(status: status, body: JSONValue.object(object).serialized(), headers: headers)
    }

    /// The server's failure: `{"ok": false, "error": text}`.
    static func server(_ status: HTTPResponse.Status, _ message: String) -> APIError {
        let object: JSONObject = ["ok": false, "error": .string(message)]
        return APIError(status: status, body: JSONValue.object(object).serialized())
    }

    /// A field of the body that cannot be used.
    static func field(_ name: String, _ message: String) -> APIError {
        client(.badRequest, message, ["field": name])
    }
}

extension APIError {
    static let unauthorized = client(
        .unauthorized, "Invalid or expired Directus token", headers: [.wwwAuthenticate: "Bearer"])
    static let forbidden = client(.forbidden, "Forbidden")
    static let notFound = client(.notFound, "Not found")
    static let missingJob = client(.notFound, "Job not found")
    static let invalidJSON = client(.badRequest, "Invalid JSON body")
    static let requiredFields = client(.badRequest, "jobId and operation are required")
    static let bodyTooLarge = client(
        .contentTooLarge, "Request body too large", headers: [.connection: "close"])
    static let wrongContentType = client(.unsupportedMediaType, "Content-Type must be application/json")
    static let directusUnavailable = server(.serviceUnavailable, "Directus unavailable")
    static let queueFull = server(.serviceUnavailable, "Queue is full")

    static func tooManyRequests(retryAfter seconds: Int) -> APIError {
        client(.tooManyRequests, "Too many requests", headers: [.retryAfter: "\(seconds)"])
    }

    /// What became of a call to Redis, in the words of the contract (queue API, section 5.4).
    static func queueFailure(_ error: any Error) -> APIError {
        switch error {
        case let error as APIError: error
        case let error as RedisError where error.isConnectionError: redisRefused
        case let error as RedisError: server(.internalServerError, error.message)
        case let error as BullMQError: server(.internalServerError, error.message)
        default: server(.internalServerError, "Internal error")
        }
    }

    static let redisRefused = server(.internalServerError, "Redis connection refused")
}
