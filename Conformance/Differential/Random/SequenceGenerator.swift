// Owns the choice of the next step of a random sequence: which script, on which job, in which mode. Everything follows from
// the seed and from the replies. Extensions choose the arguments, by kind of script.

import Witness

/// Makes up a sequence of calls, one operation at a time.
struct SequenceGenerator {
    /// What may come next; an operation is one call, or a few steps that belong together.
    enum Operation: CaseIterable {
        case add, take, finish, delay, waitForChildren, giveBack, retry, reprocess, bulkMove, promote, sweepStalled
        case locks, changeDelay, changePriority, pause, settings, disturb, read, touch, remove, schedule
    }

    var random: SplitMix
    var now = QueueCalls.clock
    var queues = [QueueModel("q:a"), QueueModel("q:b")]
    /// Whether old markers, the list `paused` and the like appear.
    let hasLegacyData: Bool
    private let operations: [Operation]

    /// The generator of a sequence.
    init(seed: UInt64, sequence: Int) {
        random = SplitMix(seed: seed, sequence: sequence)
        hasLegacyData = random.percent(25)
        let weights = random.percent(50) ? Self.busy : Self.mixed
        operations = weights.flatMap { Array(repeating: $0.0, count: $0.1) }
    }

    /// How many operations the sequence shall have: up to 60.
    mutating func length() -> Int { random.percent(50) ? 60 : 10 + random.below(50) }

    /// A queue at work: mostly additions, fetches and finishes.
    private static let busy: [(Operation, Int)] = [
        (.add, 24), (.take, 30), (.finish, 20), (.delay, 5), (.waitForChildren, 4), (.giveBack, 2), (.retry, 4),
        (.reprocess, 4), (.bulkMove, 1), (.promote, 2), (.sweepStalled, 3), (.locks, 2), (.changeDelay, 2),
        (.changePriority, 2), (.pause, 1), (.settings, 1), (.disturb, 1), (.read, 4), (.touch, 2), (.remove, 1),
        (.schedule, 3),
    ]

    /// A queue that is worked on, administered and disturbed.
    private static let mixed: [(Operation, Int)] = [
        (.add, 24), (.take, 14), (.finish, 16), (.delay, 4), (.waitForChildren, 3), (.giveBack, 2), (.retry, 3),
        (.reprocess, 3), (.bulkMove, 1), (.promote, 2), (.sweepStalled, 3), (.locks, 2), (.changeDelay, 2),
        (.changePriority, 2), (.pause, 2), (.settings, 2), (.disturb, 3), (.read, 8), (.touch, 3), (.remove, 4),
        (.schedule, 4),
    ]

    /// The next operation.
    mutating func next() -> [Step] {
        if random.percent(70) { now += random.one(of: [0, 0, 1, 10, 400, 1000, 61_000]) }
        let queue = random.one(of: [0, 0, 1])
        return switch likely(random.one(of: operations), queue) {
        case .add: [.call(addition(queue))]
        case .take: [.call(queues[queue].calls.moveToActive(now: now, fetchOptions()))]
        case .finish: [.call(finish(queue))]
        case .delay: [.call(delay(queue))]
        case .waitForChildren: [.call(waitForChildren(queue))]
        case .giveBack:
            [.call(queues[queue].calls.moveJobFromActiveToWait(pick(queue, [.active]), token: token()))]
        case .retry: [.call(retry(queue))]
        case .reprocess: [.call(reprocess(queue))]
        case .bulkMove: [.call(bulkMove(queue))]
        case .promote: [.call(queues[queue].calls.promote(pick(queue, [.delayed])))]
        case .sweepStalled: sweepStalled(queue)
        case .locks: [.call(locks(queue))]
        case .changeDelay:
            [
                .call(
                    queues[queue].calls.changeDelay(
                        pick(queue, [.delayed]), to: random.one(of: [0, 500, 1000, 4000]), now: now))
            ]
        case .changePriority: [.call(changePriority(queue))]
        case .pause: [.call(pause(queue))]
        case .settings: [settings(queue)]
        case .disturb: disturb(queue)
        case .read: [.call(read(queue))]
        case .touch: [.call(touch(queue))]
        case .remove: remove(queue)
        case .schedule: [.call(schedule(queue))]
        }
    }

    /// The operation, or mostly one that leads to it when there is nothing it could be done on.
    private mutating func likely(_ operation: Operation, _ queue: Int) -> Operation {
        let model = queues[queue]
        let candidates: [QueueModel.Place] =
            switch operation {
            case .finish, .delay, .waitForChildren, .giveBack, .retry, .locks, .sweepStalled: [.active]
            case .take, .changePriority: [.wait, .prioritized, .delayed, .children]
            case .reprocess, .bulkMove: [.completed, .failed]
            case .promote, .changeDelay: [.delayed]
            case .read, .touch, .remove, .disturb: QueueModel.Place.allCases
            case .add, .pause, .settings, .schedule: []
            }
        guard !candidates.isEmpty, model.ids(in: candidates).isEmpty, random.percent(80) else { return operation }
        if candidates == [.completed, .failed], !model.ids(in: .active).isEmpty { return .finish }
        return model.ids(in: [.wait, .prioritized]).isEmpty || candidates == [.delayed] ? .add : .take
    }

    // MARK: Common choices

    /// A job that is probably in one of these places, sometimes any job, seldom one that does not exist.
    mutating func pick(_ queue: Int, _ places: [QueueModel.Place], strays: Int = 8) -> String {
        let candidates =
            random.percent(strays) ? queues[queue].all + ["nope"] : queues[queue].ids(in: places)
        return candidates.isEmpty ? "nope" : random.one(of: candidates)
    }

    /// The token of a lock: nearly always the worker's.
    mutating func token() -> String {
        switch random.below(26) {
        case 0: "t2"
        case 1: "0"
        default: "t1"
        }
    }

    /// What a worker packs for a fetch.
    mutating func fetchOptions() -> MessagePack {
        var limiter: MessagePack?
        if random.percent(15) {
            limiter = ["max": .integer(1 + random.below(3)), "duration": random.one(of: [60_000, 60_000.7])]
        }
        return QueueCalls.fetch(
            token: random.percent(2) ? "0" : "t1", limiter: limiter,
            name: random.percent(30) ? random.one(of: ["w1", ""]) : nil)
    }

    /// Fields to write with a move; often none.
    mutating func fields() -> MessagePack? {
        guard random.percent(50) else { return nil }
        return random.one(of: [["failedReason", "boom", "stacktrace", "[\"x\"]"], ["tm", "abc"], nil, []])
    }
}
