// Owns random reads, and writes to one job that move nothing.

import Witness

extension SequenceGenerator {
    private static let states = [
        "wait", "active", "delayed", "prioritized", "completed", "failed", "waiting-children", "paused", "repeat",
    ]

    mutating func read(_ queue: Int) -> ScriptCall {
        let calls = queues[queue].calls
        let id = pick(queue, QueueModel.Place.allCases)
        let states = (0...random.below(4)).map { _ in random.one(of: Self.states) }
        let first = random.one(of: [0, 0, 1, 2, -3])
        let last = random.one(of: [0, 1, 3, -1, -2, 10])
        let parent = pick(queue, [.children, .active, .completed, .failed])
        switch random.below(14) {
        case 0: return calls.getCounts(states)
        case 1: return calls.getCountsPerPriority([0, 1, 2, 10, 2_097_151])
        case 2: return calls.getDependencyCounts(parent)
        case 3:
            return calls.getJobs(
                states, first, last, ascending: random.percent(50), maxReads: random.one(of: [1, 5]))
        case 4: return calls.getRanges(states, first, last, ascending: random.percent(50))
        case 5: return calls.getMetrics(random.one(of: FinishedState.allCases), 0, random.one(of: [-1, 1]))
        case 6: return calls.getState(id)
        case 7: return calls.getStateV2(id)
        case 8:
            return calls.isFinished(
                pick(queue, [.completed, .failed, .wait]), returnsValue: random.one(of: ["", "1", nil]))
        case 9: return calls.isJobInList(id)
        case 10: return page(calls, parent)
        case 11: return calls.getRateLimitTtl(maximum: random.one(of: [0, 1, 5]))
        case 12: return calls.isMaxed()
        default: return calls.getJobScheduler(random.one(of: ["s1", "s2", "none"]))
        }
    }

    private mutating func page(_ calls: QueueCalls, _ parent: String) -> ScriptCall {
        let suffix = random.one(of: ["dependencies", "processed", "failed", "failed"])
        return calls.paginate(
            random.percent(10) ? "wait" : "\(parent):\(suffix)", random.one(of: [0, 0, 1, 2]),
            random.one(of: [-1, 0, 3]), maxScans: random.one(of: [1, 5]), fetches: random.one(of: [nil, "1", ""]))
    }

    mutating func touch(_ queue: Int) -> ScriptCall {
        let calls = queues[queue].calls
        let id = pick(queue, QueueModel.Place.allCases)
        return switch random.below(5) {
        case 0: calls.addLog(id, keep: random.one(of: ["", "2", "5"]))
        case 1: calls.updateData(id)
        case 2: calls.updateProgress(id)
        case 3: calls.saveStacktrace(id)
        default: calls.removeDeduplicationKey("d1", owner: id)
        }
    }
}
