// Owns: reading trees, and the children of a job in whole, by pages and by ranges.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Reading a flow", .live, .timeLimit(.minutes(3)))
struct FlowReadingTests {
    /// A parent with so many waiting children named `c0`, `c1`, …: with more than some hundred, Redis delivers them in parts.
    private func parent(of count: Int, in live: LiveQueue) async throws -> FlowTree {
        try await FlowProducer(redis: live.redis).add(
            FlowNode(name: "parent", in: live.name) {
                for number in 0..<count {
                    FlowNode(name: "c\(number)", in: live.name, options: JobOptions(jobID: "c\(number)"))
                }
            })
    }

    @Test("finds the jobs of every level down to the depth asked for")
    func depth() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        let flow = try await producer.add(
            FlowNode(name: "1", in: live.name) {
                FlowNode(name: "2", in: live.name) { FlowNode(name: "3", in: live.name) }
            })
        var found: [[String]] = []
        var isCut: [Bool] = []
        for depth in 1...4 {
            let tree = try #require(try await producer.flow(id: flow.job.id, queue: live.name, depth: depth))
            found.append(tree.jobs.map(\.name))
            isCut.append(
                try #require(([tree] + tree.children + tree.children.flatMap(\.children)).last).hasMoreChildren)
        }
        #expect(found == [["1"], ["1", "2"], ["1", "2", "3"], ["1", "2", "3"]])
        #expect(isCut == [true, true, false, false])
        #expect(try await producer.flow(id: "none", queue: live.name) == nil)
        let above = try await producer.flow(id: flow.job.id, queue: live.name, prefix: "elsewhere")
        #expect(above == nil)
    }

    @Test("finds no more children of a kind than asked for, and says if there are more", arguments: [5, 700])
    func limit(count: Int) async throws {
        let live = try await LiveQueue.make()
        let flow = try await parent(of: count, in: live)
        for (maximum, expected) in [(3, 3), (20, min(20, count)), (count, count), (1000, count)] {
            let tree = try await FlowProducer(redis: live.redis).flow(
                id: flow.job.id, queue: live.name, maximumChildren: maximum)
            #expect(tree?.children.count == expected)
            #expect(Set(tree?.children.map(\.job.id) ?? []).count == expected)
            #expect(tree?.hasMoreChildren == (expected < count))
        }
    }

