// media-worker: serves a queue of media jobs until it is told to stop. Owns: the command line, and the composition of
// the parts.

import ArgumentParser
import BullMQ
import Directus
import Foundation
import LanguageModel
import Logging
import MediaJobs
import MediaProcessing
import MediaRecords
import ServiceLifecycle
import UnixSignals

@main
struct MediaWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "media-worker",
        abstract:
            "Works on pictures, video and sound: takes the jobs of a BullMQ queue, keeps the results in a folder or in Directus.",
        discussion: """
            Each option can also be given by the environment variable named in its help; the option wins. Captions need a
            language model: LLM_BASE_URL and LLM_MODEL, if needed LLM_API_KEY, LLM_VISION_MODEL, LLM_TIMEOUT. Hidden
            watermarks need a secret: MEDIA_WATERMARK_KEY.
            With DIRECTUS_URL and DIRECTUS_TOKEN inputs may be files of Directus, results become files of Directus, and the
            records in media_jobs say how far each job is.
            Stops on SIGTERM or SIGINT: takes no more jobs, finishes those it has within the grace period and puts the
            rest back.

            Exit codes: 0 stopped as asked, 64 wrong usage, 69 Redis could not be used, 73 a folder cannot be used,
            78 wrong configuration.
            """)

    @Option(help: "Redis, as redis:// or rediss:// URL. REDIS_URL; default redis://127.0.0.1:6379.")
    var redisURL: String?
    @Option(help: "Name of the queue. MEDIA_QUEUE; default media-jobs.")
    var queue: String?
    @Option(help: "First part of all Redis keys. MEDIA_PREFIX or BULLMQ_PREFIX; default bull.")
    var prefix: String?
    @Option(help: "Folder that file: inputs may come from. MEDIA_ROOT; without it file: inputs are refused.")
    var root: String?
    @Option(help: "Folder for results, where Directus does not keep them. MEDIA_OUTPUT; default ./media-output.")
    var output: String?
    @Option(help: "Folder for temporary files. MEDIA_TEMP; default a folder of the system's temporary directory.")
    var temporary: String?
    @Option(help: "Jobs at a time. MEDIA_CONCURRENCY; default 1, since one large file may need gigabytes.")
    var concurrency: Int?
    @Option(
        help: "Jobs at a time of all workers together, stored in the queue. MEDIA_GLOBAL_CONCURRENCY; default as it is."
    )
    var globalConcurrency: Int?
    @Option(help: "host:port pairs, with commas, that may be asked although private. MEDIA_TRUSTED_HOSTS.")
    var trustedHosts: String?
    @Option(
        help: "Virus scanner for uploads, as JSON array of its path and arguments. MEDIA_SCAN_COMMAND; default none.")
    var scanCommand: String?
    @Option(help: "Seconds that one job may take. MEDIA_TIMEOUT; default 3600.")
    var timeout: Int?
    @Option(
        help: "Megabytes of memory that the process may use; a job that needs more fails. MEDIA_MEMORY; default 6000.")
    var memory: Int?
    @Option(help: "Seconds that running jobs may still take after SIGTERM. MEDIA_GRACE; default 30.")
    var grace: Int?
    @Option(help: "Directus that keeps records, inputs and results. DIRECTUS_URL, with DIRECTUS_TOKEN; default none.")
    var directusURL: String?
    @Option(help: "Seconds between checks of records whose jobs have ended. MEDIA_RECONCILE; default 60.")
    var reconcile: Int?
    @Option(help: "trace, debug, info, notice, warning, error or critical. LOG_LEVEL; default info.")
    var logLevel: String?

    func run() async throws {
        let settings: MediaWorkerSettings
        do {
            settings = try MediaWorkerSettings(command: self, environment: ProcessInfo.processInfo.environment)
        } catch let error as ValidationError {
            throw Self.exit(.configuration, error.message)
        }
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = settings.logLevel
            return handler
        }
        MemoryCeiling.prepareProcess()
        let logger = Logger(label: "media-worker")
        let services: [any Service]
        do {
            services = try Self.services(settings, logger: logger)
        } catch let error as MediaJobError {
            throw Self.exit(.folder, error.message)
        } catch {
            throw Self.exit(.configuration, "\(error)")
        }
        let formats = ImageCapabilities.installed.writable.map(\.rawValue).sorted().joined(separator: " ")
        logger.info(
            "serving",
            metadata: [
                "queue": "\(settings.queue)", "concurrency": "\(settings.concurrency)", "formats": "\(formats)",
                "operations": "\(MediaJobCatalogue.all.map { $0.name }.joined(separator: " "))",
                "model": "\(settings.languageModel?.visionModel ?? "none")",
                "directus": "\(settings.directus?.url ?? "none")",
            ])
        do {
            try await ServiceGroup(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            ).run()
        } catch {
            throw Self.exit(.unavailable, "\(error)")
        }
        logger.info("stopped")
    }

    /// What runs, in the order in which it starts: each needs those before it until it has ended.
    private static func services(_ settings: MediaWorkerSettings, logger: Logger) throws -> [any Service] {
        var configuration = try RedisConfiguration(url: settings.redisURL)
        configuration.logger = logger
        let redis = Redis(configuration: configuration)
        let queue = try Queue(settings.queue, redis: redis, options: QueueOptions(prefix: settings.prefix))
        var services: [any Service] = [redis]
        if let maximum = settings.globalConcurrency {
            services.append(GlobalConcurrency(queue: queue, maximum: maximum))
        }
        guard let directus = settings.directus else {
            let runner = try runner(settings, stored: nil, logger: logger)
            let handling = MediaJobHandling(runner: runner, directus: nil, logger: logger)
            return services + [try worker(settings, redis: redis, handling: handling, logger: logger)]
        }
        let client = DirectusClient(directus, logger: logger)
        let work = DirectusWork(client)
        let runner = try runner(settings, stored: work.files, logger: logger)
        let handling = MediaJobHandling(runner: runner, directus: work, logger: logger)
        let worker = try worker(settings, redis: redis, handling: handling, logger: logger)
        let keeper = RecordKeeper(
            records: work.records, queue: queue, events: worker.events(), interval: settings.reconciliation,
            // No attempt takes longer; what is delayed after that is still known to the queue.
            lostAfter: settings.timeout + .seconds(600), logger: logger)
        return services + [client, keeper, worker]
    }

    private static func runner(
        _ settings: MediaWorkerSettings, stored: DirectusFiles?, logger: Logger
    ) throws -> MediaJobRunner {
        var rules = FetchRules()
        rules.trustedHosts = settings.trustedHosts
        let places = OutputPlaces(root: settings.output)
        if stored == nil { try places.check() }
        return MediaJobRunner(
            local: try settings.root.map { try LocalInputs(root: $0, limits: rules.limits) },
            remote: RemoteFetcher(rules: rules), stored: stored, places: places,
            workspace: try Workspace(base: settings.temporary),
            languageModel: settings.languageModel.map { LanguageModelClient($0, logger: logger) },
            watermarkKeys: settings.watermarkKeys, virusScanner: settings.virusScanner,
            memory: MemoryCeiling(bytes: settings.memory))
    }

    private static func worker(
        _ settings: MediaWorkerSettings, redis: Redis, handling: MediaJobHandling, logger: Logger
    ) throws -> Worker {
        let options = WorkerOptions(
            prefix: settings.prefix, concurrency: settings.concurrency, lockDuration: .seconds(60),
            jobTimeout: settings.timeout, gracePeriod: settings.grace, acceptsRemoteCancellation: true, logger: logger)
        return try Worker(settings.queue, redis: redis, options: options) {
            for operation in MediaJobCatalogue.all { handling.handler(for: operation) }
        }
    }

    private enum Exit: Int32 {
        case unavailable = 69
        case folder = 73
        case configuration = 78
    }

    private static func exit(_ code: Exit, _ message: String) -> ExitCode {
        FileHandle.standardError.write(Data("media-worker: \(message)\n".utf8))
        return ExitCode(code.rawValue)
    }
}
