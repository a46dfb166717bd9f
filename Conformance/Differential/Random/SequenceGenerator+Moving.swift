// Owns random moves of jobs between states, and locks.

import Witness

extension SequenceGenerator {
    private static let retention: [MessagePack] = [
        ["count": -1], ["count": -1], ["count": -1], ["count": 0], ["count": 0], ["count": 1], ["count": 3], ["age": 0],
        ["age": 1], ["age": 3, "count": 2], ["age": 2, "limit": 1], ["count": 2, "age": 1, "limit": 2],
        ["count": 0, "age": 1], [:],
    ]

    mutating func finish(_ queue: Int) -> ScriptCall {
        let id = pick(queue, [.active])
        let state: FinishedState = random.percent(67) ? .completed : .failed
        var options = fetchOptions()
        options["token"] = .text(token())
        options["keepJobs"] = random.one(of: Self.retention)
        options["attempts"] = random.one(of: [0, 1, 2, 5])
        options["maxMetricsSize"] = random.one(of: ["", "", 4, 2])
        for policy in ["fpof", "cpof", "idof", "rdof"] where random.percent(10) { options[policy] = true }
        let value: Argument = state == .completed ? random.one(of: ["1", "null", "{\"a\":1}"]) : "err"
        return queues[queue].calls.moveToFinished(
            id, state, now: now, value: value, fetches: random.percent(67), options: options, fields: fields())
    }

    mutating func delay(_ queue: Int) -> ScriptCall {
        let id = pick(queue, [.active])
        // Said in full: a bare `nil` would be a packed nothing.
        let fetch: MessagePack? = random.percent(50) ? .some(fetchOptions()) : .none
        let call = queues[queue].calls.moveToDelayed(
            id, delay: random.one(of: ["0", "1000", "1000", "500"]), now: now, token: token(),
            skipsAttempt: random.percent(50), fields: fields(), fetch: fetch)
        return random.percent(20) ? queues[queue].calls.moveToDelayed12(call) : call
    }

    mutating func waitForChildren(_ queue: Int) -> ScriptCall {
        let id = pick(queue, [.active])
        let children = queues[queue].children[id] ?? []
        let child = random.percent(60) ? "" : random.one(of: children + ["q:a:zz"])
        return queues[queue].calls.moveToWaitingChildren(id, child: child, now: now, token: token())
    }

    mutating func retry(_ queue: Int) -> ScriptCall {
        let id = pick(queue, [.active])
        return queues[queue].calls.retryJob(
            id, push: random.one(of: Push.allCases), now: now, token: token(), fields: fields())
    }

    mutating func reprocess(_ queue: Int) -> ScriptCall {
        let state = random.one(of: FinishedState.allCases)
        let id = pick(queue, [state == .failed ? .failed : .completed])
        let call = queues[queue].calls.reprocessJob(
            id, state, push: random.one(of: Push.allCases), resetsAttemptsMade: random.percent(50),
            resetsAttemptsStarted: random.percent(50))
        return queues[queue].isPlain(id) && random.percent(30) ? queues[queue].calls.reprocessJob8(call) : call
    }

    mutating func bulkMove(_ queue: Int) -> ScriptCall {
        let state = random.one(of: ["completed", "failed", "delayed"])
        return queues[queue].calls.moveJobsToWait(
            state, count: random.one(of: [1, 2, 1000]),
            upTo: state == "delayed" ? "1.7976931348623157e+308" : .number(now))
    }

    mutating func changePriority(_ queue: Int) -> ScriptCall {
        let id = pick(queue, [.wait, .prioritized], strays: 20)
        return queues[queue].calls.changePriority(id, to: random.one(of: [0, 1, 2, 10]), lifo: random.percent(50))
    }

    mutating func pause(_ queue: Int) -> ScriptCall {
        if random.percent(40) { return queues[queue].calls.pause(event: random.one(of: ["0", "1"])) }
        return queues[queue].calls.resume(event: random.percent(70) ? random.one(of: ["0", "1"]) : nil)
    }

    /// A sweep, mostly with lost locks and mostly not too early.
    mutating func sweepStalled(_ queue: Int) -> [Step] {
        let calls = queues[queue].calls
        var steps: [Step] = []
        if random.percent(60) {
            for id in queues[queue].ids(in: .active) where random.percent(50) {
                steps.append(.command(["DEL", calls.key("\(id):lock")]))
            }
        }
        if random.percent(90) { steps.append(.command(["DEL", calls.key("stalled-check")])) }
        steps.append(.call(calls.moveStalledJobsToWait(maximum: random.one(of: [0, 1, 1, 2]), now: now)))
        return steps
    }

    mutating func locks(_ queue: Int) -> ScriptCall {
        let calls = queues[queue].calls
        switch random.below(5) {
        case 0:
            return calls.extendLock(pick(queue, [.active]), token: token(), duration: 60_000)
        case 1:
            return calls.releaseLock(pick(queue, [.active]), token: token())
        default:
            var ids = queues[queue].ids(in: .active)
            if random.percent(30) { ids.append("nope") }
            ids.removeAll { _ in random.percent(20) }
            let tokens = ids.map { _ in random.one(of: ["t1", "t1", "t2", ""]) }
            return calls.extendLocks(ids, tokens: tokens, duration: 60_000)
        }
    }
}
