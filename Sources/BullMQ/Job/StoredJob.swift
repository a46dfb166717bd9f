import NIOCore

/// The fields of a job hash, decoded (protocol: keys, section 5).
final class StoredJob: JobRecord, @unchecked Sendable {
    private let storedDelay: Int64
    private let storedPriority: Int64
    private let storedProgress: JSONText?
    private let storedAttemptsStarted: Int
    private let storedAttemptsMade: Int
    private let storedStalledCount: Int
    private let storedProcessedOn: Int64?
    private let storedFinishedOn: Int64?
    private let storedReturnValue: JSONText?
    private let storedFailedReason: String?
    private let storedStackTrace: [String]
    private let storedParentKey: String?
    private let storedDeduplicationID: String?
    private let storedSchedulerID: String?
    private let storedDeferredFailure: String?
    private let storedProcessedBy: String?
    private let storedRecurringOptions: String?
    private let storedIsFresh: Bool

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
        var added = 0
        var index = 0
        while index + 1 < fields.count {
            let value = fields[index + 1]
            switch fields[index].string ?? "" {
            case "name": (name, added) = (value.string ?? "", added + 1)
            case "data": (data, added) = (value.string, added + 1)
            case "opts": (options, added) = (value.string, added + 1)
            case "timestamp": (timestamp, added) = (value.wholeMilliseconds ?? 0, added + 1)
            case "delay": (delay, added) = (value.wholeMilliseconds ?? 0, added + 1)
            case "priority": (priority, added) = (value.wholeMilliseconds ?? 0, added + 1)
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
        storedDelay = delay
        storedPriority = priority
        storedProgress = progress.map(JSONText.init(unchecked:))
        storedAttemptsStarted = Int(started)
        // Jobs older than 5.0 carry the first field and gain the second: only the sum reaches the limit (versions, section 7).
        storedAttemptsMade = Int(made + legacyMade)
        storedStalledCount = Int(stalled)
        storedProcessedOn = processedOn
        storedFinishedOn = finishedOn
        storedReturnValue = returnValue.map(JSONText.init(unchecked:))
        storedFailedReason = failedReason
        storedStackTrace = stackTrace.map(Self.lines) ?? []
        storedParentKey = parentKey.flatMap { $0.isEmpty ? nil : $0 }
        storedDeduplicationID = deduplicationID
        storedSchedulerID = schedulerID.flatMap { $0.isEmpty ? nil : $0 }
        storedDeferredFailure = deferredFailure.flatMap { $0.isEmpty ? nil : $0 }
        storedProcessedBy = processedBy
        // Releases before 1.86 marked repeatable jobs in their options alone.
        let recurs = storedSchedulerID != nil || options?.contains(member: "\"repeat\":") == true
        storedRecurringOptions = recurs ? options ?? "" : nil
        // Six fields of the addition, two of taking, or three.
        storedIsFresh =
            added == 6 && started == 1 && processedOn != nil && fields.count == (processedBy == nil ? 16 : 18)
        super.init(
            id: id, name: name,
            data: data.flatMap { $0.isEmpty ? nil : JSONText(unchecked: $0) } ?? .emptyObject,
            options: options.map(JobOptions.init(stored:)) ?? JobOptions(), timestamp: timestamp)
    }

    override var delay: Int64 { storedDelay }
    override var priority: Int64 { storedPriority }
    override var progress: JSONText? { storedProgress }
    override var attemptsStarted: Int { storedAttemptsStarted }
    override var attemptsMade: Int { storedAttemptsMade }
    override var stalledCount: Int { storedStalledCount }
    override var processedOn: Int64? { storedProcessedOn }
    override var finishedOn: Int64? { storedFinishedOn }
    override var returnValue: JSONText? { storedReturnValue }
    override var failedReason: String? { storedFailedReason }
    override var stackTrace: [String] { storedStackTrace }
    override var parentKey: String? { storedParentKey }
    override var deduplicationID: String? { storedDeduplicationID }
    override var schedulerID: String? { storedSchedulerID }
    override var deferredFailure: String? { storedDeferredFailure }
    override var isFresh: Bool { storedIsFresh }
    override var processedBy: String? { storedProcessedBy }
    override var recurringOptions: String? { storedRecurringOptions }

    /// Anything that is not an array of strings counts as none.
    private static func lines(_ text: String) -> [String] {
        guard case .array(let entries)? = try? JSONValue(parsing: text) else { return [] }
        return entries.compactMap(\.stringValue)
    }
}

extension String {
    /// Whether JSON text has a member, given with its quotes and colon. Inside of a string its quotes would be escaped.
    func contains(member: String) -> Bool {
        withUTF8Bytes { bytes in
            member.withUTF8Bytes { wanted in
                guard bytes.count >= wanted.count else { return false }
                return (0...bytes.count - wanted.count).contains { start in
                    bytes[start] == wanted[0] && bytes[start + 1] == wanted[1]
                        && bytes[start..<start + wanted.count].elementsEqual(wanted)
                }
            }
        }
    }
}

extension RESPValue {
    /// A decimal number without its fraction.
    var wholeMilliseconds: Int64? {
        integer ?? string.flatMap(Double.init).map(Int64.init(clampingToRange:))
    }
}
