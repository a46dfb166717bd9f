import NIOCore

/// Cancelling jobs of other processes: a stream of requests, and for each a list on which the answer is put. Both vanish by
/// themselves.
extension QueueStore {
    private static let requestLife: Int64 = 3_600_000
    private static let answerLife: Int64 = 60_000

    func requestCancellation(of id: String, reason: String?, request: String) async throws {
        let reply = try await scripts.run(.requestCancellation, arguments: 4) { call in
            call.keys(keys.job(id), keys.active, keys.cancellations)
            call.argument(id)
            call.argument(reason ?? "")
            call.argument(request)
            call.argument(Self.requestLife)
        }
        let code = try reply.code(of: .requestCancellation)
        if code < 0 { throw BullMQError.script(code, command: "requestCancellation", job: id, state: "active") }
    }

    /// The id of the worker that cancelled the job, nil if none said so in time.
    func acknowledgement(of request: String, within timeout: Duration) async throws -> String? {
        let connection = redis.blockingConnection(clientName: "", forKey: keys.base)
        let seconds = Double(timeout.milliseconds) / 1000
        do {
            let reply = try await connection.sendBlocking(
                RedisCommand("BLPOP", keys.acknowledgement(of: request), "\(seconds)"), deadline: timeout + .seconds(1))
            await connection.close(immediately: true)
            if case .error(let error) = reply {
                throw RedisError(.errorReply, "BLPOP failed: \(error.message)", underlying: error)
            }
            return reply.array?.last?.string
        } catch {
            await connection.close(immediately: true)
            throw error
        }
    }

    func acknowledge(_ request: String, workerID: String) async throws {
        let key = keys.acknowledgement(of: request)
        _ = try await connection.transaction { unit in
            unit.append(RedisCommand("LPUSH", key, workerID))
            unit.append(RedisCommand("PEXPIRE", key, "\(Self.answerLife)"))
        }
    }
}
