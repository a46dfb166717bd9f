// Owns: `FlowNode`, what is to be added as one job of a tree.

/// One job of a flow that is about to be added, with the jobs it waits for below it.
///
/// ```swift
/// FlowNode(Media.teaser, teaser, in: "media-jobs") {
///     for url in urls {
///         FlowNode(Media.download, Download(url: url), in: "downloads", onFailure: .failParent)
///     }
/// }
/// ```
///
/// A node with children starts in ``JobState/waitingChildren``. Its delay and its priority count from the moment when it leaves that
/// state.
public struct FlowNode: Sendable {
    /// The job's name.
    public let name: String
    /// The queue in which the job is added.
    public let queueName: String
    /// The first part of that queue's keys; nil stands for the prefix of the ``FlowProducer``.
    public let prefix: String?
    /// The options as given. A job type's defaults and those of the queue fill what is nil when the flow is added.
    public let options: JobOptions
    /// The jobs this one waits for.
    public let children: [FlowNode]
    let data: @Sendable () throws -> JSONText
    let defaults: JobOptions

    /// A node of a known job type.
    ///
    /// - Parameters:
    ///   - type: the job's name and default options.
    ///   - payload: the job's data, encoded when the flow is added.
    ///   - queueName: the queue in which the job is added; each node may have another.
    ///   - prefix: the first part of that queue's keys; that of the producer by default.
    ///   - options: with a ``JobOptions/jobID`` the job is known under that id, else under a random UUID.
    ///     ``JobOptions/parent`` counts for the root of a flow alone and hangs the whole flow under an existing job.
    ///   - onFailure: what the final failure of this job does to its parent; by default that of the options, or else the parent goes
    ///     on waiting.
    ///   - children: the jobs this one waits for; none by default.
    public init<Payload, Output>(
        _ type: JobType<Payload, Output>, _ payload: Payload, in queueName: String, prefix: String? = nil,
        options: JobOptions = JobOptions(), onFailure: ChildFailurePolicy? = nil, children: [FlowNode] = []
    ) {
        self.init(
            name: type.name, in: queueName, prefix: prefix, options: options, onFailure: onFailure, children: children,
            defaults: type.defaults, data: { try JSONText(encoding: payload) })
    }

    /// A node of a known job type whose children are listed in braces; everything else is as where they are given as an array.
    public init<Payload, Output>(
        _ type: JobType<Payload, Output>, _ payload: Payload, in queueName: String, prefix: String? = nil,
        options: JobOptions = JobOptions(), onFailure: ChildFailurePolicy? = nil,
        @FlowBuilder children: () throws -> [FlowNode]
    ) rethrows {
        self.init(
            type, payload, in: queueName, prefix: prefix, options: options, onFailure: onFailure,
            children: try children())
    }

    /// A node given by its name and JSON data, which is stored to the byte.
    public init(
        name: String, data: JSONText = .emptyObject, in queueName: String, prefix: String? = nil,
        options: JobOptions = JobOptions(), onFailure: ChildFailurePolicy? = nil, children: [FlowNode] = []
    ) {
        self.init(
            name: name, in: queueName, prefix: prefix, options: options, onFailure: onFailure, children: children,
            defaults: JobOptions(), data: { data })
    }

    /// A node given by its name and JSON data whose children are listed in braces.
    public init(
        name: String, data: JSONText = .emptyObject, in queueName: String, prefix: String? = nil,
        options: JobOptions = JobOptions(), onFailure: ChildFailurePolicy? = nil,
        @FlowBuilder children: () throws -> [FlowNode]
    ) rethrows {
        self.init(
            name: name, data: data, in: queueName, prefix: prefix, options: options, onFailure: onFailure,
            children: try children())
    }

    private init(
        name: String, in queueName: String, prefix: String?, options: JobOptions, onFailure: ChildFailurePolicy?,
        children: [FlowNode], defaults: JobOptions, data: @escaping @Sendable () throws -> JSONText
    ) {
        var options = options
        if let onFailure { options.onFailure = onFailure }
        self.name = name
        self.queueName = queueName
        self.prefix = prefix
        self.options = options
        self.children = children
        self.defaults = defaults
        self.data = data
    }
}

/// Collects the children of a ``FlowNode``.
@resultBuilder
public enum FlowBuilder {
    /// One child.
    public static func buildExpression(_ node: FlowNode) -> [FlowNode] { [node] }
    /// Several children made elsewhere.
    public static func buildExpression(_ nodes: [FlowNode]) -> [FlowNode] { nodes }
    /// The children, in order.
    public static func buildBlock(_ parts: [FlowNode]...) -> [FlowNode] { parts.flatMap { $0 } }
    /// Children under a condition.
    public static func buildOptional(_ part: [FlowNode]?) -> [FlowNode] { part ?? [] }
    /// Children of the first branch.
    public static func buildEither(first part: [FlowNode]) -> [FlowNode] { part }
    /// Children of the second branch.
    public static func buildEither(second part: [FlowNode]) -> [FlowNode] { part }
    /// Children made in a loop.
    public static func buildArray(_ parts: [[FlowNode]]) -> [FlowNode] { parts.flatMap { $0 } }
}
