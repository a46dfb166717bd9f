/// What a worker does with jobs of one name.
public struct Handler: Sendable {
    /// The job's name; nil for the handler of all other names.
    let name: String?
    let timeout: Duration?
    /// Most jobs it processes together; nil if it takes them one by one.
    var batchSize: Int?
    let body: @Sendable (Job) async throws -> JSONText

    /// Handles jobs of a known type. Data that cannot be decoded fails the job without further attempts.
    ///
    /// - Parameters:
    ///   - type: the jobs' name, and the types of their data and result.
    ///   - timeout: longest run of one job; by default that of the worker.
    ///   - body: does the work. Its task is cancelled for every ``CancellationReason``.
    public init<Payload, Output>(
        _ type: JobType<Payload, Output>, timeout: Duration? = nil,
        _ body: @escaping @Sendable (TypedJob<Payload, Output>) async throws -> Output
    ) {
        name = type.name
        self.timeout = timeout
        self.body = { job in
            let payload: Payload
            do {
                payload = try job.data.decode(Payload.self)
            } catch {
                throw JobOutcome.unrecoverable("The data of job \(job.id) (\(job.name)) cannot be decoded: \(error)")
            }
            return try JSONText(encoding: try await body(TypedJob(job: job, payload: payload)))
        }
    }

    /// Handles jobs of one name, data and result in JSON.
    public init(
        named name: String, timeout: Duration? = nil, _ body: @escaping @Sendable (Job) async throws -> JSONText
    ) {
        self.name = name
        self.timeout = timeout
        self.body = body
    }

    /// Handles jobs of every name that no other handler names, data and result in JSON.
    public init(timeout: Duration? = nil, _ body: @escaping @Sendable (Job) async throws -> JSONText) {
        name = nil
        self.timeout = timeout
        self.body = body
    }
}

/// Collects the handlers of a worker.
@resultBuilder
public enum HandlerBuilder {
    /// One handler.
    public static func buildExpression(_ handler: Handler) -> [Handler] { [handler] }
    /// Several handlers made elsewhere.
    public static func buildExpression(_ handlers: [Handler]) -> [Handler] { handlers }
    /// The handlers, in order.
    public static func buildBlock(_ parts: [Handler]...) -> [Handler] { parts.flatMap { $0 } }
    /// Handlers under a condition.
    public static func buildOptional(_ part: [Handler]?) -> [Handler] { part ?? [] }
    /// Handlers of the first branch.
    public static func buildEither(first part: [Handler]) -> [Handler] { part }
    /// Handlers of the second branch.
    public static func buildEither(second part: [Handler]) -> [Handler] { part }
    /// Handlers made in a loop.
    public static func buildArray(_ parts: [[Handler]]) -> [Handler] { parts.flatMap { $0 } }
}

/// Finds the handler of a job.
struct HandlerTable: Sendable {
    private let named: [String: Handler]
    private let fallback: Handler?

    init(_ handlers: [Handler]) throws(BullMQError) {
        guard !handlers.isEmpty else { throw BullMQError(.invalidArgument, "No process function is defined.") }
        var named: [String: Handler] = [:]
        var fallback: Handler?
        for handler in handlers {
            if let name = handler.name {
                guard named.updateValue(handler, forKey: name) == nil else {
                    throw BullMQError(.invalidArgument, "Two handlers are defined for jobs named \"\(name)\"")
                }
            } else {
                guard fallback == nil else {
                    throw BullMQError(.invalidArgument, "Two handlers are defined for jobs of any name")
                }
                fallback = handler
            }
        }
        self.named = named
        self.fallback = fallback
    }

    /// Each job of a batch takes a slot of the worker.
    func checkBatches(concurrency: Int) throws(BullMQError) {
        for (name, handler) in named {
            guard let size = handler.batchSize else { continue }
            guard size >= 1 else {
                throw BullMQError(
                    .invalidArgument, "A batch of jobs named \"\(name)\" must hold 1 job or more, not \(size)")
            }
            guard size <= concurrency else {
                throw BullMQError(
                    .invalidArgument,
                    "Batches of up to \(size) jobs named \"\(name)\" need a concurrency of \(size) or more; it is \(concurrency)"
                )
            }
        }
    }

    func handler(for name: String) throws(JobOutcome) -> Handler {
        if let handler = named[name] ?? fallback { return handler }
        let known = named.keys.sorted().joined(separator: ", ")
        throw .unrecoverable("No handler for jobs named \"\(name)\"; this worker handles: \(known)")
    }
}
