// Owns the shape of the DevTools protocol's messages: commands out, replies and events in.

import Foundation
import NIOCore

/// A command as it is written.
struct ProtocolCommand: Encodable {
    let id: Int
    let method: String
    let params: JSONValue
    let sessionId: String?
}

/// What every incoming message tells before anybody reads its payload.
struct MessageHead: Decodable {
    struct Failure: Decodable {
        let code: Int
        let message: String
        let data: String?
    }

    let id: Int?
    let method: String?
    let sessionId: String?
    let error: Failure?
}

/// A message whose payload is decoded by the one who knows its type.
struct ProtocolMessage: Sendable {
    let method: String
    let session: String?
    let text: Data

    private struct Reply<Payload: Decodable>: Decodable { let result: Payload }
    private struct Event<Payload: Decodable>: Decodable { let params: Payload }

    /// The result of a reply.
    func result<Payload: Decodable>(as type: Payload.Type) throws(BrowserError) -> Payload {
        do { return try JSONDecoder().decode(Reply<Payload>.self, from: text).result } catch {
            throw BrowserError(.protocolFailure, "the answer to \(method) is not as expected: \(error)")
        }
    }

    /// The parameters of an event.
    func parameters<Payload: Decodable>(as type: Payload.Type) throws(BrowserError) -> Payload {
        do { return try JSONDecoder().decode(Event<Payload>.self, from: text).params } catch {
            throw BrowserError(.protocolFailure, "the event \(method) is not as expected: \(error)")
        }
    }
}
