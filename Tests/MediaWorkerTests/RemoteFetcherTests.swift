// Fetching: what arrives, what is refused, and that a checked address is the one that is connected to.

import Foundation
import NIOHTTP1
import Testing

@testable import MediaJobs

@Suite struct RemoteFetcherTests {
    /// Resolves names as a test says; counts how often it was asked.
    struct FakeResolver: HostResolving {
        var names: [String: [NetworkAddress]]
        func addresses(of host: String) async throws -> [NetworkAddress] {
            if let known = names[host] { return known }
            return try await SystemHostResolver().addresses(of: host)
        }
    }

    static let loopback = NetworkAddress(bytes: [127, 0, 0, 1], text: "127.0.0.1")
    static let picture = [UInt8](repeating: 0x41, count: 70_000)

    let folder = try? TestFolder()

    func fetch(
        _ url: String, trusted: Set<String> = [], resolver: any HostResolving = SystemHostResolver(),
        change: (inout FetchRules) -> Void = { _ in }
    ) async throws -> [UInt8] {
        let folder = try #require(folder)
        var rules = FetchRules()
        rules.trustedHosts = trusted
        change(&rules)
        let file = folder.url.appendingPathComponent(UUID().uuidString)
        try await RemoteFetcher(rules: rules, resolver: resolver).fetch(url, into: file)
        return try Array(Data(contentsOf: file))
    }

    func failure(_ action: () async throws -> some Any) async throws -> MediaJobError {
        do {
            _ = try await action()
        } catch let error as MediaJobError {
            return error
        }
        throw UnexpectedSuccess()
    }
    struct UnexpectedSuccess: Error {}

    @Test("a body arrives, also without an announced length") func body() async throws {
        let server = try await TestServer { path in
            .init(body: Self.picture, isChunked: path == "/chunked")
        }
        let host = "127.0.0.1:\(server.port)"
        #expect(try await fetch("http://\(host)/a.jpg", trusted: [host]) == Self.picture)
        #expect(try await fetch("http://\(host)/chunked", trusted: [host]) == Self.picture)
        await server.stop()
    }

    @Test("a private host is refused before it is asked") func privateHost() async throws {
        let server = try await TestServer { _ in .init(body: Self.picture) }
        for url in [
            "http://127.0.0.1:\(server.port)/", "http://localhost:\(server.port)/", "http://[::1]:\(server.port)/",
            "http://2130706433:\(server.port)/",
        ] {
            let error = try await failure { try await fetch(url, change: { $0.ports.insert(server.port) }) }
            #expect(error.code == .forbiddenURL && error.isPermanent, "\(url) \(error)")
        }
        let error = try await failure { try await fetch("http://169.254.169.254/latest/meta-data/") }
        #expect(error.code == .forbiddenURL)
        #expect(server.requests.isEmpty)
        await server.stop()
    }

    @Test("one private address among public ones is enough to refuse") func mixedAddresses() async throws {
        let open = NetworkAddress(bytes: [8, 8, 8, 8], text: "8.8.8.8")
        let resolver = FakeResolver(names: ["mixed.example": [open, Self.loopback]])
        let error = try await failure { try await fetch("http://mixed.example/", resolver: resolver) }
        #expect(error.code == .forbiddenURL)
    }

    @Test("the connection goes to the checked address, with the name in the Host header") func pinned() async throws {
        let server = try await TestServer { _ in .init(body: Self.picture) }
        // The system's resolver does not know this name: only the pinned address can have been used.
        let resolver = FakeResolver(names: ["pinned.invalid": [Self.loopback]])
        let host = "pinned.invalid:\(server.port)"
        #expect(try await fetch("http://\(host)/a", trusted: [host], resolver: resolver) == Self.picture)
        #expect(server.requests.map(\.host) == [host])
        let shouted = FakeResolver(names: ["PINNED.Invalid": [Self.loopback], "pinned.invalid": [Self.loopback]])
        let other = "PINNED.Invalid:\(server.port)"
        #expect(try await fetch("http://\(other)/a", trusted: [host], resolver: shouted) == Self.picture)
        await server.stop()
    }

