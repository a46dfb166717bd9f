// Owns: the counters of uses in Redis, one for each user, operation and month (queue API, section 12).
// Rule: a counter never passes its limit and never goes below zero, whatever happens at the same time.

public import RedisTransport

import struct Foundation.Date

/// Counts uses of operations in Redis.
///
/// Keys have the form `<prefix>:usage:{<user>}:<operation>:<yyyy-mm>`; the braces keep the counters of one user together in a
/// cluster. A counter disappears by itself a week after its month.
public struct UsageCounters: Sendable {
    private let redis: Redis
    private let prefix: String

    /// Creates counters.
    ///
    /// - Parameters:
    ///   - redis: where they are kept.
    ///   - prefix: begins each key; `bull` by default.
    public init(redis: Redis, prefix: String = "bull") {
        self.redis = redis
        self.prefix = prefix
    }

    /// Counters outlive their month, so that clocks that differ a little cannot delete one that is still in use.
    private static let grace = 7 * 86_400

    /// KEYS[1] counter; ARGV[1] limit, ARGV[2] when it may disappear (Unix seconds).
    /// Returns the uses, this one included, or -1 if the limit is reached.
    private static let take = """
        local used = tonumber(redis.call('GET', KEYS[1]) or '0')
        if used >= tonumber(ARGV[1]) then return -1 end
        used = redis.call('INCR', KEYS[1])
        if used == 1 then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end
        return used
        """

    /// KEYS[1] counter. Returns the uses left. A counter that has disappeared is not made again.
    private static let giveBack = """
        local used = tonumber(redis.call('GET', KEYS[1]) or '0')
        if used <= 0 then return 0 end
        return redis.call('DECR', KEYS[1])
        """

    /// Counts one use unless the limit is reached.
    ///
    /// - Returns: the uses so far, this one included; `nil` if it is not allowed.
    func take(_ key: String, limit: Int, period: UsagePeriod) async throws(SubscriptionError) -> Int? {
        let expiry = Int(period.end.timeIntervalSince1970) + Self.grace
        let used = try await run(Self.take, key, arguments: [String(limit), String(expiry)])
        return used < 0 ? nil : used
    }

    /// Takes back one use.
    func giveBack(_ key: String) async throws(SubscriptionError) {
        _ = try await run(Self.giveBack, key, arguments: [])
    }

    /// How often each operation was used by a user, in the order of `operations`.
    func uses(of operations: [String], by user: String, in period: UsagePeriod) async throws(SubscriptionError) -> [Int]
    {
        guard !operations.isEmpty else { return [] }
        let keys = operations.map { key(user: user, operation: $0, period: period) }
        do {
            let reply = try await redis.connection(forKey: keys[0]).execute(RedisCommand(["MGET"] + keys))
            return (reply.array ?? []).map { Int($0.integer ?? 0) }
        } catch {
            throw .unavailable("The uses of operations cannot be read", error)
        }
    }

    func key(user: String, operation: String, period: UsagePeriod) -> String {
        "\(prefix):usage:{\(Self.escaped(user))}:\(Self.escaped(operation)):\(period)"
    }

    /// Names come from outside: nothing in them may look like a part of the key.
    private static func escaped(_ name: String) -> String {
        let isPlain: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        if name.utf8.allSatisfy(isPlain) { return name }
        return name.utf8.map { byte in
            if isPlain(byte) { return String(UnicodeScalar(byte)) }
            return (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// The whole text travels each time: it is as short as a digest and the recovery after a flush would be, and one round trip in
    /// every case. The reply is awaited even by a cancelled task, so that nothing is counted that nobody knows of.
    private func run(
        _ script: String, _ key: String, arguments: [String]
    ) async throws(SubscriptionError) -> Int {
        do {
            let reply = try await redis.connection(forKey: key)
                .sendToTheEnd(RedisCommand(["EVAL", script, "1", key] + arguments))
            if case .error(let error) = reply { throw RedisError(.errorReply, error.message) }
            guard let number = reply.integer else {
                throw RedisError(.unexpectedReply, "A counter answered something that is not a number")
            }
            return Int(number)
        } catch {
            throw .unavailable("The uses of an operation cannot be counted", error)
        }
    }
}
