// Owns: the dashboard as a whole: its queues, and what its routes share.

public import BullMQ
import HTTPTypes
public import Logging
public import ServiceLifecycle

/// A web page on which an operator watches and administers queues (queue API, section 15).
///
/// ```swift
/// let dashboard = try QueueDashboard(queues: ["media-jobs"], redis: redis)
/// dashboard.addRoutes(to: router.group())
/// ```
/// The page is served below `/dashboard`, its data below `/dashboard/api`. Who may see the data is decided by middleware in front
/// of these routes; where it answers 401, the page asks for credentials and posts them to `/dashboard/login`.
///
/// Run as a service, the dashboard measures the queues all the time, so that the failure rate of the last hour is known to the
/// first who looks. Without that it measures only while somebody looks.
public struct QueueDashboard: Service {
    /// Its settings.
    public let options: DashboardOptions
    let queues: [Queue]
    let redis: Redis
    let sampler: DashboardSampler
    let viewers: ViewerCount
    let logger: Logger

    /// Creates a dashboard of these queues, in this order.
    ///
    /// - Parameters:
    ///   - queues: their names.
    ///   - redis: where they are.
    ///   - options: see ``DashboardOptions``.
    ///   - logger: told of every change made through the dashboard; silent by default.
    /// - Throws: `BullMQError` with code `invalidArgument` for a name that no queue can have.
    public init(
        queues: [String], redis: Redis, options: DashboardOptions = DashboardOptions(),
        logger: Logger = Logger(label: "bullmq.dashboard") { _ in SwiftLogNoOpLogHandler() }
    ) throws(BullMQError) {
        var made: [Queue] = []
        for name in queues {
            made.append(try Queue(name, redis: redis, options: QueueOptions(prefix: options.prefix, logger: logger)))
        }
        self.queues = made
        self.redis = redis
        self.options = options
        self.logger = logger
        sampler = DashboardSampler(queues: made, options: options)
        viewers = ViewerCount(maximum: options.maximumViewers)
    }

    /// Measures the queues until the service is shut down. What Redis refuses meanwhile is logged, once for each outage.
    public func run() async throws {
        let interval = max(options.sampleInterval, .seconds(5))
        await cancelWhenGracefulShutdown {
            var isDown = false
            while !Task.isCancelled {
                do {
                    _ = try await sampler.snapshot(noOlderThan: interval)
                    isDown = false
                } catch is CancellationError {
                    break
                } catch {
                    if !isDown { logger.warning("Queues cannot be measured", metadata: ["error": "\(error)"]) }
                    isDown = true
                }
                do { try await Task.sleep(for: interval) } catch { break }
            }
        }
    }

    func queue(_ name: String) throws(DashboardError) -> Queue {
        guard let queue = queues.first(where: { $0.name == name }) else {
            throw DashboardError(.notFound, "There is no queue \(name) in this dashboard")
        }
        return queue
    }
}
