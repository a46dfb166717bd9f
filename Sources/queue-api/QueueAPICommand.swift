// Owns: the executable: its flags, its logging, its end by signals.

import ArgumentParser
import Configuration
import Logging
import QueueAPI
import ServiceLifecycle
import UnixSignals

@main
struct QueueAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-api", abstract: "The HTTP server in front of the queues.",
        discussion: "Settings, in the environment or with --set NAME=VALUE:\n\n"
            + Setting.all.map { "  \($0.name)\n      \($0.help)" }.joined(separator: "\n"),
        subcommands: [Serve.self, SetUp.self], defaultSubcommand: Serve.self)
}

/// Settings on the command line, which win over the environment.
struct SettingFlags: ParsableArguments {
    @Option(name: .long, help: "Address to listen on (QUEUE_API_HOST).")
    var host: String?
    @Option(name: .long, help: "Port to listen on (QUEUE_API_PORT).")
    var port: String?
    @Option(name: .long, help: "Redis (REDIS_URL).")
    var redis: String?
    @Option(name: .long, help: "Directus (DIRECTUS_URL).")
    var directus: String?
    @Option(name: .customLong("set"), help: "Any setting, as NAME=VALUE; can be repeated.")
    var settings: [String] = []

    func configuration() throws -> QueueAPIConfiguration {
        var values: [String: String] = [:]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, Setting.all.contains(where: { $0.name == parts[0] }) else {
                throw ValidationError("--set wants NAME=VALUE with the name of a setting, but got \"\(parts[0])\"")
            }
            values[parts[0]] = parts[1]
        }
        values["QUEUE_API_HOST"] = host ?? values["QUEUE_API_HOST"]
        values["QUEUE_API_PORT"] = port ?? values["QUEUE_API_PORT"]
        values["REDIS_URL"] = redis ?? values["REDIS_URL"]
        values["DIRECTUS_URL"] = directus ?? values["DIRECTUS_URL"]
        let reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: values), EnvironmentVariablesProvider(),
        ])
        do {
            return try QueueAPIConfiguration(reader)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves until SIGTERM or SIGINT (the default).")

    @OptionGroup var flags: SettingFlags

    func run() async throws {
        let configuration = try flags.configuration()
        var logger = Logger(label: "queue-api") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        for (name, value) in configuration.summary {
            logger.info("Setting", metadata: ["name": .string(name), "value": .string(value)])
        }
        var group = ServiceGroupConfiguration(
            services: [.init(service: try QueueAPI(configuration, logger: logger))],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: group).run()
    }
}

struct SetUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Creates the collections and columns that Directus lacks; changes nothing that is there.",
        discussion: "Needs DIRECTUS_URL and an administrator's DIRECTUS_TOKEN.")

    @OptionGroup var flags: SettingFlags

    func run() async throws {
        let changes = try await DirectusSetUp(flags.configuration()).apply()
        for change in changes { print(change) }
        if changes.isEmpty { print("Everything is there.") }
    }
}
