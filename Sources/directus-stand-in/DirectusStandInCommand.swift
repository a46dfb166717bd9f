// directus-stand-in: serves the stand-in until it is told to stop. Owns: the command line and the environment.

import ArgumentParser
import DirectusStandIn
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

@main
struct DirectusStandInCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directus-stand-in",
        abstract: "A server with the part of Directus 11's REST API that a queue system uses, on SQLite and a folder.",
        discussion: """
            For development and tests. Each option can also be given by the environment variable named in its help; the
            option wins. The secrets can only be given by the environment: DIRECTUS_STANDIN_SECRET (what access tokens
            are signed with), DIRECTUS_STANDIN_ADMIN_PASSWORD, DIRECTUS_STANDIN_ADMIN_TOKEN (static token of the
            administrator; none if not given). Without a secret tokens end with the process; without a password one is
            made up and nobody can log in by it.
            Prints its address when it listens. Stops on SIGTERM or SIGINT, after the requests that are under way.
            """)

    @Option(help: "The address to listen on. DIRECTUS_STANDIN_HOST; default 127.0.0.1.")
    var host: String?
    @Option(help: "The port to listen on, 0 for a free one. DIRECTUS_STANDIN_PORT; default 8055.")
    var port: Int?
    @Option(help: "Folder of the database and the files. DIRECTUS_STANDIN_DATA; default: in memory.")
    var data: String?
    @Option(help: "Address of the administrator. DIRECTUS_STANDIN_ADMIN_EMAIL; default admin@example.com.")
    var adminEmail: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical. LOG_LEVEL; default info.")
    var logLevel: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var configuration = StandInConfiguration(
            secret: environment["DIRECTUS_STANDIN_SECRET"] ?? Self.random(),
            adminPassword: environment["DIRECTUS_STANDIN_ADMIN_PASSWORD"] ?? Self.random())
        configuration.adminToken = environment["DIRECTUS_STANDIN_ADMIN_TOKEN"]
        if let email = adminEmail ?? environment["DIRECTUS_STANDIN_ADMIN_EMAIL"] { configuration.adminEmail = email }
        if let host = host ?? environment["DIRECTUS_STANDIN_HOST"] { configuration.host = host }
        if let text = environment["DIRECTUS_STANDIN_PORT"] {
            guard let port = Int(text) else { throw ValidationError("DIRECTUS_STANDIN_PORT is not a number: \(text)") }
            configuration.port = port
        }
        if let port { configuration.port = port }
        guard (0...65_535).contains(configuration.port) else {
            throw ValidationError("There is no port \(configuration.port).")
        }
        if let folder = data ?? environment["DIRECTUS_STANDIN_DATA"] {
            configuration.folder = URL(fileURLWithPath: folder, isDirectory: true)
        }
        let levelName = logLevel ?? environment["LOG_LEVEL"] ?? "info"
        guard let level = Logger.Level(rawValue: levelName) else {
            throw ValidationError("There is no log level \(levelName).")
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "directus-stand-in")
        let directus = try DirectusStandIn(configuration, logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [directus], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        async let announcement: Void = Self.announce(directus)
        try await group.run()
        try await announcement
    }

    private static func announce(_ directus: DirectusStandIn) async throws {
        print("Directus stand-in: \(try await directus.address())")
        fflush(nil)
    }

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(UInt64.random(in: .min ... .max, using: &generator), radix: 36) }.joined()
    }
}
