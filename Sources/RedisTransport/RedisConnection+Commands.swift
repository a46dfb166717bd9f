/// What callers make of replies.
extension RedisConnection {
    /// Sends one command and returns its reply; an error reply is thrown.
    package func execute(_ command: RedisCommand) async throws -> RESPValue {
        let reply = try await send(command)
        if case .error(let error) = reply { throw RedisError.errorReply(error) }
        return reply
    }

    /// Sends `count` commands inside `MULTI`…`EXEC`; see ``Redis/transaction(_:)``.
    package func transaction(of count: Int, _ fill: (inout RedisUnit) -> Void) async throws -> [RESPValue] {
        let replies = try await send(unitOf: count + 2) { unit in
            unit.append(RedisCommand("MULTI"))
            fill(&unit)
            unit.append(RedisCommand("EXEC"))
        }
        return try Self.results(ofTransaction: replies)
    }

    private static func results(ofTransaction replies: [RESPValue]) throws -> [RESPValue] {
        switch replies.last {
        case .array(let results): return results
        case .error(let error):
            // EXECABORT only says that something was refused while queueing: that refusal is the useful message.
            for reply in replies.dropLast() {
                if case .error(let cause) = reply { throw RedisError.errorReply(cause) }
            }
            throw RedisError.errorReply(error)
        default:
            throw RedisError(.unexpectedReply, "EXEC was answered with neither results nor an error")
        }
    }
}
