// Owns random removals.

import Witness

extension SequenceGenerator {
    mutating func remove(_ queue: Int) -> [Step] {
        let calls = queues[queue].calls
        switch random.below(12) {
        case 0...3:
            let id = pick(queue, random.percent(40) ? [.children] : QueueModel.Place.allCases)
            return [.call(calls.removeJob(id, withChildren: random.percent(50)))]
        case 4: return [.call(calls.removeUnprocessedChildren(pick(queue, [.children, .active])))]
        case 5:
            let id = pick(queue, QueueModel.Place.allCases)
            let parent = queues[queue].parents[id] ?? ""
            return [.call(calls.removeChildDependency(child: calls.prefix + id, parent: parent))]
        case 6...8:
            let state = random.one(of: ["wait", "active", "paused", "delayed", "prioritized", "completed", "failed"])
            return [
                .call(
                    calls.cleanJobsInSet(
                        state, newest: .number(now - random.one(of: [0, 0, 3000])),
                        count: random.one(of: [0, 1, 2, 1000])))
            ]
        case 9: return drain(queue)
        case 10: return obliterate(queue)
        default:
            let ids = (0..<3).map { _ in pick(queue, QueueModel.Place.allCases) } + ["c1", "c2"]
            return [.call(calls.removeOrphanedJobs(ids))]
        }
    }

    /// Iterations leave the lists first: the reference trims wrongly around them, see ``Deviation/exactDrain``.
    private mutating func drain(_ queue: Int) -> [Step] {
        let calls = queues[queue].calls
        let iterations = queues[queue].iterations.values.flatMap { $0 }.sorted()
        let preparation = ["wait", "paused"].flatMap { list in
            iterations.map { Step.command(["LREM", calls.key(list), "0", Bytes($0)]) }
        }
        return preparation + [.call(calls.drain(delayed: random.percent(50)))]
    }

    private mutating func obliterate(_ queue: Int) -> [Step] {
        let calls = queues[queue].calls
        let call = calls.obliterate(count: random.one(of: [1, 3, 1000]), force: random.percent(50))
        let calling = Array(repeating: Step.call(call), count: 1 + random.below(3))
        return random.percent(70) ? [.call(calls.pause())] + calling : calling
    }
}
