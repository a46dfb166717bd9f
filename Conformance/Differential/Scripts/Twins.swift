// Owns one Redis on which both sets of scripts are loaded, and pairs of its databases: the same step goes to ours in the
// one and to the reference's in the other, right after each other.

import Witness

/// One of the two sides.
enum Side: CaseIterable, Sendable {
    /// Our scripts.
    case ours
    /// The scripts of the official package.
    case reference
}

/// Both sets of scripts on one server. Blocks, and belongs to one thread.
final class Twins {
    /// A pair of databases. Pair 0 is free for the tools of the comparison.
    struct Pair: Hashable {
        let index: Int

        /// The pair for what is played alone; lanes of random sequences begin after it.
        static let spare = Pair(index: 1)

        func database(_ side: Side) -> Bytes { Bytes("\(2 * index + (side == .ours ? 0 : 1))") }
    }

    private let pipeline: RedisPipeline
    private var digests: [Side: [String: Bytes]] = [:]
    private let dump: Bytes
    private var selected: Bytes?
    /// Which of the gathered commands only choose a database.
    private var selections: [Int] = []

    /// Loads the scripts.
    ///
    /// - Throws: ``WitnessError``, also when Redis refuses a script.
    init(_ pipeline: RedisPipeline, ours: ScriptTexts, reference: ScriptTexts) throws {
        self.pipeline = pipeline
        dump = try pipeline.run("SCRIPT", "LOAD", Bytes(DumpScript.text)).bytes ?? ""
        for (side, set) in [(Side.ours, ours), (.reference, reference)] {
            digests[side] = try set.texts.mapValues { try pipeline.run("SCRIPT", "LOAD", Bytes($0)).bytes ?? "" }
        }
    }

    /// The names of our scripts that have a counterpart.
    var comparable: [String] {
        (digests[.ours] ?? [:]).keys.filter { digests[.reference]?[Counterpart.name(of: $0)] != nil }.sorted()
    }

    /// Replaces one of our scripts by another text.
    func load(_ text: String, as script: String) throws {
        digests[.ours]?[script] = try pipeline.run("SCRIPT", "LOAD", Bytes(text)).bytes
    }

    /// Gathers a step for one side; its reply is one of ``replies()``.
    ///
    /// - Throws: ``DifferentialError`` when that side has no such script.
    func append(_ step: Step, _ side: Side, _ pair: Pair) throws {
        switch step {
        case .command(let words):
            select(side, pair)
            pipeline.append(words)
        case .call(let call):
            let call = side == .ours ? call : Counterpart.call(of: call)
            guard let digest = digests[side]?[call.script] else {
                throw DifferentialError("there is no script \(call.script) (\(side))")
            }
            select(side, pair)
            pipeline.begin(words: 3 + call.keys.count + call.arguments.count)
            pipeline.add(Array("EVALSHA".utf8))
            pipeline.add(digest.storage)
            pipeline.add(Array("\(call.keys.count)".utf8))
            for key in call.keys { pipeline.add(key.storage) }
            for argument in call.arguments { pipeline.add(argument.bytes.storage) }
        }
    }

    /// Gathers a picture of one side.
    func appendDump(_ mode: Bytes, _ side: Side, _ pair: Pair) {
        select(side, pair)
        pipeline.append("EVALSHA", dump, "0", mode)
    }

    /// Gathers the emptying of both sides.
    func appendFlush(_ pair: Pair) {
        for side in Side.allCases {
            select(side, pair)
            pipeline.append("FLUSHDB", "SYNC")
        }
    }

    /// The replies to what was gathered, without those to the choice of the database.
    func replies() throws -> [WitnessReply] {
        let all = try pipeline.replies()
        defer { selections.removeAll(keepingCapacity: true) }
        var replies: [WitnessReply] = []
        replies.reserveCapacity(all.count)
        var next = selections.makeIterator()
        var selection = next.next()
        for (index, reply) in all.enumerated() {
            if index == selection {
                selection = next.next()
            } else {
                replies.append(reply)
            }
        }
        return replies
    }

    private func select(_ side: Side, _ pair: Pair) {
        let database = pair.database(side)
        guard database != selected else { return }
        selections.append(pipeline.gathered)
        pipeline.append("SELECT", database)
        selected = database
    }
}
