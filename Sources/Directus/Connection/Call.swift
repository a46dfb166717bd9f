// One call of the REST API: what is sent, and how it may be repeated.

import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A request without its address and token.
struct Call: Sendable {
    enum Body: Sendable {
        case none
        case json(Data)
        /// Made anew for each attempt, since a stream can be read once.
        case stream(type: String, @Sendable () -> HTTPClientRequest.Body)
    }

    var method: HTTPMethod
    /// Encoded, with its query, from the slash on.
    var path: String
    var body = Body.none
    var safety = DirectusRetryPolicy.Safety.repeatable
    /// Instead of the client's own policy.
    var retries: DirectusRetryPolicy?
    /// Instead of the client's own token.
    var token: Token = .own
    /// Further headers.
    var headers: [(String, String)] = []
    /// Longest time for an attempt with its answer; nil for the configuration's.
    var timeout: Duration?

    enum Token: Sendable {
        case own
        case other(String)
        case none
    }

    static func get(_ path: String) -> Call { Call(method: .GET, path: path) }

    /// The path without its query, which may hold data: for logs.
    var place: Substring { path.prefix { $0 != "?" } }
}

/// An answer with a status from 200 to 299 that is held in memory.
struct Answer: Sendable {
    var status: Int
    var body: ByteBuffer

    /// Whether there is nothing to read: 204, or a success that says nothing.
    var isEmpty: Bool { body.readableBytes == 0 }

    /// What the envelope holds.
    func data<Value: Decodable>(as type: Value.Type = Value.self) throws(DirectusError) -> Value {
        try DirectusJSON.decode(Envelope<Value>.self, from: Data(body.readableBytesView)).data
    }
}
