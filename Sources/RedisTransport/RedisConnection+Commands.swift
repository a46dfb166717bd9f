/// What callers make of replies.
extension RedisConnection {
    /// Sends one command and returns its reply; an error reply is thrown.
    package func execute(_ command: RedisCommand) async throws -> RESPValue {
        let reply = try await send(command)
        if case .error(let error) = reply { throw RedisError.errorReply(error) }
        return reply
    }

    /// Sends commands inside `MULTI`…`EXEC`; see ``Redis/transaction(_:)``.
    ///
    /// - Parameter fill: appends the commands. If it throws, the transaction is discarded and the error thrown.
    package func transaction(_ fill: (inout RedisUnit) throws -> Void) async throws -> [RESPValue] {
        var failure: (any Error)?
        let replies = try await sendUnit { unit in
            unit.append(RedisCommand("MULTI"))
            do {
                try fill(&unit)
                unit.append(RedisCommand("EXEC"))
            } catch {
                failure = error
                unit.append(RedisCommand("DISCARD"))
            }
        }
        if let failure { throw failure }
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
