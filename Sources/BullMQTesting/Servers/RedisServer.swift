// Owns one private redis-server: its folder, its addresses, its process over several lives.
// Rule: the addresses never change, so that clients can survive a restart; nothing is left behind.

import Foundation

/// A private Redis for tests, reachable over TCP on the loopback interface, a Unix socket and, if asked, TLS.
///
/// ```swift
/// try await withRedisServer { server in
///     let redis = try Redis(url: server.url)
///     ...
/// }
/// ```
public actor RedisServer {
    /// The options it was started with.
    public nonisolated let options: RedisServerOptions
    /// The TCP port.
    public nonisolated let port: Int
    /// The path of the Unix socket.
    public nonisolated let socketPath: String
    /// The TLS port and certificates; `nil` without TLS.
    public nonisolated let tls: (port: Int, material: TLSMaterial)?

    private let folder: PrivateFolder
    private var process: ChildProcess?

    private init(
        options: RedisServerOptions, port: Int, socketPath: String,
        tls: (port: Int, material: TLSMaterial)?, folder: PrivateFolder
    ) {
        self.options = options
        self.port = port
        self.socketPath = socketPath
        self.tls = tls
        self.folder = folder
    }

    /// Starts a server and waits until it answers.
    ///
    /// - Throws: ``TestKitError``: the program is missing, or it ended, with its own last words.
    public static func start(_ options: RedisServerOptions = RedisServerOptions()) async throws -> RedisServer {
        let folder = try PrivateFolder.make()
        do {
            let material = options.tls ? try await TLSMaterial.make(in: folder.path) : nil
            // A port found free may be taken before the server binds it: then, and only then, another try helps.
            for attempt in 1... {
                let server = RedisServer(
                    options: options,
                    port: try LoopbackPort.free(),
                    socketPath: "\(folder.path)/redis.sock",
                    tls: try material.map { (try LoopbackPort.free(), $0) },
                    folder: folder)
                do {
                    try await server.start()
                    return server
                } catch let error as TestKitError where attempt < 5 && error.message.contains("already in use") {
                    continue
                }
            }
            preconditionFailure("an endless loop ended")
        } catch {
            folder.remove()
            throw error
        }
    }

    /// The server shared by the tests of this process, started at first use and ended with the process. It is never
    /// flushed: each test uses a queue name or prefix of its own (see ``uniqueName(_:)``).
    public static var shared: RedisServer {
        get async throws { try await sharedStart.value }
    }

    private static let sharedStart = Task { try await RedisServer.start() }

    /// A name nobody else uses, for a queue or a prefix.
    public static nonisolated func uniqueName(_ stem: String = "test") -> String {
        "\(stem)-\(UUID().uuidString.lowercased().prefix(13))"
    }

    /// The address over TCP, with the password if there is one: `redis://[:password@]127.0.0.1:port`.
    public nonisolated var url: String { "redis://\(credentials)127.0.0.1:\(port)" }

    /// The address over TLS; `nil` without TLS. The certificate is made out to `localhost` and `127.0.0.1`.
    public nonisolated var tlsURL: String? { tls.map { "rediss://\(credentials)localhost:\($0.port)" } }

    /// The address over the Unix socket: `unix:///path/redis.sock`. It carries no password.
    public nonisolated var unixURL: String { "unix://\(socketPath)" }

    private nonisolated var credentials: String {
        guard let password = options.password else { return "" }
        return ":\(password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? password)@"
    }

    /// The process id of the running server; `nil` when it does not run.
    public var processIdentifier: Int32? { process?.isRunning == true ? process?.processIdentifier : nil }

    /// Starts the server again after ``kill(_:)``, at the same addresses and with what it kept on disk.
    ///
    /// - Throws: ``TestKitError`` with code ``TestKitError/Code/invalidState`` when it runs.
    public func start() async throws {
        guard process?.isRunning != true else {
            throw TestKitError(.invalidState, "the server at \(url) is running already")
        }
        let file = "\(folder.path)/redis.conf"
        let configuration = options.configuration(
            folder: folder.path, socketPath: socketPath, port: port, tls: tls)
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: file))
        let command = options.launcher + [options.binary, file]
        let process = try await ChildProcess.start(command[0], Array(command.dropFirst()))
        self.process = process
        process.closeInput()
        do {
            // Redis and Valkey say so once the data is loaded and every socket is bound.
            _ = try await withDeadline(.seconds(30), waitingFor: "\(options.binary) to accept connections") {
                try await process.output.first { $0.lowercased().contains("ready to accept connections") }
            }
            try await ping()
        } catch {
            process.send(.kill)
            let end = await process.waitUntilEnd()
            let words = (process.output.lines + process.errors.lines).suffix(15).joined(separator: "\n")
            throw TestKitError(.launchFailed, "\(options.binary) \(end) (\(error)); it said:\n\(words)")
        }
    }

    /// Ends the server with a signal and waits for its end; what it wrote to disk stays for the next ``start()``.
    ///
    /// - Parameter signal: Default: SIGKILL, a crash. SIGTERM lets it finish its files.
    public func kill(_ signal: ProcessSignal = .kill) async {
        process?.send(signal)
        await process?.waitUntilEnd()
    }

    /// Ends the server and starts it again at the same addresses.
    ///
    /// - Parameter signal: How it is ended. Default: SIGTERM.
    public func restart(_ signal: ProcessSignal = .terminate) async throws {
        await kill(signal)
        try await start()
    }

    /// Freezes the server: connections stay open, nothing is answered, until ``thaw()``.
    public func freeze() { process?.send(.stop) }

    /// Lets a frozen server go on.
    public func thaw() { process?.send(.resume) }

    /// Ends the server for good and removes everything it kept.
    public func stop() async {
        await kill()
        folder.remove()
    }

    /// Asks over the Unix socket, which every configuration has, whether the server answers.
    private func ping() async throws {
        let socket = try StreamSocket(path: socketPath)
        if let password = options.password {
            try socket.send("*2\r\n$4\r\nAUTH\r\n$\(password.utf8.count)\r\n\(password)\r\n")
            let reply = try socket.receiveLine()
            guard reply == "+OK" else { throw TestKitError(.unexpectedReply, "AUTH was answered by \(reply)") }
        }
        try socket.send("*1\r\n$4\r\nPING\r\n")
        let reply = try socket.receiveLine()
        guard reply == "+PONG" else { throw TestKitError(.unexpectedReply, "PING was answered by \(reply)") }
    }
}

/// Runs `body` with a private server that is gone afterwards, whatever happens.
public func withRedisServer<Value>(
    _ options: RedisServerOptions = RedisServerOptions(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (RedisServer) async throws -> Value
) async throws -> Value {
    let server = try await RedisServer.start(options)
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        await server.stop()
        throw error
    }
}
