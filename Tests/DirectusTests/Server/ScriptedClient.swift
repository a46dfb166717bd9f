// A scripted server with a client that talks to it, and places for files.

import Foundation

@testable import Directus

/// Starts a server, gives the test a client of it, and ends both.
func withDirectus<Result>(
    _ server: ScriptedServer, token: String? = "service-token", retries: DirectusRetryPolicy = .fast,
    configure: (inout DirectusConfiguration) -> Void = { _ in },
    _ body: (DirectusClient, ScriptedServer) async throws -> Result
) async throws -> Result {
    var configuration = try DirectusConfiguration(url: server.url, token: token)
    configuration.retries = retries
    configure(&configuration)
    let client = DirectusClient(configuration)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(client, server))
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    await server.stop()
    return try result.get()
}

extension DirectusRetryPolicy {
    /// As many attempts as usual, without waiting.
    static let fast = DirectusRetryPolicy(attempts: 5, firstPause: .milliseconds(1))
}

/// A folder that is there while the test runs.
func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "directus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

/// The error that a call ends with.
func failure<Value>(_ call: () async throws(DirectusError) -> Value) async -> DirectusError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}
