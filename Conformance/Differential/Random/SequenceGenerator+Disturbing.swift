// Owns what befalls a queue from outside: settings, and data that is missing, odd, or left by older releases.

import Witness

extension SequenceGenerator {
    mutating func settings(_ queue: Int) -> Step {
        let calls = queues[queue].calls
        let (meta, limiter) = (calls.key("meta"), calls.key("limiter"))
        return switch random.below(9) {
        case 0: .command(["HSET", meta, "concurrency", random.one(of: ["1", "2", "3"])])
        case 1: .command(["HDEL", meta, "concurrency"])
        case 2: .command(["HSET", meta, "max", random.one(of: ["1", "3"]), "duration", "60000"])
        case 3: .command(["HDEL", meta, "max", "duration"])
        case 4: .command(["DEL", limiter])
        case 5: .command(["SET", limiter, "9007199254740991", "PX", "60000"])
        case 6: .command(["SET", limiter, "2"])
        case 7: .command(["HSET", meta, "opts.maxLenEvents", "150"])
        default: .command(["HDEL", meta, "opts.maxLenEvents"])
        }
    }

    /// Data goes missing or is odd; in a quarter of the sequences it is old, too.
    mutating func disturb(_ queue: Int) -> [Step] {
        if hasLegacyData, random.percent(60) { return leaveOldData(queue) }
        let calls = queues[queue].calls
        let id = pick(queue, QueueModel.Place.allCases)
        let job = calls.key(id)
        queues[queue].note(id, hasPriority: true)
        return switch random.below(11) {
        case 0, 1: [.command(["DEL", job])]
        case 2, 3: [.command(["HSET", job, "defa", "child x failed"])]
        case 4, 5: [.command(["DEL", calls.key("de:" + random.one(of: ["d1", "d2", "d3"]))])]
        case 6:
            [
                .command([
                    "HDEL", job, random.one(of: ["timestamp", "priority", "delay", "opts", "name", "data", "deid"]),
                ])
            ]
        case 7: [.command(["HSET", job, random.one(of: ["atm", "ats", "stc"]), random.one(of: ["1", "2", "7"])])]
        case 8: [.command(["HSET", job, "priority", random.one(of: ["", "abc", "3", "0"])])]
        case 9: [.command(["DEL", job + random.one(of: [":dependencies", ":processed", ":lock"])])]
        default: [.command(["DEL", calls.key(random.one(of: ["marker", "stalled", "pc", "events", "meta"]))])]
        }
    }

    /// What releases before 5.0 and before 6.0 leave behind.
    private mutating func leaveOldData(_ queue: Int) -> [Step] {
        let calls = queues[queue].calls
        let (wait, paused) = (calls.key("wait"), calls.key("paused"))
        // Of a queue that is not paused ours would heal the list, which has a case of its own.
        let pausing = Step.command(["HSET", calls.key("meta"), "paused", "1"])
        switch random.below(6) {
        case 0, 1:
            return [.command([random.one(of: ["LPUSH", "RPUSH"]), wait, random.one(of: ["0:0", "0:1234"])])]
        case 2: return [pausing, .command(["RPUSH", paused, "0:0"])]
        case 3:
            return [.command(["SADD", calls.key("stalled"), "0:0"]), .command(["LPUSH", calls.key("active"), "0:0"])]
        case 4:
            let id = pick(queue, QueueModel.Place.allCases)
            return [.command(["HSET", calls.key(id), "attemptsMade", random.one(of: ["1", "2"])])]
        default:
            guard let id = queues[queue].ids(in: .wait).last else { return [] }
            return [pausing, .command(["LREM", wait, "1", Bytes(id)]), .command(["LPUSH", paused, Bytes(id)])]
        }
    }
}