    @Test("finds children by what became of them, and names those that exist no more")
    func kinds() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        let flow = try await producer.add(
            FlowNode(name: "parent", in: live.name) {
                FlowNode(name: "late", in: live.name, options: JobOptions(delay: .hours(1)))
                FlowNode(name: "ignored", in: live.name, onFailure: .ignore)
                FlowNode(name: "good", in: live.name)
                FlowNode(name: "gone", in: live.name, options: JobOptions(removeOnComplete: .remove))
                // The last one: the parent fails at once.
                FlowNode(name: "failed", in: live.name, onFailure: .failParent)
            })
        try await live.withWorker {
            Handler { job in
                if ["ignored", "failed"].contains(job.name) { throw JobOutcome.unrecoverable("no") }
                return JSONText(.string(job.name))
            }
        } _: { _ async throws in
            _ = try await live.failure(of: flow.job)
        }
        let tree = try #require(try await producer.flow(id: flow.job.id, queue: live.name))
        #expect(tree.children.map(\.job.name) == ["good", "late", "failed", "ignored"])
        #expect(tree.missingChildren == [flow.children[3].job.key])
        #expect(tree.job.failedReason == "child \(flow.children[4].job.key) failed")
        let keys = flow.children.map(\.job.key)
        #expect(
            try await flow.job.dependencies()
                == Dependencies(
                    processed: [keys[2]: JSONText("good"), keys[3]: JSONText("gone")], unprocessed: [keys[0]],
                    failed: [keys[4]], ignored: [keys[1]: "no"]))
        #expect(
            try await flow.job.dependencyCounts()
                == DependencyCounts(processed: 2, unprocessed: 1, failed: 1, ignored: 1))
        for (kind, expected) in [
            (.processed, [2: .processed(JSONText("good")), 3: .processed(JSONText("gone"))]),
            (.unprocessed, [0: .unprocessed]), (.failed, [4: .failed]), (.ignored, [1: .ignored(reason: "no")]),
        ] as [(DependencyKind, [Int: ChildRecord.Outcome])] {
            let page = try await flow.job.dependencies(kind)
            #expect(page.next == nil)
            #expect(Set(page.children) == Set(expected.map { ChildRecord(key: keys[$0], outcome: $1) }))
            let listing = try await live.queue.dependencies(of: flow.job.id, kind: kind, range: 0..<Int.max)
            #expect(listing.total == expected.count)
            #expect(Set(listing.entries.map(\.child)) == Set(page.children))
            for entry in listing.entries {
                #expect(entry.job?.key == (entry.child.key == keys[3] ? nil : entry.child.key))
            }
        }
    }

    @Test("pages through many children, each of which is seen", arguments: DependencyKind.allCases)
    func pages(kind: DependencyKind) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("parent")
        let keys = (0..<705).map { live.key("c\($0)") }
        let words: [String] = keys.enumerated().flatMap { index, key in
            switch kind {
            case .processed, .ignored: [key, "\(index)"]
            case .unprocessed: [key]
            case .failed: ["\(index)", key]
            }
        }
        let command = [.processed: "HSET", .ignored: "HSET", .unprocessed: "SADD", .failed: "ZADD"][kind] ?? ""
        _ = try await live.redis.send(
            RedisCommand([command, live.queue.store.keys.children(kind, of: job.id)] + words))
        var seen: [ChildRecord] = []
        var pageSizes: [Int] = []
        var cursor: DependencyCursor? = .start
        while let from = cursor {
            let page = try await job.dependencies(kind, from: from, count: 50)
            seen += page.children
            pageSizes.append(page.children.count)
            cursor = page.next
        }
        #expect(Set(seen.map(\.key)) == Set(keys))
        #expect(pageSizes.count > 5)
        if kind == .failed {
            #expect(seen.map(\.key) == keys)
            #expect(pageSizes == Array(repeating: 50, count: 14) + [5])
        }

        // Ranges meet without a gap.
        var listed: [ChildRecord] = []
        for start in [0, 300, 600] {
            let listing = try await live.queue.dependencies(of: job.id, kind: kind, range: start..<(start + 300))
            #expect(listing.total == 705)
            #expect(listing.entries.allSatisfy { $0.job == nil })
            listed += listing.entries.map(\.child)
        }
        #expect(listed.count == 705)
        #expect(Set(listed) == Set(seen))
    }

    @Test("finds an empty range where there are no children, and refuses what makes no sense")
    func edges() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("childless")
        for kind in DependencyKind.allCases {
            let listing = try await live.queue.dependencies(of: job.id, kind: kind, range: 0..<10)
            #expect(listing.entries.isEmpty && listing.total == 0)
            #expect(try await job.dependencies(kind) == DependencyPage(children: [], next: nil))
        }
        #expect(try await job.dependencies() == Dependencies())
        let flow = try await parent(of: 2, in: live)
        #expect(try await live.queue.dependencies(of: flow.job.id, range: 0..<0).total == 2)
        let producer = try FlowProducer(redis: live.redis)
        let attempts: [(String, @Sendable () async throws -> Void)] = [
            (
                "The argument depth is 0, but must be 1 or more",
                { _ = try await producer.flow(id: "1", queue: live.name, depth: 0) }
            ),
            (
                "The argument maximumChildren is 0, but must be 1 or more",
                { _ = try await producer.flow(id: "1", queue: live.name, maximumChildren: 0) }
            ),
            (
                "The argument count is 0, but must be 1 or more",
                { _ = try await job.dependencies(.processed, count: 0) }
            ),
            (
                "The argument cursor is \"x\", but must be one of an earlier page",
                { _ = try await job.dependencies(.processed, from: DependencyCursor(rawValue: "x")) }
            ),
            (
                "The argument range is -1..<2, but must be not negative",
                { _ = try await live.queue.dependencies(of: "1", range: -1..<2) }
            ),
        ]
        for (message, attempt) in attempts {
            let error = await #expect(throws: BullMQError.self) { try await attempt() }
            #expect(error?.message == message)
        }
    }
}
