/// What is known about one job: all of it for a job that was read, for one that is being added what its producer decided.
///
/// `@unchecked Sendable`: every stored property of this class and of its subclasses is an immutable `let` of a `Sendable` type.
class JobRecord: @unchecked Sendable {
    /// Empty for a job that is being added and brings no id.
    let id: String
    let name: String
    let data: JSONText
    let options: JobOptions
    let timestamp: Int64

    init(id: String, name: String, data: JSONText, options: JobOptions, timestamp: Int64) {
        self.id = id
        self.name = name
        self.data = data
        self.options = options
        self.timestamp = timestamp
    }

    var delay: Int64 { options.delay?.milliseconds ?? 0 }
    var priority: Int64 { Int64(options.priority ?? 0) }
    var progress: JSONText? { nil }
    var attemptsStarted: Int { 0 }
    var attemptsMade: Int { 0 }
    var stalledCount: Int { 0 }
    var processedOn: Int64? { nil }
    var finishedOn: Int64? { nil }
    var returnValue: JSONText? { nil }
    var failedReason: String? { nil }
    var stackTrace: [String] { [] }
    var parentKey: String? { options.parent?.key }
    var deduplicationID: String? { options.deduplication?.id }
    var schedulerID: String? { nil }
    var deferredFailure: String? { nil }
    var processedBy: String? { nil }
    /// The stored options of a job that recurs, with all that ``JobOptions`` does not tell; nil for every other job.
    var recurringOptions: String? { nil }
    /// Whether the stored job has no fields but those that addition and its first taking wrote.
    var isFresh: Bool { false }
}
