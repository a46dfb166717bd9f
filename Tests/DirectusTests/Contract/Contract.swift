// What we believe about Directus, checked against a server: the stand-in, or a real one if `DIRECTUS_URL` and
// `DIRECTUS_TOKEN` (an admin's static token) are set. A real one gets collections, users and files of its own names, which
// are deleted again.

import AsyncHTTPClient
import Directus
import DirectusStandIn
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// A server under test.
struct Contract: Sendable {
    let url: String
    let token: String
    /// Only of the stand-in.
    let faults: StandInFaults?
    let client: DirectusClient
    /// A collection that exists while the test runs.
    let collection: String

    static let realServer: (url: String, token: String)? = {
        let environment = ProcessInfo.processInfo.environment
        guard let url = environment["DIRECTUS_URL"], let token = environment["DIRECTUS_TOKEN"] else { return nil }
        return (url, token)
    }()

    /// An answer.
    struct Reply: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: ByteBuffer

        var text: String { String(buffer: body) }
        var json: DirectusValue? { try? JSONDecoder().decode(DirectusValue.self, from: Data(body.readableBytesView)) }
        var data: DirectusValue? { json?["data"] }
        var rows: [DirectusValue] { data?.array ?? [] }
        var code: String? { json?["errors"]?.array?.first?["extensions"]?["code"]?.string }
        /// The status and the code, as the tables of errors have them.
        var outcome: String { code.map { "\(status) \($0)" } ?? "\(status)" }
    }

    /// Runs a test against the server, with a fresh collection of the columns `slug`, `number`, `params`, `at` and so on.
    static func run(_ body: (Contract) async throws -> Void) async throws {
        if let realServer {
            try await run(url: realServer.url, token: realServer.token, faults: nil, body)
            return
        }
        var configuration = StandInConfiguration(
            secret: "a secret of the test", adminPassword: "a password of the test")
        configuration.port = 0
        configuration.adminToken = "admin-token-of-the-test"
        configuration.loginStall = .milliseconds(10)
        let server = try DirectusStandIn(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let url = try await server.address()
            try await run(url: url, token: "admin-token-of-the-test", faults: server.faults, body)
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                return
            }
        }
    }

    private static func run(
        url: String, token: String, faults: StandInFaults?, _ body: (Contract) async throws -> Void
    ) async throws {
        var settings = try DirectusConfiguration(url: url, token: token)
        settings.retries = .fast
        let name = "contract_" + UUID().uuidString.prefix(8).lowercased()
        let contract = Contract(
            url: url, token: token, faults: faults, client: DirectusClient(settings), collection: name)
        try #require(try await contract.call("POST", "/collections", contract.definition).status == 200)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(contract))
        } catch {
            result = .failure(error)
        }
        faults?.clear()
        let removed = try await contract.call("DELETE", "/collections/\(name)")
        await contract.client.shutdown()
        try result.get()
        #expect(removed.status == 204)
    }

    private var definition: DirectusValue {
        func column(
            _ name: String, _ type: String, special: [String] = [], schema: DirectusValue = [:]
        ) -> DirectusValue {
            [
                "field": .string(name), "type": .string(type), "schema": schema,
                "meta": ["special": special.isEmpty ? nil : .array(special.map { .string($0) })],
            ]
        }
        return [
            "collection": .string(collection), "meta": ["accountability": nil], "schema": [:],
            "fields": [
                column("id", "uuid", special: ["uuid"], schema: ["is_primary_key": true]),
                column("slug", "string", schema: ["is_unique": true]), column("number", "integer"),
                column("flag", "boolean", special: ["cast-boolean"]), column("params", "json", special: ["cast-json"]),
                column("at", "timestamp"), column("status", "string", schema: ["default_value": "pending"]),
                column("date_created", "timestamp", special: ["date-created"]),
                column("user_created", "uuid", special: ["user-created"]),
            ],
        ]
    }

    /// The path of the collection's rows.
    var items: String { "/items/\(collection)" }

    /// Sends a request as the admin, or as `token` says.
    func call(
        _ method: String, _ path: String, _ json: DirectusValue? = nil, token: Token = .admin,
        query: [(String, String)] = [], headers: [(String, String)] = []
    ) async throws -> Reply {
        let body = try json.map { ByteBuffer(string: try $0.serialized()) }
        return try await send(
            method, path, body.map { ("application/json", $0) }, token: token, query: query, headers: headers)
    }

    /// Sends a request with a body of any type.
    func send(
        _ method: String, _ path: String, _ body: (type: String, bytes: ByteBuffer)?, token: Token = .admin,
        query: [(String, String)] = [], headers: [(String, String)] = []
    ) async throws -> Reply {
        var address = url + path
        if !query.isEmpty {
            let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
            let pairs = query.map { name, value in
                [name, value].map { $0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "" }.joined(
                    separator: "=")
            }
            address += "?" + pairs.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: address)
        request.method = HTTPMethod(rawValue: method)
        switch token {
        case .admin: request.headers.add(name: "Authorization", value: "Bearer \(self.token)")
        case .other(let token): request.headers.add(name: "Authorization", value: "Bearer \(token)")
        case .none: break
        }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: body.type)
            request.body = .bytes(body.bytes)
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        return Reply(
            status: Int(response.status.code), headers: response.headers,
            body: try await response.body.collect(upTo: 16 << 20))
    }

    /// Whose token a request carries.
    enum Token {
        case admin
        case other(String)
        case none
    }

    /// Adds rows with these slugs and numbers from 1.
    func add(_ slugs: String...) async throws {
        let rows = slugs.enumerated().map { number, slug -> DirectusValue in
            ["slug": .string(slug), "number": .integer(Int64(number + 1))]
        }
        try #require(try await call("POST", items, .array(rows)).status == 200)
    }

    /// Makes a user with a static token and, if wanted, permissions on the collection; removes both afterwards.
    func withUser(
        permissions: [DirectusValue] = [], _ body: (_ id: String, _ token: String, _ email: String) async throws -> Void
    ) async throws {
        let policy = try await create("/policies", ["name": "Contract", "app_access": false, "admin_access": false])
        for permission in permissions {
            var row = permission.object ?? [:]
            row["policy"] = .string(policy)
            row["collection"] = .string(collection)
            _ = try await call("POST", "/permissions", .object(row))
        }
        let role = try await create("/roles", ["name": "Contract"])
        _ = try await create("/access", ["policy": .string(policy), "role": .string(role)])
        let token = "token-\(UUID().uuidString)"
        let email = "\(collection)-\(UUID().uuidString.prefix(8).lowercased())@example.com"
        let user = try await create(
            "/users",
            [
                "email": .string(email), "password": "a password of the user", "role": .string(role),
                "status": "active",
                "token": .string(token),
            ])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(user, token, email))
        } catch {
            result = .failure(error)
        }
        for path in ["/users/\(user)", "/roles/\(role)", "/policies/\(policy)"] { _ = try await call("DELETE", path) }
        try result.get()
    }

    private func create(_ path: String, _ body: DirectusValue) async throws -> String {
        let reply = try await call("POST", path, body)
        return try #require(reply.data?["id"]?.string, "\(path): \(reply.outcome)")
    }
}
