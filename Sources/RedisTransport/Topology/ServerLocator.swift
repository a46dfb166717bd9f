import NIOCore

/// Where a connection goes; asked before each attempt to connect.
enum ServerLocator: Sendable {
    /// Always to the same server.
    case fixed(RedisConfiguration.Endpoint)
    /// To the node that serves a slot, or to any node.
    case cluster(ClusterDirectory, HashSlot?)
    /// To the master that the sentinels name.
    case sentinel(SentinelDirectory)

    /// Whether a server may answer that another one should be asked.
    var mayRedirect: Bool {
        switch self {
        case .fixed, .cluster(_, nil): false
        case .cluster, .sentinel: true
        }
    }

    /// - Parameter failures: attempts to connect that failed since the last success.
    func endpoint(afterFailures failures: Int) async throws -> RedisConfiguration.Endpoint {
        switch self {
        case .fixed(let endpoint): endpoint
        case .cluster(let directory, let slot?): try await directory.owner(of: slot, isDoubted: failures > 0)
        case .cluster(let directory, nil): directory.anyNode(number: failures)
        case .sentinel(let directory): try await directory.master()
        }
    }

    /// Takes note of a redirection; returns where to go now, nil if that has to be asked.
    func learn(
        _ redirection: Redirection, at source: RedisConfiguration.Endpoint?
    ) -> RedisConfiguration.Endpoint? {
        guard case .cluster(let directory, _) = self else { return nil }
        switch redirection {
        case .moved(let slot, let host, let port):
            let endpoint = RedisConfiguration.Endpoint.announced(
                host: host, port: port, by: source ?? directory.configuration.endpoint)
            directory.learn(slot, endpoint)
            return endpoint
        case .demoted:
            directory.doubt()
            return nil
        case .unsettled:
            return nil
        }
    }
}

/// Asks one server one thing, on a connection that ends with the answer.
struct DirectoryQuery {
    let configuration: RedisConfiguration
    let eventLoop: any EventLoop
    private static let deadline = Duration.seconds(2)

    /// The first answer that `read` can use, from servers asked one after the other.
    ///
    /// - Throws: `RedisError` with code `notConnected` that tells what each of them said.
    func first<Answer>(
        of endpoints: [RedisConfiguration.Endpoint], _ command: RedisCommand, purpose: String,
        _ read: (RESPValue, RedisConfiguration.Endpoint) -> Answer?
    ) async throws -> Answer {
        var failures: [String] = []
        for endpoint in endpoints {
            do {
                let reply = try await ask(endpoint, command)
                if let answer = read(reply, endpoint) { return answer }
                failures.append("\(endpoint): \(reply.refusal)")
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failures.append("\(endpoint): \(error)")
            }
        }
        throw RedisError(.notConnected, "Nobody could say \(purpose): \(failures.joined(separator: "; "))")
    }

    func ask(_ endpoint: RedisConfiguration.Endpoint, _ command: RedisCommand) async throws -> RESPValue {
        var configuration = configuration
        configuration.endpoint = endpoint
        configuration.topology = .single
        configuration.clientName = nil
        let connection = RedisConnection(
            configuration: configuration, eventLoop: eventLoop, isForBlockingCommands: true)
        do {
            let reply = try await connection.sendBlocking(command, deadline: Self.deadline)
            await connection.close(immediately: true)
            return reply
        } catch {
            await connection.close(immediately: true)
            throw error
        }
    }
}

extension RESPValue {
    /// Why this is not the answer that was hoped for.
    fileprivate var refusal: String {
        if case .error(let error) = self {
            error.message
        } else if isNull {
            "it does not know"
        } else {
            "unexpected reply"
        }
    }
}
