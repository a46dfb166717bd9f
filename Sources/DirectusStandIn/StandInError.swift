// Errors as Directus answers them. Owns: codes, their statuses and the envelope (Directus, section 9).

/// A refusal: becomes `{"errors":[{"message":…,"extensions":{"code":…}}]}`.
struct StandInError: Error {
    var status: Int
    var code: String
    var message: String
    var extensions: [String: JSONValue] = [:]
    var retryAfter: Int?

    var body: JSONValue {
        var details = extensions
        details["code"] = .string(code)
        return ["errors": [["message": .string(message), "extensions": .object(details)]]]
    }
}

extension StandInError {
    static let forbidden = StandInError(
        status: 403, code: "FORBIDDEN", message: "You don't have permission to access this.")

    static func forbidden(_ reason: String) -> StandInError {
        StandInError(status: 403, code: "FORBIDDEN", message: reason, extensions: ["reason": .string(reason)])
    }

    static func unknownField(_ field: String, in collection: String) -> StandInError {
        forbidden(
            "You don't have permission to access field \"\(field)\" in collection \"\(collection)\""
                + " or it does not exist.")
    }

    static func unknownCollection(_ collection: String) -> StandInError {
        forbidden(
            "You don't have permission to access collection \"\(collection)\" or it does not exist.")
    }

    static let invalidCredentials = StandInError(
        status: 401, code: "INVALID_CREDENTIALS", message: "Invalid user credentials.")
    static let invalidToken = StandInError(status: 403, code: "INVALID_TOKEN", message: "Invalid token.")
    static let tokenExpired = StandInError(status: 401, code: "TOKEN_EXPIRED", message: "Token expired.")
    static let userSuspended = StandInError(status: 401, code: "USER_SUSPENDED", message: "User suspended.")

    static func invalidPayload(_ reason: String) -> StandInError {
        StandInError(
            status: 400, code: "INVALID_PAYLOAD", message: "Invalid payload. \(reason).",
            extensions: ["reason": .string(reason)])
    }

    static func invalidQuery(_ reason: String) -> StandInError {
        StandInError(
            status: 400, code: "INVALID_QUERY", message: "Invalid query. \(reason).",
            extensions: ["reason": .string(reason)])
    }

    static func failedValidation(field: String, type: String) -> StandInError {
        StandInError(
            status: 400, code: "FAILED_VALIDATION", message: "Validation failed for field \"\(field)\".",
            extensions: ["field": .string(field), "type": .string(type)])
    }

    static func routeNotFound(_ path: String) -> StandInError {
        StandInError(
            status: 404, code: "ROUTE_NOT_FOUND", message: "Route \(path) doesn't exist.",
            extensions: ["path": .string(path)])
    }

    /// A translated error of the database; `code` tells which.
    static func constraint(_ code: String, collection: String, field: String?) -> StandInError {
        var details: [String: JSONValue] = ["collection": .string(collection)]
        if let field { details["field"] = .string(field) }
        let what = field.map { "field \"\($0)\"" } ?? "a field"
        let message =
            switch code {
            case "RECORD_NOT_UNIQUE": "Value for \(what) in collection \"\(collection)\" has to be unique."
            case "NOT_NULL_VIOLATION": "Value for \(what) in collection \"\(collection)\" can't be null."
            case "INVALID_FOREIGN_KEY": "Invalid foreign key for \(what) in collection \"\(collection)\"."
            case "VALUE_TOO_LONG": "Value for \(what) in collection \"\(collection)\" is too long."
            default: "Value for \(what) in collection \"\(collection)\" is out of range."
            }
        return StandInError(status: 400, code: code, message: message, extensions: details)
    }

    static let internalError = StandInError(
        status: 500, code: "INTERNAL_SERVER_ERROR", message: "An unexpected error occurred.")
    static let contentTooLarge = StandInError(
        status: 413, code: "CONTENT_TOO_LARGE", message: "Uploaded content is too large.")
    static let underPressure = StandInError(
        status: 503, code: "SERVICE_UNAVAILABLE", message: "Service \"api\" is unavailable. Under pressure.",
        extensions: ["service": "api", "reason": "Under pressure"])

    static func tooManyRequests(retryAfter: Int) -> StandInError {
        StandInError(
            status: 429, code: "REQUESTS_EXCEEDED", message: "Too many requests, retry after \(retryAfter)s.",
            extensions: ["limit": 50], retryAfter: retryAfter)
    }
}
