// A stand-in for one test, and a client that shows every answer as it is.

import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

@testable import DirectusStandIn

/// What came back.
struct Answer {
    var status: Int
    var headers: HTTPHeaders
    var bytes: ByteBuffer

    var text: String { String(buffer: bytes) }
    var json: JSONValue { JSONValue(text: text) ?? .null }
    var data: JSONValue { json["data"] ?? .null }
    /// The code of the first error.
    var code: String? { json["errors"]?.array?.first?["extensions"]?["code"]?.string }
    /// Status and code in one line.
    var outcome: String { code.map { "\(status) \($0)" } ?? "\(status)" }
}

struct StandInClient {
    static let adminToken = "administrator-token"
    static let password = "correct horse battery staple"

    var url: String
    var directus: DirectusStandIn

    func call(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, token: String? = adminToken,
        headers: [(String, String)] = [], bytes: ByteBuffer? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body.encoded)
        }
        if let bytes { request.body = .bytes(bytes) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let received = try await response.body.collect(upTo: 100_000_000)
        return Answer(status: Int(response.status.code), headers: response.headers, bytes: received)
    }

    func get(_ path: String, token: String? = adminToken) async throws -> Answer {
        try await call(.GET, path, token: token)
    }

    func post(_ path: String, _ body: JSONValue, token: String? = adminToken) async throws -> Answer {
        try await call(.POST, path, body, token: token)
    }

    func patch(_ path: String, _ body: JSONValue, token: String? = adminToken) async throws -> Answer {
        try await call(.PATCH, path, body, token: token)
    }

    func search(_ path: String, _ body: JSONValue, token: String? = adminToken) async throws -> Answer {
        try await call(.RAW(value: "SEARCH"), path, body, token: token)
    }

    func login(_ email: String = "admin@example.com", _ password: String = password) async throws -> Answer {
        try await post("/auth/login", ["email": .string(email), "password": .string(password)], token: nil)
    }

    /// A user with a policy of its own; the permissions are collection, action and further members of the row.
    func makeUser(
        _ name: String, appAccess: Bool = false, role: JSONValue = .null,
        _ permissions: [(String, String, [String: JSONValue])] = []
    ) async throws -> (id: String, token: String) {
        let token = "\(name)-token"
        let user = try await post(
            "/users",
            [
                "email": .string("\(name)@example.com"), "password": .string(Self.password), "token": .string(token),
                "role": role,
            ])
        let policy = try await post("/policies", ["name": .string(name), "app_access": .bool(appAccess)])
        _ = try await post("/access", ["user": user.data["id"] ?? .null, "policy": policy.data["id"] ?? .null])
        for (collection, action, details) in permissions {
            var row: [String: JSONValue] = [
                "policy": policy.data["id"] ?? .null, "collection": .string(collection), "action": .string(action),
                "fields": ["*"], "permissions": .object([:]),
            ]
            row.merge(details) { _, given in given }
            _ = try await post("/permissions", .object(row))
        }
        return (user.data["id"]?.string ?? "", token)
    }

    /// A collection with one column of each kind.
    func makeJobs() async throws {
        _ = try await post(
            "/collections",
            [
                "collection": "jobs", "schema": .object([:]), "meta": .object([:]),
                "fields": [
                    [
                        "field": "id", "type": "uuid", "meta": ["special": ["uuid"]],
                        "schema": ["is_primary_key": true],
                    ],
                    [
                        "field": "status", "type": "string", "meta": .object([:]),
                        "schema": ["default_value": "pending", "is_nullable": false, "is_indexed": true],
                    ],
                    ["field": "name", "type": "string", "schema": ["is_unique": true, "max_length": 20]],
                    ["field": "note", "type": "text"], ["field": "priority", "type": "integer"],
                    ["field": "score", "type": "float"], ["field": "done", "type": "boolean"],
                    ["field": "tags", "type": "csv"], ["field": "bytes", "type": "bigInteger"],
                    ["field": "params", "type": "json", "meta": ["special": ["cast-json"]]],
                    ["field": "finished_at", "type": "timestamp"], ["field": "local_time", "type": "dateTime"],
                    ["field": "date_created", "type": "timestamp", "meta": ["special": ["date-created"]]],
                    ["field": "date_updated", "type": "timestamp", "meta": ["special": ["date-updated"]]],
                    ["field": "user_created", "type": "uuid", "meta": ["special": ["user-created"]]],
                    ["field": "file", "type": "uuid", "meta": ["special": ["file"]]],
                ],
            ])
        _ = try await post(
            "/relations",
            [
                "collection": "jobs", "field": "file", "related_collection": "directus_files",
                "schema": ["on_delete": "SET NULL"],
            ])
    }

    /// Uploads parts: those with a filename are files.
    func upload(
        _ parts: [(name: String, filename: String?, type: String?, content: ByteBuffer)], method: HTTPMethod = .POST,
        to path: String = "/files", token: String? = adminToken
    ) async throws -> Answer {
        var body = ByteBuffer()
        for part in parts {
            body.writeString("--edge\r\nContent-Disposition: form-data; name=\"\(part.name)\"")
            if let filename = part.filename { body.writeString("; filename=\"\(filename)\"") }
            if let type = part.type { body.writeString("\r\nContent-Type: \(type)") }
            body.writeString("\r\n\r\n")
            body.writeImmutableBuffer(part.content)
            body.writeString("\r\n")
        }
        body.writeString("--edge--\r\n")
        return try await call(
            method, path, token: token, headers: [("Content-Type", "multipart/form-data; boundary=edge")], bytes: body)
    }
}

/// Runs a stand-in around `body`, and lets it end as a signal would.
func withStandIn(
    _ change: (inout StandInConfiguration) -> Void = { _ in },
    _ body: (StandInClient) async throws -> Void
) async throws {
    var configuration = StandInConfiguration(secret: "secret", adminPassword: StandInClient.password)
    configuration.port = 0
    configuration.adminToken = StandInClient.adminToken
    configuration.loginStall = .zero
    configuration.passwordRounds = 1_024
    change(&configuration)
    let directus = try DirectusStandIn(configuration)
    let group = ServiceGroup(
        configuration: .init(services: [directus], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        try await body(StandInClient(url: try await directus.address(), directus: directus))
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// A parameter with JSON in it.
func parameter(_ name: String, _ value: JSONValue) -> String {
    let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    let encoded = value.text.utf8.map { byte in
        if allowed.contains(byte) { return String(UnicodeScalar(byte)) }
        let digits = String(byte, radix: 16)
        return "%" + (digits.count == 1 ? "0" : "") + digits
    }
    return "\(name)=\(encoded.joined())"
}
