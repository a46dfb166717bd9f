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
    /// What begins like a JPEG.
    static let picture = [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0x41, count: 69_997)

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
            case "/port": .init(status: .found, headers: [("Location", "http://example.com:6379/")])
            case "/credentials": .init(status: .found, headers: [("Location", "http://a:b@example.com/")])
            case "/nowhere": .init(status: .found)
            default: .init(status: .temporaryRedirect, headers: [("Location", "/loop")])
            }
        }
        let host = "127.0.0.1:\(server.port)"
        #expect(try await fetch("http://\(host)/one", trusted: [host]) == Self.picture)
        for (path, code) in [
            ("inside", MediaJobError.Code.forbiddenURL), ("scheme", .forbiddenURL), ("loop", .forbiddenURL),
            ("port", .forbiddenURL), ("credentials", .forbiddenURL),
            ("nowhere", .fetchFailed),
        ] {
            let error = try await failure { try await fetch("http://\(host)/\(path)", trusted: [host]) }
            #expect(error.code == code, "\(path): \(error)")
        }
        #expect(server.requests.count { $0.path == "/loop" } == 6)
        await server.stop()
    }

    @Test("a setting lists trusted hosts, IPv6 addresses in brackets") func trustedHosts() async throws {
        #expect(try FetchRules.trustedHosts("") == [])
        #expect(try FetchRules.trustedHosts("Files.local:8055, [::1]:80") == ["files.local:8055", "::1:80"])
        for list in ["files", "files:", ":80", "files:x", "files:65536", "a:1,b"] {
            let error = #expect(throws: MediaJobError.self) { try FetchRules.trustedHosts(list) }
            #expect(error?.message.contains("host:port") == true)
        }
        let server = try await TestServer(host: "::1") { _ in .init(body: Self.picture) }
        let host = "[::1]:\(server.port)"
        #expect(try await fetch("http://\(host)/a", trusted: FetchRules.trustedHosts(host)) == Self.picture)
        await server.stop()
    }

    @Test("a body that is too large is refused, announced or not") func tooLarge() async throws {
        let server = try await TestServer { path in .init(body: Self.picture, isChunked: path == "/chunked") }
        let host = "127.0.0.1:\(server.port)"
        for path in ["plain", "chunked"] {
            let error = try await failure {
                try await fetch("http://\(host)/\(path)", trusted: [host], change: { $0.limits.picture = 50_000 })
            }
            #expect(error.code == .tooLarge && error.isPermanent)
        }
        #expect(
            try await fetch("http://\(host)/", trusted: [host], change: { $0.limits.picture = 70_000 }).count == 70_000)
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

    /// A server that sends `part` bytes of the picture, then breaks the connection; of later requests the rest.
    func breakingServer(
        part: Int = 30_000, headers: [(String, String)], resumed: @escaping @Sendable (Int) -> TestServer.Answer
    ) async throws -> TestServer {
        try await TestServer(host: "127.0.0.1") { request in
            guard let range = request.range, let start = Int(range.dropFirst(6).dropLast()) else {
                return .init(headers: headers, body: Array(Self.picture.prefix(part)), announced: 70_000)
            }
            return resumed(start)
        }
    }

    @Test("a broken connection is taken up where it broke, if the file is still the same") func resumption()
        async throws
    {
        let headers = [("ETag", "\"v1\""), ("Content-Type", "image/jpeg")]
        let server = try await breakingServer(headers: headers) { start in
            .init(
                status: .partialContent,
                headers: headers + [("Content-Range", "bytes \(start)-69999/70000")],
                body: Array(Self.picture[start...]))
        }
        let host = "127.0.0.1:\(server.port)"
        #expect(try await fetch("http://\(host)/a.jpg", trusted: [host]) == Self.picture)
        #expect(server.requests.map(\.range) == [nil, "bytes=30000-"])
        #expect(server.requests.last?.ifRange == "\"v1\"")
        await server.stop()
    }

    @Test("a file that changed meanwhile is fetched from the start") func changedFile() async throws {
        let other = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 7, count: 9_000)
        let server = try await breakingServer(headers: [("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")]) { _ in
            .init(headers: [("ETag", "\"v2\"")], body: other)
        }
        let host = "127.0.0.1:\(server.port)"
        #expect(try await fetch("http://\(host)/a", trusted: [host]) == other)
        #expect(server.requests.last?.ifRange == "Sun, 06 Nov 1994 08:49:37 GMT")
        await server.stop()
    }

    @Test("without proof that the rest belongs to the beginning, or with the wrong rest, nothing is joined")
    func noResumption() async throws {
        for headers in [[], [("ETag", "W/\"v1\"")], [("ETag", "\"v1\""), ("Accept-Ranges", "none")]] {
            let server = try await breakingServer(headers: headers) { _ in .init(status: .partialContent) }
            let host = "127.0.0.1:\(server.port)"
            let error = try await failure { try await fetch("http://\(host)/a", trusted: [host]) }
            #expect(error.code == .fetchFailed && !error.isPermanent && server.requests.count == 1, "\(headers)")
            await server.stop()
        }
        for range in ["bytes 0-69999/70000", "bytes 30000-79999/80000", "nonsense"] {
            let server = try await breakingServer(headers: [("ETag", "\"v1\"")]) { _ in
                .init(
                    status: .partialContent, headers: [("Content-Range", range)], body: Array(Self.picture[30_000...]))
            }
            let host = "127.0.0.1:\(server.port)"
            let error = try await failure { try await fetch("http://\(host)/a", trusted: [host]) }
            #expect(error.code == .fetchFailed && server.requests.count == 2, "\(range)")
            await server.stop()
        }
    }

    @Test("a connection that breaks for ever is given up") func endlessBreaks() async throws {
        let server = try await TestServer(host: "127.0.0.1") { request in
            let start = request.range.flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
            return .init(
                status: start == 0 ? .ok : .partialContent,
                headers: [("ETag", "\"v1\""), ("Content-Range", "bytes \(start)-69999/70000")],
                body: Array(Self.picture[start..<start + 5_000]), announced: 70_000 - start)
        }
        let host = "127.0.0.1:\(server.port)"
        let error = try await failure { try await fetch("http://\(host)/a", trusted: [host]) }
        #expect(error.code == .fetchFailed && server.requests.count == 6, "\(server.requests.count)")
        await server.stop()
    }

    @Test("what is declared and what arrives must agree, and be media at all")
    func sniffing() async throws {
        let video = [0, 0, 0, 0x18] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 5_000)
        let server = try await TestServer { path in
            switch path {
            case "/page": .init(headers: [("Content-Type", "image/jpeg")], body: Array("<!DOCTYPE html><p>".utf8))
            case "/playlist": .init(headers: [("Content-Type", "video/mp4")], body: Array("#EXTM3U\nfile:///x".utf8))
            case "/text": .init(headers: [("Content-Type", "text/plain")], body: Self.picture)
            case "/video": .init(headers: [("Content-Type", "image/jpeg")], body: video)
            case "/svg": .init(headers: [("Content-Type", "image/svg+xml")], body: Self.picture)
            case "/gzip": .init(headers: [("Content-Encoding", "gzip")], body: Self.picture)
            case "/empty": .init()
            case "/png": .init(headers: [("Content-Type", "image/png")], body: Self.picture)
            case "/generic": .init(headers: [("Content-Type", "application/octet-stream")], body: video)
            default: .init(status: .notFound)
            }
        }
        let host = "127.0.0.1:\(server.port)"
        for path in ["page", "playlist", "text", "video", "svg", "gzip", "empty"] {
            let error = try await failure { try await fetch("http://\(host)/\(path)", trusted: [host]) }
            #expect(error.code == .notMedia && error.isPermanent, "\(path): \(error)")
        }
        // Servers guess by file names: within a family the bytes decide.
        #expect(try await fetch("http://\(host)/png", trusted: [host]) == Self.picture)
        #expect(try await fetch("http://\(host)/generic", trusted: [host], change: { $0.limits.picture = 10 }) == video)
        await server.stop()
    }

    @Test("the server's date is understood, too") func retryDate() async throws {
        let server = try await TestServer { _ in
            .init(status: .serviceUnavailable, headers: [("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")])
        }
        let host = "127.0.0.1:\(server.port)"
        let error = try await failure { try await fetch("http://\(host)/", trusted: [host]) }
        #expect(error.retryAfter == .seconds(86400))
        await server.stop()
    }

    @Test("a server that never answers is given up, and so is one that falls silent or takes for ever")
    func times() async throws {
        let server = try await TestServer { path in
            .init(
                body: Self.picture, announced: 100_000, hangs: true, isSilent: path == "/silent")
        }
        let host = "127.0.0.1:\(server.port)"
        for (path, change) in [
            (
                "silent",
                {
                    $0.firstByte = .milliseconds(50); $0.connect = .milliseconds(50)
                }
            ),
            ("silent", { $0.total = .milliseconds(100) }), ("hang", { $0.idle = .milliseconds(100) }),
            ("hang", { $0.total = .milliseconds(100) }),
        ] as [(String, (inout FetchRules) -> Void)] {
            let start = ContinuousClock.now
            let error = try await failure { try await fetch("http://\(host)/\(path)", trusted: [host], change: change) }
            #expect(error.code == .fetchFailed && !error.isPermanent, "\(path): \(error)")
            #expect(ContinuousClock.now - start < .seconds(10), "\(path)")
        }
        await server.stop()
    }

    @Test("cancelling the task ends the wait") func cancellation() async throws {
        let server = try await TestServer { _ in .init(body: Self.picture, announced: 100_000, hangs: true) }
        let host = "127.0.0.1:\(server.port)"
        let work = Task { try await fetch("http://\(host)/", trusted: [host]) }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        await server.stop()
    }

    @Test("the origin tells name, types, redirects and resumptions") func origin() async throws {
        let folder = try #require(folder)
        let server = try await TestServer { path in
            path == "/go"
                ? .init(status: .found, headers: [("Location", "/file")])
                : .init(
                    headers: [
                        ("Content-Type", "image/png"),
                        ("Content-Disposition", "attachment; filename=\"x.jpg\"; filename*=UTF-8''..%2F%C3%BCber.jpg"),
                    ], body: Self.picture)
        }
        let host = "127.0.0.1:\(server.port)"
        var rules = FetchRules()
        rules.trustedHosts = [host]
        let origin = try await RemoteFetcher(rules: rules).fetch(
            "http://\(host)/go", into: folder.url.appendingPathComponent("f"))
        #expect(origin.name == "über.jpg" && origin.declaredType == "image/png" && origin.type?.name == "jpeg")
        #expect(origin.redirects == 1 && origin.resumptions == 0)
        await server.stop()
    }
}
