// Owns: what adding flows leaves in Redis, and what it refuses.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Adding a flow", .live, .timeLimit(.minutes(3)))
struct FlowProducerTests {
    private enum Sums {
        static let leaf = JobType<Int, Int>("leaf")
        static let sum = JobType<String, Int>("sum")
        static let handlers = [
            Handler(leaf) { $0.payload },
            Handler(sum) { job in
                let values = try await job.childrenValues(of: leaf)
                return values.values.reduce(0, +)
            },
        ]
    }

    @Test("joins jobs of three queues, each of which runs when its children have finished")
    func nested() async throws {
        let (a, b, c) = (try await LiveQueue.make(), try await LiveQueue.make(), try await LiveQueue.make())
        let flow = try await FlowProducer(redis: a.redis).add(
            FlowNode(Sums.sum, "all", in: a.name) {
                FlowNode(Sums.sum, "some", in: b.name) {
                    for number in 1...2 { FlowNode(Sums.leaf, number, in: c.name) }
                }
                FlowNode(Sums.leaf, 3, in: c.name)
            })
        #expect(flow.jobs.map(\.queueName) == [a.name, b.name, c.name, c.name, c.name])
        #expect(flow.jobs.allSatisfy { UUID(uuidString: $0.id)?.uuidString.lowercased() == $0.id })
        #expect(try await a.queue.counts() == JobCounts(waitingChildren: 1))
        #expect(try await b.queue.counts() == JobCounts(waitingChildren: 1))
        #expect(try await c.queue.counts() == JobCounts(waiting: 3))
        #expect(try await flow.job.dependencies().unprocessed == Set(flow.children.map(\.job.key)))
        let middle = flow.children[0].job
        #expect(try await b.stored(middle.id).parentKey == flow.job.key)
        #expect(
            try await b.storedOptions(of: middle.id)
                == ["attempts": 0, "parent": ["id": .string(flow.job.id), "queue": .string(a.queue.qualifiedName)]])
        #expect(try await a.storedOptions(of: flow.job.id) == ["attempts": 0])
        try await a.withWorker {
            Sums.handlers
        } _: { _ async throws in
            try await b.withWorker {
                Sums.handlers
            } _: { _ async throws in
                try await c.withWorker {
                    Sums.handlers
                } _: { _ async throws in
                    #expect(try await a.ending(of: flow.job).text == "6")
                }
            }
        }
        #expect(try await flow.job.childrenValues().mapValues(\.text).values.sorted() == ["3", "3"])
        #expect(try await a.history().contains("waiting-children:\(flow.job.id)"))
    }

    @Test("reaches over prefixes")
    func prefixes() async throws {
        let (ours, theirs) = (try await LiveQueue.make(), try await LiveQueue.make(prefix: "other"))
        let flow = try await FlowProducer(redis: ours.redis).add(
            FlowNode(Sums.sum, "", in: ours.name) { FlowNode(Sums.leaf, 7, in: theirs.name, prefix: "other") })
        #expect(flow.children[0].job.key == "other:\(theirs.name):\(flow.children[0].job.id)")
        try await ours.withWorker {
            Sums.handlers
        } _: { _ async throws in
            try await theirs.withWorker {
                Sums.handlers
            } _: { _ async throws in
                #expect(try await ours.ending(of: flow.job).text == "7")
            }
        }
        let read = try await FlowProducer(redis: ours.redis).flow(id: flow.job.id, queue: ours.name)
        #expect(read?.children.first?.job.returnValue?.text == "7")
    }

    @Test("of several trees adds all of them, with the options that their queues have by default")
    func bulk() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(
            redis: live.redis,
            options: FlowProducerOptions(defaultJobOptions: [live.name: JobOptions(removeOnComplete: .remove)]))
        let flows = try await producer.addBulk(
            (1...3).map { number in
                FlowNode(
                    Sums.sum, "", in: live.name, options: JobOptions(jobID: "sum-\(number)", removeOnComplete: .keepAll)
                ) {
                    for part in 0..<number { FlowNode(Sums.leaf, part, in: live.name) }
                }
            })
        #expect(flows.map(\.job.id) == ["sum-1", "sum-2", "sum-3"])
        #expect(flows.map(\.children.count) == [1, 2, 3])
        #expect(try await producer.addBulk([]).isEmpty)
        try await live.withWorker {
            Sums.handlers
        } _: { _ async throws in
            var results: [String] = []
            for flow in flows { results.append(try await live.ending(of: flow.job).text) }
            #expect(results == ["0", "1", "3"])
        }
        #expect(try await live.queue.counts() == JobCounts(completed: 3))
        let read = try #require(try await producer.flow(id: "sum-3", queue: live.name))
        #expect(Set(read.missingChildren) == Set(flows[2].children.map(\.job.key)))
    }

    @Test("keeps a parent's delay and priority until its children have finished")
    func delayedParents() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        let flows = try await producer.addBulk([
            FlowNode(Sums.sum, "", in: live.name, options: JobOptions(priority: 5)) {
                FlowNode(Sums.leaf, 1, in: live.name)
            },
            FlowNode(Sums.sum, "", in: live.name, options: JobOptions(delay: .hours(1))) {
                FlowNode(Sums.leaf, 2, in: live.name)
            },
        ])
        #expect(try await live.queue.counts() == JobCounts(waiting: 2, waitingChildren: 2))
        try await live.withWorker {
            Handler(Sums.leaf) { $0.payload }
            Handler(Sums.sum) { job in
                #expect(job.priority == 5)
                return 0
            }
        } _: { running async throws in
            _ = try await live.ending(of: flows[0].job)
            try await running.drained()
        }
        #expect(try await flows[1].job.state() == .delayed)
    }

    @Test("hangs under an existing job if the root names one, and is refused as a whole if that is missing")
    func parentOfTheRoot() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        let above = try await live.add("above", JobOptions(delay: .hours(1)))
        func node(under parent: ParentReference) -> FlowNode {
            FlowNode(Sums.sum, "", in: live.name, options: JobOptions(parent: parent), onFailure: .ignore) {
                FlowNode(Sums.leaf, 1, in: live.name)
            }
        }
        let flow = try await producer.add(node(under: live.queue.reference(to: above)))
        #expect(try await above.dependencies().unprocessed == [flow.job.key])
        #expect(try await JSONValue(parsing: live.field("parent", of: flow.job.id) ?? "")["idof"] == true)

        let before = try await live.queue.counts()
        let lost = ParentReference(id: "99", queue: live.queue.qualifiedName)
        let error = await #expect(throws: BullMQError.self) { try await producer.add(node(under: lost)) }
        #expect(error?.code == .missingParent)
        #expect(error?.message == "Missing key for parent job \(live.key("99")). addJob")
        #expect(try await live.queue.counts() == before)

        let bulk = await #expect(throws: BullMQError.self) {
            try await producer.addBulk([FlowNode(name: "lonely", in: live.name), node(under: lost)])
        }
        #expect(bulk?.code == .missingParent)
        #expect(bulk?.message.contains("of queue \(live.name), the root of a flow, was not added: Missing key") == true)
        #expect(bulk?.message.hasSuffix("Redis has the other jobs: 2 of 3 were refused") == true)
        #expect(try await live.queue.counts().waiting == before.waiting + 1)
    }

    @Test("gives an existing job without a parent to the flow, and counts one that has completed at once")
    func duplicates() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        try await live.queue.add(Sums.leaf, 5, options: JobOptions(jobID: "done"))
        try await live.withWorker {
            Sums.handlers
        } _: { running async throws in
            try await running.drained()
        }
        let waiting = try await live.queue.add(
            Sums.leaf, 6, options: JobOptions(jobID: "waiting", delay: .hours(1)))
        let flow = try await producer.add(
            FlowNode(Sums.sum, "", in: live.name) {
                for id in ["waiting", "done"] { FlowNode(Sums.leaf, 0, in: live.name, options: JobOptions(jobID: id)) }
            })
        #expect(flow.children.map(\.job.id) == ["waiting", "done"])
        #expect(
            try await flow.job.dependencies()
                == Dependencies(processed: [live.key("done"): JSONText(5)], unprocessed: [live.key("waiting")]))
        #expect(try await waiting.refreshed()?.parentKey == flow.job.key)
        #expect(try await live.history().suffix(2) == ["duplicated:waiting", "duplicated:done"])

        // The root alone may be deduplicated, if it has no children.
        let simple = JobOptions(deduplication: .simple(id: "d"))
        let first = try await producer.add(FlowNode(name: "root", in: live.name, options: simple))
        let second = try await producer.add(FlowNode(name: "root", in: live.name, options: simple))
        #expect(second.job.id == first.job.id)
    }

    @Test("says which child could not be added because it has another parent, although the rest was added")
    func otherParent() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        let owned = FlowNode(Sums.leaf, 1, in: live.name, options: JobOptions(jobID: "owned"))
        try await producer.add(
            FlowNode(Sums.sum, "", in: live.name, options: JobOptions(jobID: "first"), children: [owned]))
        let error = await #expect(throws: BullMQError.self) {
            try await producer.add(
                FlowNode(Sums.sum, "", in: live.name, options: JobOptions(jobID: "second")) {
                    owned
                    FlowNode(Sums.leaf, 2, in: live.name)
                })
        }
        #expect(error?.code == .parentCannotBeReplaced)
        #expect(
            error?.message
                == "Job leaf (owned) of queue \(live.name), a child in a flow, was not added: The parent job "
                + "\(live.key("second")) cannot be replaced. addJob. Redis has the other jobs: 1 of 3 were refused")
        #expect(try await live.queue.counts() == JobCounts(waiting: 2, waitingChildren: 2))

        // For the only root the words are BullMQ's.
        let above = try await live.add("above", JobOptions(delay: .hours(1)))
        let root = await #expect(throws: BullMQError.self) {
            try await producer.add(
                FlowNode(
                    Sums.leaf, 1, in: live.name,
                    options: JobOptions(jobID: "owned", parent: live.queue.reference(to: above))))
        }
        #expect(root?.message == "The parent job \(above.key) cannot be replaced. addJob")
    }

    @Test("sends nothing if one node is wrong")
    func nothingIsSent() async throws {
        let live = try await LiveQueue.make()
        let producer = try FlowProducer(redis: live.redis)
        await #expect(throws: BullMQError.self) {
            try await producer.add(
                FlowNode(Sums.sum, "", in: live.name) {
                    FlowNode(Sums.leaf, 1, in: live.name)
                    FlowNode(Sums.leaf, 2, in: live.name, options: JobOptions(jobID: "7"))
                })
        }
        #expect(try await live.send("KEYS", live.key("*")).array == [])
        let error = #expect(throws: BullMQError.self) {
            try FlowProducer(redis: live.redis, options: FlowProducerOptions(prefix: ""))
        }
        #expect(error?.message == "The option prefix is \"\", but must not be empty")
    }
}
