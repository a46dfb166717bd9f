// Owns: a comparable picture of all keys of a queue.

import BullMQTesting
import NIOCore
import RedisTransport
import Testing

@testable import BullMQ

extension LiveQueue {
    /// Everything the queue holds, by key without its base. What depends on the moment is left out: times of taking and
    /// finishing, and what remains of an expiry.
    func everything() async throws -> [String: [String]] {
        var result: [String: [String]] = [:]
        for key in try await texts("KEYS", self.key("*")) {
            let name = String(key.dropFirst(self.key("").count))
            result[name] = try await content(of: key, name)
        }
        return result
    }

    private func texts(_ words: String...) async throws -> [String] {
        let reply = try await redis.send(RedisCommand(words))
        return reply.array?.map { $0.string ?? $0.integer.map(String.init) ?? "?" } ?? []
    }

    private func content(of key: String, _ name: String) async throws -> [String] {
        let type = try #require(try await send("TYPE", key).string)
        let expires = try #require(try await send("PTTL", key).integer) > 0 ? ["expires"] : []
        switch type {
        case "string": return expires + [try await send("GET", key).string ?? "?"]
        case "list": return expires + (try await texts("LRANGE", key, "0", "-1"))
        case "set": return expires + (try await texts("SMEMBERS", key)).sorted()
        case "zset":
            if name == "completed" { return try await texts("ZRANGE", key, "0", "-1").sorted() }
            return expires + (try await texts("ZRANGE", key, "0", "-1", "WITHSCORES"))
        case "hash":
            let fields = try await texts("HGETALL", key)
            return stride(from: 0, to: fields.count, by: 2).map { index in
                let isMoment = ["processedOn", "finishedOn"].contains(fields[index])
                return "\(fields[index])=\(isMoment ? "some time" : fields[index + 1])"
            }
        case "stream":
            let entries = try await send("XRANGE", key, "-", "+").array ?? []
            return entries.map { entry in
                (entry.array?.last?.array ?? []).compactMap(\.string).joined(separator: " ")
            }
        default: throw TestKitError(.unexpectedReply, "\(key) is a \(type)")
        }
    }
}
