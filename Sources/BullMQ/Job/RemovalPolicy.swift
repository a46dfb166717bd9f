/// Which finished jobs are kept (protocol: scripts-move, section 3.18).
public struct RemovalPolicy: Sendable, Hashable {
    enum Form: Hashable {
        case flag(Bool)
        case count(Int)
        case limits(count: Int?, age: Duration?, limit: Int?)
    }

    let form: Form

    /// Keep every finished job; BullMQ's `false`.
    public static let keepAll = RemovalPolicy(form: .flag(false))
    /// Remove the job at once; BullMQ's `true`.
    public static let remove = RemovalPolicy(form: .flag(true))

    /// Keep the newest `count` jobs.
    public static func keep(count: Int) -> RemovalPolicy { RemovalPolicy(form: .count(count)) }

    /// Keep jobs that are among the newest `count` and not older than `age` (whole seconds on the wire).
    ///
    /// - Parameters:
    ///   - count: most jobs kept; nil for any number.
    ///   - age: how long a job is kept; nil for ever.
    ///   - limit: most jobs removed for their age when one job finishes; 1000 by default.
    public static func keep(count: Int? = nil, age: Duration?, limit: Int? = nil) -> RemovalPolicy {
        RemovalPolicy(form: .limits(count: count, age: age, limit: limit))
    }
}
