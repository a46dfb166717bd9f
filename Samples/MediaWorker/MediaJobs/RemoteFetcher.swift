// Fetching a remote input (media.md §18): every hop is resolved, checked and pinned; sizes and times are bounded.

import AsyncHTTPClient
public import FoundationEssentials
import NIOCore
import NIOHTTP1

/// What a fetch may cost, and where it may go.
public struct FetchRules: Sendable {
    /// Largest body in bytes. Default 100 MB.
    public var bytes = 100_000_000
    /// Most redirects. Default 5.
    public var redirects = 5
    /// Time to connect. Default 10 seconds.
    public var connect: Duration = .seconds(10)
    /// Time to the head of the response. Default 20 seconds.
    public var firstByte: Duration = .seconds(20)
    /// Longest silence while the body arrives. Default 30 seconds.
    public var idle: Duration = .seconds(30)
    /// Time for everything, redirects included. Default 15 minutes.
    public var total: Duration = .seconds(900)
    /// Ports that may be asked. Default 80 and 443.
    public var ports: Set<Int> = [80, 443]
    /// Hosts, as `host:port`, that are asked even if their addresses are private: for a storage server in the same
    /// network, and for tests. Their port counts as allowed.
    public var trustedHosts: Set<String> = []

    /// The default rules.
    public init() {}
}

/// Fetches remote inputs into files.
public struct RemoteFetcher: Sendable {
    private let rules: FetchRules
    private let resolver: any HostResolving

    /// Makes a fetcher.
    public init(rules: FetchRules = FetchRules(), resolver: any HostResolving = SystemHostResolver()) {
        self.rules = rules
        self.resolver = resolver
    }

    /// Fetches the body that `text` leads to into a new file.
    public func fetch(_ text: String, into file: URL) async throws {
        let deadline = ContinuousClock.now + rules.total
        var target = try RemoteURL(text, ports: rules.ports.union(trustedPorts))
        for _ in 0...rules.redirects {
            try Task.checkCancellation()
            guard let next = try await request(target, into: file, deadline: deadline) else { return }
            let following = try RemoteURL(next, relativeTo: target.url, ports: rules.ports.union(trustedPorts))
            guard following.isSecure || !target.isSecure else {
                throw MediaJobError(.forbiddenURL, "\"input_url\" redirects from https to http")
            }
            target = following
        }
        throw MediaJobError(.forbiddenURL, "\"input_url\" redirects more than \(rules.redirects) times")
    }

    private var trustedPorts: Set<Int> {
        Set(rules.trustedHosts.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } })
    }

    /// The one address to connect to. All of a host's addresses must be acceptable: which one is used is otherwise
    /// chance.
    private func address(for target: RemoteURL) async throws -> NetworkAddress {
        let found = try await resolver.addresses(of: target.host)
        let isTrusted = rules.trustedHosts.contains("\(target.host.lowercased()):\(target.port)")
        guard let first = found.first, isTrusted || (rules.ports.contains(target.port) && found.allSatisfy(\.isPublic))
        else {
            throw MediaJobError(.forbiddenURL, "\"input_url\" leads to \(target.host), which is not a public address")
        }
        return found.first { $0.bytes.count == 4 } ?? first
    }

    /// Asks one URL. Returns where it redirects to, or nil when the body is in the file.
    private func request(_ target: RemoteURL, into file: URL, deadline: ContinuousClock.Instant) async throws -> String?
    {
        let address = try await address(for: target)
        var configuration = HTTPClient.Configuration()
        for spelling in [target.host, target.host.lowercased()] { configuration.dnsOverride[spelling] = address.text }
        configuration.redirectConfiguration = .disallow
        configuration.proxy = nil
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(rules.connect.nanoseconds), read: .nanoseconds(rules.idle.nanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        do {
            let next = try await exchange(client, target, into: file, deadline: deadline)
            try await client.shutdown()
            return next
        } catch {
            try? await client.shutdown()
            throw Self.explained(error, host: target.host)
        }
    }

    private func exchange(
        _ client: HTTPClient, _ target: RemoteURL, into file: URL, deadline: ContinuousClock.Instant
    ) async throws -> String? {
        var request = HTTPClientRequest(url: target.url.absoluteString)
        request.headers.add(name: "User-Agent", value: "swift-bullmq media-worker")
        request.headers.add(name: "Accept", value: "image/*, */*;q=0.5")
        let left = deadline - .now
        guard left > .zero else { throw MediaJobError(.fetchFailed, "Fetching took longer than \(rules.total)") }
        let response = try await client.execute(
            request, timeout: .nanoseconds(min(left, rules.firstByte + rules.connect).nanoseconds))
        switch response.status.code {
        case 200: break
        case 301, 302, 303, 307, 308:
            guard let location = response.headers.first(name: "Location") else {
                throw MediaJobError(.fetchFailed, "\(target.host) redirects without saying where to")
            }
            return location
        default: throw Self.refusal(response, host: target.host)
        }
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        guard !type.hasPrefix("text/html"), !type.hasPrefix("application/xhtml") else {
            throw MediaJobError(.notMedia, "\(target.host) sent a web page instead of a media file")
        }
        try await store(response, in: file, deadline: deadline)
        return nil
    }

    private func store(_ response: HTTPClientResponse, in file: URL, deadline: ContinuousClock.Instant) async throws {
        let tooLarge = MediaJobError(.tooLarge, "The file is larger than \(rules.bytes) bytes")
        let announced = response.headers.first(name: "Content-Length").flatMap { Int($0) }
        if let announced, announced > rules.bytes { throw tooLarge }
        let sink = try NewFile(file)
        var received = 0
        for try await var part in response.body {
            received += part.readableBytes
            guard received <= rules.bytes else { throw tooLarge }
            guard ContinuousClock.now < deadline else {
                throw MediaJobError(.fetchFailed, "Fetching took longer than \(rules.total)")
            }
            try sink.write(part.readBytes(length: part.readableBytes) ?? [])
        }
        guard announced == nil || announced == received else {
            throw MediaJobError(.fetchFailed, "Only \(received) of \(announced ?? 0) bytes arrived")
        }
    }

    private static func refusal(_ response: HTTPClientResponse, host: String) -> MediaJobError {
        let status = Int(response.status.code)
        switch status {
        case 408, 425, 429, 500...:
            let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
            return MediaJobError(
                .fetchFailed, "\(host) answered with status \(status)",
                retryAfter: seconds.map { .seconds(min(max($0, 0), 86400)) })
        case 401, 402, 403, 404, 410, 451:
            return MediaJobError(.notFound, "\(host) answered with status \(status)")
        default:
            return MediaJobError(.notMedia, "\(host) answered with status \(status)")
        }
    }

    /// Failures of the network may pass; they say so without details of this machine.
    private static func explained(_ error: any Error, host: String) -> any Error {
        if error is MediaJobError || error is CancellationError { return error }
        if let error = error as? HTTPClientError {
            return MediaJobError(.fetchFailed, "\(host) could not be asked: \(error.shortDescription)")
        }
        return MediaJobError(.fetchFailed, "\(host) could not be asked: \(type(of: error))")
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
