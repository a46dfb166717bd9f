// Fetching a remote input (media.md §18): every hop is resolved, checked and pinned; sizes and times are bounded; what
// arrives must be what it is said to be; a broken connection is taken up where it broke.

import AsyncHTTPClient
public import FoundationEssentials
import LanguageModel
import NIOCore
import NIOHTTP1

/// What a fetch may cost, and where it may go.
public struct FetchRules: Sendable {
    /// Largest bodies.
    public var limits = InputLimits()
    /// Most redirects. Default 5.
    public var redirects = 5
    /// How often the rest is asked for after the connection broke. Default 5.
    public var resumptions = 5
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
    ///
    /// - Parameter progress: Receives the fraction that has arrived, where the server says how long the body is.
    /// - Returns: What the server said about the file.
    @discardableResult
    public func fetch(
        _ text: String, into file: URL, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> InputOrigin {
        let deadline = ContinuousClock.now + rules.total
        var body = ArrivingBody(sink: try NewFile(file), limits: rules.limits, progress: progress)
        var origin = InputOrigin()
        var resumptions = 0
        while true {
            let before = body.count
            do {
                try await followRedirects(from: text, into: &body, origin: &origin, deadline: deadline)
                origin.resumptions = resumptions
                return origin
            } catch let broken as BrokenConnection {
                // Worth it only if the server can tell that the rest belongs to the beginning, and if something arrived.
                guard body.validator != nil, body.count > before, resumptions < rules.resumptions else {
                    throw broken.reason
                }
                resumptions += 1
            }
        }
    }

    private func followRedirects(
        from text: String, into body: inout ArrivingBody, origin: inout InputOrigin, deadline: ContinuousClock.Instant
    ) async throws {
        let ports = rules.ports.union(trustedPorts)
        var target = try RemoteURL(text, ports: ports)
        for hop in 0...rules.redirects {
            try Task.checkCancellation()
            origin = InputOrigin(url: target.url.absoluteString)
            origin.redirects = hop
            guard let next = try await request(target, into: &body, origin: &origin, deadline: deadline) else { return }
            let following = try RemoteURL(next, relativeTo: target.url, ports: ports)
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
    private func request(
        _ target: RemoteURL, into body: inout ArrivingBody, origin: inout InputOrigin,
        deadline: ContinuousClock.Instant
    ) async throws -> String? {
        let address = try await address(for: target)
        var configuration = HTTPClient.Configuration()
        for spelling in [target.host, target.host.lowercased()] { configuration.dnsOverride[spelling] = address.text }
        configuration.redirectConfiguration = .disallow
        configuration.proxy = nil
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(rules.connect.nanoseconds),
            read: .nanoseconds(max(min(rules.idle, deadline - .now), .milliseconds(1)).nanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        do {
            let next = try await exchange(client, target, into: &body, origin: &origin, deadline: deadline)
            try await client.shutdown()
            return next
        } catch {
            try? await client.shutdown()
            // A cancelled request fails in the client's own words.
            try Task.checkCancellation()
            throw Self.explained(error, host: target.host)
        }
    }

    private func exchange(
        _ client: HTTPClient, _ target: RemoteURL, into body: inout ArrivingBody, origin: inout InputOrigin,
        deadline: ContinuousClock.Instant
    ) async throws -> String? {
        var request = HTTPClientRequest(url: target.url.absoluteString)
        request.headers.add(name: "User-Agent", value: "swift-bullmq media-worker")
        request.headers.add(name: "Accept", value: "image/*, video/*, audio/*, */*;q=0.5")
        // A compressed transfer could unfold to anything.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let validator = body.validator, body.count > 0 {
            request.headers.add(name: "Range", value: "bytes=\(body.count)-")
            request.headers.add(name: "If-Range", value: validator)
        }
        let left = deadline - .now
        guard left > .zero else { throw MediaJobError(.fetchFailed, "Fetching took longer than \(rules.total)") }
        let response = try await client.execute(
            request, timeout: .nanoseconds(min(left, rules.firstByte + rules.connect).nanoseconds))
        func header(_ name: String) -> String? { response.headers.first(name: name) }
        switch response.status.code {
        case 200: try body.begin(length: header("Content-Length").flatMap { Int($0) })
        case 206 where body.count > 0: try body.resume(range: header("Content-Range"), host: target.host)
        case 301, 302, 303, 307, 308:
            guard let location = header("Location") else {
                throw MediaJobError(.fetchFailed, "\(target.host) redirects without saying where to")
            }
            return location
        default: throw Self.refusal(response, host: target.host)
        }
        if let encoding = header("Content-Encoding")?.lowercased(), encoding != "identity" {
            throw MediaJobError(.notMedia, "\(target.host) sent a compressed body (\(encoding)), which is not accepted")
        }
        origin.declaredType = header("Content-Type")
        if let proposed = header("Content-Disposition").flatMap(ContentDisposition.fileName) { origin.name = proposed }
        body.declaredType = origin.declaredType
        body.host = target.host
        body.validator = Self.validator(
            etag: header("ETag"), modified: header("Last-Modified"), header("Accept-Ranges"))
        try await receive(response, into: &body, deadline: deadline)
        origin.type = body.type
        return nil
    }

    private func receive(
        _ response: HTTPClientResponse, into body: inout ArrivingBody, deadline: ContinuousClock.Instant
    ) async throws {
        do {
            for try await var part in response.body {
                guard ContinuousClock.now < deadline else {
                    throw MediaJobError(.fetchFailed, "Fetching took longer than \(rules.total)")
                }
                try body.append(part.readBytes(length: part.readableBytes) ?? [])
            }
        } catch let error as MediaJobError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw BrokenConnection(reason: Self.explained(error, host: body.host))
        }
        try body.finish()
    }

    /// What proves that a later answer is the rest of the same file: a strong entity tag, else a date.
    private static func validator(etag: String?, modified: String?, _ acceptRanges: String?) -> String? {
        guard acceptRanges?.lowercased() != "none" else { return nil }
        if let etag, etag.hasPrefix("\"") { return etag }
        return modified
    }

    private static func refusal(_ response: HTTPClientResponse, host: String) -> MediaJobError {
        let status = Int(response.status.code)
        switch status {
        case 408, 425, 429, 500...:
            let pause = response.headers.first(name: "Retry-After").flatMap { RetryAfter($0)?.pause }
            return MediaJobError(.fetchFailed, "\(host) answered with status \(status)", retryAfter: pause)
        case 416:
            return MediaJobError(.fetchFailed, "\(host) does not have the rest of the file")
        case 401, 402, 403, 404, 410, 451:
            return MediaJobError(.notFound, "\(host) answered with status \(status)")
        default:
            return MediaJobError(.notMedia, "\(host) answered with status \(status)")
        }
    }

    /// Failures of the network may pass; they say so without details of this machine.
    private static func explained(_ error: any Error, host: String) -> any Error {
        if error is MediaJobError || error is CancellationError || error is BrokenConnection { return error }
        if let error = error as? HTTPClientError {
            return MediaJobError(.fetchFailed, "\(host) could not be asked: \(error.shortDescription)")
        }
        return MediaJobError(.fetchFailed, "\(host) could not be asked: \(type(of: error))")
    }
}

/// The connection broke while the body was arriving.
struct BrokenConnection: Error {
    /// What to say if it cannot be taken up again.
    let reason: any Error
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
