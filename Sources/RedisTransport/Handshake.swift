/// The introduction on a new connection: who we are, which database, and whether the server is ready to serve.
struct Handshake {
    let commands: [RedisCommand]
    /// How many of the commands, from the first, must succeed.
    private let obligatory: Int
    /// Where among the commands the server's role is asked, if only a master will do.
    private let roleIndex: Int?

    enum Verdict {
        case accepted
        /// Ready later (loading its data, or a replica without its master): connect again after a pause.
        case notReady(RESPErrorReply)
        case refused(RESPErrorReply)
    }

    init(_ configuration: RedisConfiguration) {
        var commands: [RedisCommand] = []
        if let password = configuration.password {
            if let user = configuration.username {
                commands.append(RedisCommand("AUTH", user, password))
            } else {
                commands.append(RedisCommand("AUTH", password))
            }
        }
        if configuration.database != 0 {
            commands.append(RedisCommand("SELECT", String(configuration.database)))
        }
        if case .sentinel = configuration.topology {
            roleIndex = commands.count
            commands.append(RedisCommand("ROLE"))
        } else {
            roleIndex = nil
        }
        obligatory = commands.count
        commands.append(RedisCommand("PING"))
        if let name = configuration.clientName {
            commands.append(RedisCommand("CLIENT", "SETNAME", name))
        }
        self.commands = commands
    }

    func verdict(on replies: [RESPValue]) -> Verdict {
        // Without the optional commands only a name in a listing, or an early test of readiness, is missing.
        for (index, reply) in replies.enumerated() {
            guard case .error(let error) = reply else { continue }
            switch error.code {
            case "LOADING", "MASTERDOWN", "BUSY", "CLUSTERDOWN": return .notReady(error)
            case "NOAUTH": return .refused(error)
            default:
                // Unlike every other error this one answers no command: the server is about to close the connection.
                if error.message.hasPrefix("ERR max number of clients") { return .notReady(error) }
                if index < obligatory { return .refused(error) }
            }
        }
        if let roleIndex, let role = replies[roleIndex].array?.first?.string, role != "master" {
            return .notReady(RESPErrorReply(message: "READONLY the server is a \(role), not the master"))
        }
        return .accepted
    }
}