    @Test("redirects are followed, checked and counted") func redirects() async throws {
        let server = try await TestServer { path in
            switch path {
            case "/one": .init(status: .found, headers: [("Location", "/two")])
            case "/two": .init(status: .movedPermanently, headers: [("Location", "three")])
            case "/three": .init(body: Self.picture)
            case "/inside": .init(status: .found, headers: [("Location", "http://169.254.169.254/latest/")])
            case "/scheme": .init(status: .found, headers: [("Location", "file:///etc/passwd")])
            case "/nowhere": .init(status: .found)
            default: .init(status: .temporaryRedirect, headers: [("Location", "/loop")])
            }
        }
        let host = "127.0.0.1:\(server.port)"
        #expect(try await fetch("http://\(host)/one", trusted: [host]) == Self.picture)
        for (path, code) in [
            ("inside", MediaJobError.Code.forbiddenURL), ("scheme", .forbiddenURL), ("loop", .forbiddenURL),
            ("nowhere", .fetchFailed),
        ] {
            let error = try await failure { try await fetch("http://\(host)/\(path)", trusted: [host]) }
            #expect(error.code == code, "\(path): \(error)")
        }
        #expect(server.requests.count { $0.path == "/loop" } == 6)
        await server.stop()
    }

    @Test("a body that is too large is refused, announced or not") func tooLarge() async throws {
        let server = try await TestServer { path in .init(body: Self.picture, isChunked: path == "/chunked") }
        let host = "127.0.0.1:\(server.port)"
        for path in ["plain", "chunked"] {
            let error = try await failure {
                try await fetch("http://\(host)/\(path)", trusted: [host], change: { $0.bytes = 50_000 })
            }
            #expect(error.code == .tooLarge && error.isPermanent)
        }
        #expect(try await fetch("http://\(host)/", trusted: [host], change: { $0.bytes = 70_000 }).count == 70_000)
        await server.stop()
    }

    @Test("statuses tell whether another attempt makes sense") func statuses() async throws {
        let server = try await TestServer { path in
            let status = Int(path.dropFirst()) ?? 0
            return .init(
                status: HTTPResponseStatus(statusCode: status), headers: status == 429 ? [("Retry-After", "7")] : [])
        }
        let host = "127.0.0.1:\(server.port)"
        for (status, isPermanent) in [
            (400, true), (401, true), (403, true), (404, true), (410, true), (408, false), (429, false), (500, false),
            (503, false),
        ] {
            let error = try await failure { try await fetch("http://\(host)/\(status)", trusted: [host]) }
            #expect(error.isPermanent == isPermanent, "\(status): \(error)")
            #expect(error.retryAfter == (status == 429 ? .seconds(7) : nil))
        }
        await server.stop()
    }

    @Test("a web page is no media file") func html() async throws {
        let server = try await TestServer { _ in
            .init(headers: [("Content-Type", "text/html; charset=utf-8")], body: [60])
        }
        let host = "127.0.0.1:\(server.port)"
        let error = try await failure { try await fetch("http://\(host)/", trusted: [host]) }
        #expect(error.code == .notMedia && error.isPermanent)
        await server.stop()
    }

    @Test("a body that ends early or stalls is worth another attempt") func interrupted() async throws {
        let server = try await TestServer { path in
            .init(body: Self.picture, announced: 100_000, hangs: path == "/hang")
        }
        let host = "127.0.0.1:\(server.port)"
        for path in ["short", "hang"] {
            let error = try await failure {
                try await fetch("http://\(host)/\(path)", trusted: [host], change: { $0.idle = .milliseconds(300) })
            }
            #expect(error.code == .fetchFailed && !error.isPermanent, "\(path): \(error)")
        }
        await server.stop()
        let gone = try await failure { try await fetch("http://\(host)/", trusted: [host]) }
        #expect(gone.code == .fetchFailed && !gone.isPermanent)
    }
}
