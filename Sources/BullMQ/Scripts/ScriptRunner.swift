/// Runs scripts by digest, and teaches a server those that it does not know (any more).
struct ScriptRunner: Sendable {
    let connection: RedisConnection
    /// Which variant of each script runs.
    let pauseMode: PauseMode

    /// Runs one script. `SCRIPT FLUSH`, a restart or a fail-over at any moment only cost another round trip.
    ///
    /// - Throws: `RedisError`; an error raised inside the script has code `errorReply`.
    func run(
        _ script: Script, arguments: Int, capacity: Int = 1024, _ fill: (inout ScriptCall) -> Void
    ) async throws -> RESPValue {
        let script = script.variant(for: pauseMode)
        var call = ScriptCall(script, digest: try await digest(of: script), arguments: arguments, capacity: capacity)
        fill(&call)
        let reply = try await connection.send(call.command)
        guard case .error(let error) = reply else { return reply }
        guard error.code == "NOSCRIPT" else { throw Self.failure(of: script, error) }
        // With its whole text it is understood whatever was flushed, and known from then on.
        var whole = ScriptCall(text: script, arguments: arguments, capacity: capacity + script.source.utf8.count)
        fill(&whole)
        let second = try await connection.send(whole.command)
        if case .error(let error) = second { throw Self.failure(of: script, error) }
        return second
    }

    /// Runs a script whose call has a constant first part.
    ///
    /// - Parameter toTheEnd: waits for the reply even if the task is cancelled.
    func run(
        _ head: CallHead, capacity: Int, toTheEnd: Bool = false, _ fill: (inout ScriptCall) -> Void
    ) async throws -> RESPValue {
        var prepared = head.begin(capacity: capacity)
        if prepared == nil {
            _ = try await load(head.script)
            prepared = head.begin(capacity: capacity)
        }
        guard var call = prepared else {
            throw BullMQError(.unexpectedReply, "The digest of script \(head.script.name) is unknown")
        }
        fill(&call)
        return try await run(call, toTheEnd: toTheEnd)
    }

    private func run(_ call: ScriptCall, toTheEnd: Bool = false) async throws -> RESPValue {
        let script = call.script
        var attempts = 0
        while true {
            let reply =
                toTheEnd ? try await connection.sendToTheEnd(call.command) : try await connection.send(call.command)
            guard case .error(let error) = reply else { return reply }
            guard error.code == "NOSCRIPT", attempts < 10 else {
                throw Self.failure(of: script, error)
            }
            // A flush can come between loading and running, but not for ever.
            attempts += 1
            _ = try await load(script)
        }
    }

    static func failure(of script: Script, _ error: RESPErrorReply) -> RedisError {
        RedisError(.errorReply, "Script \(script.name) failed: \(error.message)", underlying: error)
    }

    /// The digest of a script, asked from the server once in the life of the process.
    func digest(of script: Script) async throws -> String {
        if let digest = script.digest { return digest }
        return try await load(script)
    }

    private func load(_ script: Script) async throws -> String {
        let reply = try await connection.send(RedisCommand("SCRIPT", "LOAD", script.source))
        if case .error(let error) = reply {
            throw RedisError(.errorReply, "Script \(script.name) cannot be loaded: \(error.message)", underlying: error)
        }
        guard let digest = reply.string else { throw BullMQError.unexpected(reply, from: "SCRIPT LOAD") }
        script.learn(digest: digest)
        return digest
    }
}
