import NIOCore

/// The fields of a job hash, decoded (protocol: keys, section 5).
final class JobRecord: Sendable {
    let id: String
    let name: String
    let data: JSONText
    let options: JobOptions
    let timestamp: Int64
    let delay: Int64
    let priority: Int64
    let progress: JSONText?
    let attemptsStarted: Int
    let attemptsMade: Int
    let stalledCount: Int
    let processedOn: Int64?
    let finishedOn: Int64?
    let returnValue: JSONText?
    let failedReason: String?
    let stackTrace: [String]
    let parentKey: String?
    let deduplicationID: String?
    let schedulerID: String?
    let deferredFailure: String?
    let processedBy: String?

    /// A job that is being added. Its id is known afterwards, unless it brings one.
    init(_ job: NewJob) {
        let options = job.options
        id = options.jobID ?? ""
        name = job.name
        data = job.data
        self.options = options
        timestamp = job.timestamp
        delay = options.delay?.milliseconds ?? 0
        priority = Int64(options.priority ?? 0)
        parentKey = options.parent?.key
        deduplicationID = options.deduplication?.id
        (progress, returnValue, failedReason, schedulerID, deferredFailure, processedBy) = (
            nil, nil, nil, nil, nil, nil
        )
        (attemptsStarted, attemptsMade, stalledCount) = (0, 0, 0)
        (processedOn, finishedOn) = (nil, nil)
        stackTrace = []
    }

    /// A job read from Redis.
    ///
    /// - Parameter fields: alternating names and values. Nil is returned for an empty hash: there is no such job.
    init?(id: String, fields: [RESPValue]) {
        guard !fields.isEmpty else { return nil }
        var name = ""
        var data: String?
        var options: String?
        var (timestamp, delay, priority): (Int64, Int64, Int64) = (0, 0, 0)
        var (started, made, legacyMade, stalled): (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        var (processedOn, finishedOn): (Int64?, Int64?) = (nil, nil)
        var (progress, returnValue, failedReason, stackTrace): (String?, String?, String?, String?) = (
            nil, nil, nil, nil
        )
        var (parentKey, deduplicationID, schedulerID): (String?, String?, String?) = (nil, nil, nil)
        var (deferredFailure, processedBy): (String?, String?) = (nil, nil)
        var index = 0
        while index + 1 < fields.count {
            let value = fields[index + 1]
            switch fields[index].string ?? "" {
            case "name": name = value.string ?? ""
            case "data": data = value.string
            case "opts": options = value.string
            case "timestamp": timestamp = value.wholeMilliseconds ?? 0
            case "delay": delay = value.wholeMilliseconds ?? 0
            case "priority": priority = value.wholeMilliseconds ?? 0
            case "progress": progress = value.string
            case "ats": started = value.wholeMilliseconds ?? 0
            case "atm": made = value.wholeMilliseconds ?? 0
            case "attemptsMade": legacyMade = value.wholeMilliseconds ?? 0
            case "stc": stalled = value.wholeMilliseconds ?? 0
            case "processedOn": processedOn = value.wholeMilliseconds
            case "finishedOn": finishedOn = value.wholeMilliseconds
            case "returnvalue": returnValue = value.string
            case "failedReason": failedReason = value.string
            case "stacktrace": stackTrace = value.string
            case "parentKey": parentKey = value.string
            case "deid": deduplicationID = value.string
            case "rjk": schedulerID = value.string
            case "defa": deferredFailure = value.string
            case "pb": processedBy = value.string
            default: break
            }
            index += 2
        }
        self.id = id
        self.name = name
        self.data = data.flatMap { $0.isEmpty ? nil : JSONText(unchecked: $0) } ?? .emptyObject
        self.options = options.map(JobOptions.init(stored:)) ?? JobOptions()
        self.timestamp = timestamp
        self.delay = delay
        self.priority = priority
        self.progress = progress.map(JSONText.init(unchecked:))
        attemptsStarted = Int(started)
        // Jobs older than 5.0 carry the first field and gain the second: only the sum reaches the limit (versions, section 7).
        attemptsMade = Int(made + legacyMade)
        stalledCount = Int(stalled)
        self.processedOn = processedOn
        self.finishedOn = finishedOn
        self.returnValue = returnValue.map(JSONText.init(unchecked:))
        self.failedReason = failedReason
        self.stackTrace = stackTrace.map(Self.lines) ?? []
        self.parentKey = parentKey.flatMap { $0.isEmpty ? nil : $0 }
        self.deduplicationID = deduplicationID
        self.schedulerID = schedulerID.flatMap { $0.isEmpty ? nil : $0 }
        self.deferredFailure = deferredFailure.flatMap { $0.isEmpty ? nil : $0 }
        self.processedBy = processedBy
    }

    /// Anything that is not an array of strings counts as none.
    private static func lines(_ text: String) -> [String] {
        guard case .array(let entries)? = try? JSONValue(parsing: text) else { return [] }
        return entries.compactMap(\.stringValue)
    }
}

extension RESPValue {
    /// A decimal number without its fraction.
    var wholeMilliseconds: Int64? {
        integer ?? string.flatMap(Double.init).map(Int64.init(clampingToRange:))
    }
}
