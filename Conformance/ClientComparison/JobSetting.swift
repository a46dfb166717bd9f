// Owns the options of jobs in both vocabularies: the library's and the official packages'. Neither is derived from the
// other, so a wrong name or unit on our side shows.

import BullMQ
import FoundationEssentials
import Witness

/// One option of a job, as each side takes it.
struct JobSetting: Sendable {
    let library: @Sendable (inout JobOptions) -> Void
    let name: Bytes
    let package: WitnessedJSON

    private init(
        _ name: Bytes, _ package: WitnessedJSON, _ library: @escaping @Sendable (inout JobOptions) -> Void
    ) {
        self.library = library
        self.name = name
        self.package = package
    }

    static func id(_ id: String) -> JobSetting { JobSetting("jobId", .text(id)) { $0.jobID = id } }

    static func delay(_ milliseconds: Int) -> JobSetting {
        JobSetting("delay", .number(milliseconds)) { $0.delay = .milliseconds(milliseconds) }
    }

    static func priority(_ priority: Int) -> JobSetting {
        JobSetting("priority", .number(priority)) { $0.priority = priority }
    }

    static let lifo = JobSetting("lifo", true) { $0.lifo = true }

    static func attempts(_ count: Int) -> JobSetting {
        JobSetting("attempts", .number(count)) { $0.attempts = count }
    }

    static func fixedBackoff(_ milliseconds: Int) -> JobSetting {
        JobSetting("backoff", ["type": "fixed", "delay": .number(milliseconds)]) {
            $0.backoff = .fixed(.milliseconds(milliseconds))
        }
    }

    static func exponentialBackoff(_ milliseconds: Int, jitter: Double? = nil) -> JobSetting {
        var members: [Bytes: WitnessedJSON] = ["type": "exponential", "delay": .number(milliseconds)]
        if let jitter { members["jitter"] = WitnessedJSON(jitter) }
        return JobSetting("backoff", .object(members)) {
            $0.backoff = .exponential(.milliseconds(milliseconds), jitter: jitter)
        }
    }

    static func removeOnComplete(_ policy: Removal) -> JobSetting {
        JobSetting("removeOnComplete", policy.package) { $0.removeOnComplete = policy.library }
    }

    static func removeOnFail(_ policy: Removal) -> JobSetting {
        JobSetting("removeOnFail", policy.package) { $0.removeOnFail = policy.library }
    }

    static func keepLogs(_ count: Int) -> JobSetting {
        JobSetting("keepLogs", .number(count)) { $0.keepLogs = count }
    }

    static func stackTraceLimit(_ count: Int) -> JobSetting {
        JobSetting("stackTraceLimit", .number(count)) { $0.stackTraceLimit = count }
    }

    static func sizeLimit(_ bytes: Int) -> JobSetting {
        JobSetting("sizeLimit", .number(bytes)) { $0.sizeLimit = bytes }
    }

    static func timestamp(_ milliseconds: Int) -> JobSetting {
        JobSetting("timestamp", .number(milliseconds)) {
            $0.timestamp = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        }
    }

    static func deduplication(
        _ id: String, ttl: Int? = nil, extend: Bool = false, replace: Bool = false, keepLastIfActive: Bool = false
    ) -> JobSetting {
        var members: [Bytes: WitnessedJSON] = ["id": .text(id)]
        if let ttl { members["ttl"] = .number(ttl) }
        if extend { members["extend"] = true }
        if replace { members["replace"] = true }
        if keepLastIfActive { members["keepLastIfActive"] = true }
        return JobSetting("deduplication", .object(members)) {
            $0.deduplication = Deduplication(
                id: id, ttl: ttl.map { .milliseconds($0) }, extend: extend, replace: replace,
                keepLastIfActive: keepLastIfActive)
        }
    }

    static func onFailure(_ policy: ChildFailurePolicy) -> JobSetting {
        let name: Bytes =
            switch policy {
            case .failParent: "failParentOnFailure"
            case .continueParent: "continueParentOnFailure"
            case .ignore: "ignoreDependencyOnFailure"
            case .removeDependency: "removeDependencyOnFailure"
            }
        return JobSetting(name, true) { $0.onFailure = policy }
    }
}

/// Which finished jobs are kept, as each side takes it.
enum Removal: Sendable {
    case none
    case all
    case count(Int)
    case limits(count: Int?, ageInSeconds: Int, limit: Int?)

    var library: RemovalPolicy {
        switch self {
        case .none: .keepAll
        case .all: .remove
        case .count(let count): .keep(count: count)
        case .limits(let count, let age, let limit): .keep(count: count, age: .seconds(age), limit: limit)
        }
    }

    var package: WitnessedJSON {
        switch self {
        case .none: return false
        case .all: return true
        case .count(let count): return .number(count)
        case .limits(let count, let age, let limit):
            var members: [Bytes: WitnessedJSON] = ["age": .number(age)]
            if let count { members["count"] = .number(count) }
            if let limit { members["limit"] = .number(limit) }
            return .object(members)
        }
    }
}

/// Options of a job in the library's vocabulary.
extension JobOptions {
    init(_ settings: [JobSetting]) {
        self.init()
        for setting in settings { setting.library(&self) }
    }
}

extension [JobSetting] {
    /// Options of a job in the packages' vocabulary.
    var package: [Bytes: WitnessedJSON] { Dictionary(map { ($0.name, $0.package) }) { _, last in last } }
}
