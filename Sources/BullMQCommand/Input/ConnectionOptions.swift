import ArgumentParser
import BullMQ
import Foundation

/// Where the queues are and how the answer is to look: understood by every command.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "Redis, in one of the forms of the library. REDIS_URL; default redis://127.0.0.1:6379.")
    var redisURL: String?
    @Option(help: "First part of all keys. BULLMQ_PREFIX; default bull.")
    var prefix: String?
    @Option(help: "How long to wait for a connection, such as 500ms or 5s.")
    var timeout: DurationArgument = DurationArgument(.seconds(5))
    @Flag(help: "Print JSON.")
    var json = false

    /// The prefix in force.
    var queuePrefix: String { prefix ?? ProcessInfo.processInfo.environment["BULLMQ_PREFIX"] ?? "bull" }

    func validate() throws {
        guard !queuePrefix.isEmpty else { throw ValidationError("The prefix must not be empty") }
        guard timeout.duration > .zero else { throw ValidationError("--timeout must be positive") }
    }

    /// Runs a command with a connection, and ends the program with the status that tells how it went.
    func run(_ body: (Session) async throws -> Void) async throws {
        let output = Output(json: json)
        do {
            let url = redisURL ?? ProcessInfo.processInfo.environment["REDIS_URL"] ?? "redis://127.0.0.1:6379"
            var configuration = try RedisConfiguration(url: url)
            configuration.offlineTimeout = timeout.duration
            let redis = Redis(configuration: configuration)
            do {
                try await body(Session(redis: redis, prefix: queuePrefix, output: output))
                await redis.close()
            } catch {
                await redis.close()
                throw error
            }
        } catch let status as ExitStatus {
            throw ExitCode(status.rawValue)
        } catch let error as ValidationError {
            throw error
        } catch let code as ExitCode {
            throw code
        } catch let error as StreamError where error.isReaderGone {
            // Whoever read the answers, such as `head`, has seen enough.
            return
        } catch {
            output.complain("\(error)")
            throw ExitCode(ExitStatus(error).rawValue)
        }
    }
}
