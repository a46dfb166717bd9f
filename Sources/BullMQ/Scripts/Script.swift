import LuaScripts
import NIOCore
import Synchronization

/// One Lua script: its name, its number of keys, and the digest under which servers know it.
final class Script: Sendable {
    let name: String
    let keyCount: Int
    private let pauseMode: PauseMode
    private let v5Safe: Script?
    private let digestText = Mutex<String?>(nil)
    private let text = Mutex<String?>(nil)

    convenience init(_ name: String, keys: Int) {
        self.init(name, keys, .plain, v5Safe: Script(name, keys, .v5Safe, v5Safe: nil))
    }

    private init(_ name: String, _ keyCount: Int, _ pauseMode: PauseMode, v5Safe: Script?) {
        self.name = name
        self.keyCount = keyCount
        self.pauseMode = pauseMode
        self.v5Safe = v5Safe
    }

    /// The same contract for a queue with this pause mode: a text, and thus a digest, of its own.
    func variant(for mode: PauseMode) -> Script {
        switch mode {
        case .plain: self
        case .v5Safe: v5Safe ?? self
        }
    }

    /// The digest, once a server has told it. It depends on the text alone, so it is the same on every server.
    var digest: String? { digestText.withLock { $0 } }

    func learn(digest: String) {
        digestText.withLock { $0 = digest }
    }

    /// The complete text, includes resolved.
    var source: String {
        text.withLock { text in
            if let text { return text }
            let resolved = LuaScriptCatalogue.source(of: "\(name)-\(keyCount)", isV5Safe: pauseMode == .v5Safe)
            text = resolved
            return resolved
        }
    }
}

extension Script {
    static let addDelayedJob = Script("addDelayedJob", keys: 6)
    static let addJobScheduler = Script("addJobScheduler", keys: 11)
    static let addJobs = Script("addJobs", keys: 8)
    static let addJobsAtomically = Script("addJobsAtomically", keys: 10)
    static let addLog = Script("addLog", keys: 2)
    static let addParentJob = Script("addParentJob", keys: 6)
    static let addPrioritizedJob = Script("addPrioritizedJob", keys: 9)
    static let addStandardJob = Script("addStandardJob", keys: 9)
    static let changeDelay = Script("changeDelay", keys: 4)
    static let changePriority = Script("changePriority", keys: 7)
    static let cleanJobsInSet = Script("cleanJobsInSet", keys: 3)
    static let continueRepeatable = Script("continueRepeatable", keys: 10)
    static let describeDependencies = Script("describeDependencies", keys: 1)
    static let describeJobs = Script("describeJobs", keys: 1)
    static let describeKeys = Script("describeKeys", keys: 1)
    static let drain = Script("drain", keys: 5)
    static let explainJob = Script("explainJob", keys: 1)
    static let extendLock = Script("extendLock", keys: 2)
    static let extendLocks = Script("extendLocks", keys: 1)
    static let finishJobs = Script("finishJobs", keys: 10)
    static let getCounts = Script("getCounts", keys: 1)
    static let getCountsPerPriority = Script("getCountsPerPriority", keys: 2)
    static let getDependencyCounts = Script("getDependencyCounts", keys: 4)
    static let getJobScheduler = Script("getJobScheduler", keys: 1)
    static let getJobs = Script("getJobs", keys: 1)
    static let getMetrics = Script("getMetrics", keys: 2)
    static let getRanges = Script("getRanges", keys: 1)
    static let getRateLimitTtl = Script("getRateLimitTtl", keys: 2)
    static let getStateV2 = Script("getStateV2", keys: 8)
    static let isFinished = Script("isFinished", keys: 3)
    static let isMaxed = Script("isMaxed", keys: 2)
    static let moveJobFromActiveToWait = Script("moveJobFromActiveToWait", keys: 9)
    static let moveJobsToWait = Script("moveJobsToWait", keys: 8)
    static let moveStalledJobsToWait = Script("moveStalledJobsToWait", keys: 9)
    static let moveToActive = Script("moveToActive", keys: 11)
    static let moveToDelayed = Script("moveToDelayed", keys: 11)
    static let moveToFinished = Script("moveToFinished", keys: 14)
    static let moveToWaitingChildren = Script("moveToWaitingChildren", keys: 7)
    static let obliterate = Script("obliterate", keys: 2)
    static let paginate = Script("paginate", keys: 1)
    static let pause = Script("pause", keys: 7)
    static let promote = Script("promote", keys: 9)
    static let removeChildDependency = Script("removeChildDependency", keys: 1)
    static let removeDeduplicationKey = Script("removeDeduplicationKey", keys: 1)
    static let removeJob = Script("removeJob", keys: 2)
    static let removeJobScheduler = Script("removeJobScheduler", keys: 3)
    static let removeOrphanedJobs = Script("removeOrphanedJobs", keys: 1)
    static let removeRepeatable = Script("removeRepeatable", keys: 7)
    static let removeUnprocessedChildren = Script("removeUnprocessedChildren", keys: 2)
    static let repairQueue = Script("repairQueue", keys: 1)
    static let reprocessJob = Script("reprocessJob", keys: 9)
    static let requestCancellation = Script("requestCancellation", keys: 3)
    static let retryJob = Script("retryJob", keys: 11)
    static let updateData = Script("updateData", keys: 1)
    static let updateJobScheduler = Script("updateJobScheduler", keys: 12)
    static let updateProgress = Script("updateProgress", keys: 3)
}
