// Sends calls: address, token, patience, repetition, and the translation of whatever goes wrong.

import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// How an attempt failed.
struct FailedAttempt: Error {
    var error: DirectusError
    /// Whether the server may have got the request.
    var wasSent: Bool
}

extension DirectusClient {
    /// Sends a call until it succeeds, cannot succeed, or patience ends.
    func send(_ call: Call) async throws(DirectusError) -> Answer {
        try await repeating(call) { () async throws(FailedAttempt) in try await self.attempt(call) }
    }

    /// Sends a call once and reads its answer into memory.
    func attempt(_ call: Call) async throws(FailedAttempt) -> Answer {
        let response = try await start(call)
        return Answer(
            status: Int(response.status.code),
            body: try await collect(response, limit: configuration.largestAnswer))
    }

    /// Runs attempts by the policy of a call.
    func repeating<Result: Sendable>(
        _ call: Call, _ attempt: () async throws(FailedAttempt) -> Result
    ) async throws(DirectusError) -> Result {
        let policy = call.retries ?? configuration.retries
        var number = 1
        while true {
            let failure: FailedAttempt
            do {
                return try await attempt()
            } catch {
                failure = error
            }
            logger.debug(
                "a call of Directus failed",
                metadata: [
                    "method": "\(call.method)", "path": "\(call.place)", "attempt": "\(number)",
                    "code": "\(failure.error.code.rawValue)", "status": "\(failure.error.status ?? 0)",
                ])
            guard
                let pause = policy.pause(
                    after: failure.error, attempt: number, safety: call.safety, wasSent: failure.wasSent,
                    chance: .random(in: 0...1))
            else { throw failure.error }
            try await Self.sleep(pause)
            number += 1
        }
    }

    static func sleep(_ pause: Duration) async throws(DirectusError) {
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw DirectusError(.cancelled, message: "The call of Directus was cancelled")
        }
    }

    /// Sends a call once; a response with a status from 200 to 299, its body still to be read.
    func start(_ call: Call) async throws(FailedAttempt) -> HTTPClientResponse {
        let request: HTTPClientRequest
        do {
            request = try self.request(for: call)
        } catch {
            throw FailedAttempt(error: error, wasSent: false)
        }
        let response: HTTPClientResponse
        do {
            response = try await http.execute(
                request, timeout: TimeAmount(call.timeout ?? configuration.timeout), logger: nil)
        } catch {
            throw Self.failure(error)
        }
        let status = Int(response.status.code)
        guard !(200..<300).contains(status) else { return response }
        // What is wrong is told in the first bytes; a proxy's page may be long.
        var start = ByteBuffer()
        do {
            for try await var part in response.body {
                start.writeBuffer(&part)
                if start.readableBytes > 65536 { break }
            }
        } catch {
            // The status alone says enough.
            logger.trace("the text of a refusal did not arrive whole", metadata: ["status": "\(status)"])
        }
        if Task.isCancelled { throw Self.failure(CancellationError()) }
        throw FailedAttempt(
            error: Refusal.error(
                status: status, headers: response.headers, body: start, hiding: Self.secret(of: call, configuration)),
            wasSent: true)
    }

    /// Reads a body into memory.
    func collect(_ response: HTTPClientResponse, limit: Int) async throws(FailedAttempt) -> ByteBuffer {
        do {
            return try await response.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw FailedAttempt(
                error: DirectusError(
                    .contentTooLarge, message: "The answer of Directus is longer than \(limit) bytes; ask for less"),
                wasSent: true)
        } catch {
            throw Self.failure(error)
        }
    }

    private func request(for call: Call) throws(DirectusError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: configuration.url + call.path)
        request.method = call.method
        request.headers.add(name: "Accept", value: "application/json")
        // Pollers must not see what a response cache remembers (Directus, section 8).
        request.headers.add(name: "Cache-Control", value: "no-store")
        let token: String? =
            switch call.token {
            case .own: configuration.token
            case .other(let token): token
            case .none: nil
            }
        if let token {
            guard BearerToken.isSendable(token) else {
                throw DirectusError(.invalidToken, message: "The token holds characters that no token of Directus has")
            }
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        for (name, value) in call.headers { request.headers.replaceOrAdd(name: name, value: value) }
        switch call.body {
        case .none: break
        case .json(let data):
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: data))
        case .stream(let type, let makeBody):
            request.headers.add(name: "Content-Type", value: type)
            request.body = makeBody()
        }
        return request
    }

    private static func secret(of call: Call, _ configuration: DirectusConfiguration) -> String? {
        switch call.token {
        case .own: configuration.token
        case .other(let token): token
        case .none: nil
        }
    }

    /// What an error of the HTTP library means. Only its kind is kept: its text may hold addresses.
    static func failure(_ error: any Error) -> FailedAttempt {
        switch error {
        case let failed as FailedAttempt: return failed
        case let error as DirectusError: return FailedAttempt(error: error, wasSent: true)
        case is CancellationError:
            return FailedAttempt(
                error: DirectusError(.cancelled, message: "The call of Directus was cancelled"), wasSent: true)
        case let error as HTTPClientError: return failure(error)
        case is NIOConnectionError:
            return FailedAttempt(
                error: DirectusError(.unreachable, message: "Nobody accepts connections at the address of Directus"),
                wasSent: false)
        default:
            return FailedAttempt(
                error: DirectusError(.unreachable, message: "The connection to Directus broke: \(type(of: error))"),
                wasSent: true)
        }
    }

    private static func failure(_ error: HTTPClientError) -> FailedAttempt {
        let text = error.shortDescription
        switch error {
        case .cancelled, .requestStreamCancelled, .alreadyShutdown:
            // The library says "cancelled" for a task's cancellation and for its own shutdown.
            return FailedAttempt(
                error: DirectusError(.cancelled, message: "The call of Directus was cancelled: \(text)"), wasSent: true)
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            return FailedAttempt(
                error: DirectusError(.timedOut, message: "Directus did not answer in time: \(text)"), wasSent: true)
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            return FailedAttempt(
                error: DirectusError(.timedOut, message: "Directus cannot be reached in time: \(text)"), wasSent: false)
        case .invalidURL, .emptyHost, .emptyScheme, .bodyLengthMismatch:
            return FailedAttempt(
                error: DirectusError(.invalidArgument, message: "The request for Directus cannot be sent: \(text)"),
                wasSent: false)
        default:
            return FailedAttempt(
                error: DirectusError(.unreachable, message: "The connection to Directus broke: \(text)"), wasSent: true)
        }
    }
}
