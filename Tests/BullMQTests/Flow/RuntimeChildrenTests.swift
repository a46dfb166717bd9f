// Owns: children that a running job adds, waits for, reads and removes.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A running parent", .live, .timeLimit(.minutes(3)))
struct RuntimeChildrenTests {
    private struct Plan: Codable, Equatable {
        var step = 0
        var sums: [Int] = []
    }

    private enum Steps {
        static let plan = JobType<Plan, [Int]>("plan")
        static let part = JobType<Int, Int>("part")
    }

    @Test("adds children step by step, and goes on with their results each time")
    func steps() async throws {
        let (live, parts) = (try await LiveQueue.make(), try await LiveQueue.make())
        let job = try await live.queue.add(Steps.plan, Plan())
        try await live.withWorker {
            Handler(Steps.plan) { job in
                var plan = job.payload
                let values = try await job.childrenValues(of: Steps.part)
                plan.sums.append(values.values.reduce(0, +))
                guard plan.step < 2 else { return plan.sums }
                plan.step += 1
                for number in 1...2 {
                    try await parts.queue.add(
                        Steps.part, plan.step * number,
                        options: JobOptions(
                            jobID: "\(job.id)/\(plan.step)/\(number)", parent: live.queue.reference(to: job)))
                }
                try await job.updateData(plan)
                throw JobOutcome.waitForChildren
            }
        } _: { _ async throws in
            try await parts.withWorker {
                Handler(Steps.part) { $0.payload }
            } _: { _ async throws in
                #expect(try await job.result(events: live.events) == [0, 3, 9])
            }
        }
        let stored = try await live.stored(job.id)
        #expect(stored.attemptsStarted == 3)
        #expect(stored.attemptsMade == 1)
    }

    @Test("adds a whole flow below itself")
    func flow() async throws {
        let live = try await LiveQueue.make()
        let flows = try FlowProducer(redis: live.redis)
        let job = try await live.add("parent")
        try await live.withWorker(WorkerOptions(concurrency: 2)) {
            Handler(named: "parent") { job in
                let values = try await job.childrenValues()
                if let value = values.values.first { return value }
                try await flows.add(
                    FlowNode(
                        name: "middle", in: live.name, options: JobOptions(parent: live.queue.reference(to: job))
                    ) {
                        FlowNode(Steps.part, 4, in: live.name)
                    })
                throw JobOutcome.waitForChildren
            }
            Handler(named: "middle") { job in
                let values = try await job.childrenValues(of: Steps.part)
                return JSONText(.array(values.values.map { .integer(Int64($0 * 10)) }))
            }
            Handler(Steps.part) { $0.payload }
        } _: { _ async throws in
            #expect(try await live.ending(of: job).text == "[40]")
        }
        let tree = try await flows.flow(id: job.id, queue: live.name)
        #expect(tree?.jobs.map(\.name) == ["parent", "middle", "part"])
    }

    @Test("reads results as values of one type, of one queue if asked, and says which of them is none")
    func typedValues() async throws {
        let (numbers, words) = (try await LiveQueue.make(), try await LiveQueue.make())
        let flow = try await FlowProducer(redis: numbers.redis).add(
            FlowNode(name: "parent", in: numbers.name) {
                FlowNode(name: "number", in: numbers.name)
                FlowNode(name: "word", in: words.name)
            })
        try await numbers.withWorker {
            Handler { job in JSONText(job.name == "number" ? 1 : "finished") }
        } _: { _ async throws in
            try await words.withWorker {
                Handler { _ in JSONText("one") }
            } _: { _ async throws in
                _ = try await numbers.ending(of: flow.job)
            }
        }
        let (number, word) = (flow.children[0].job.key, flow.children[1].job.key)
        #expect(try await flow.job.childrenValues() == [number: JSONText(1), word: JSONText("one")])
        #expect(try await flow.job.childrenValues(of: Steps.part, in: numbers.name) == [number: 1])
        let error = await #expect(throws: BullMQError.self) { try await flow.job.childrenValues(of: Steps.part) }
        #expect(error?.code == .invalidData)
        #expect(error?.message == "The result of child \(word) of job \(flow.job.id) is not one of \"part\"")
    }

    @Test("loses its open children with all below them, but not those that run or have finished")
    func removeUnprocessedChildren() async throws {
        let live = try await LiveQueue.make()
        let flow = try await FlowProducer(redis: live.redis).add(
            FlowNode(name: "parent", in: live.name) {
                FlowNode(name: "quick", in: live.name)
                FlowNode(name: "running", in: live.name)
                FlowNode(name: "late", in: live.name, options: JobOptions(delay: .hours(1)))
                FlowNode(name: "middle", in: live.name) {
                    FlowNode(name: "below", in: live.name, options: JobOptions(delay: .hours(1)))
                }
            })
        let gate = Gate()
        let isRunning = Log<Bool>()
        try await live.withWorker(WorkerOptions(concurrency: 2)) {
            Handler { job in
                if job.name == "running" {
                    await isRunning.append(true)
                    try await gate.wait()
                }
                return JSONText(.string(job.name))
            }
        } _: { _ async throws in
            _ = try await live.ending(of: flow.children[0].job)
            try await isRunning.first(1)
            try await flow.job.removeUnprocessedChildren()
            #expect(try await flow.job.dependencies().unprocessed == [flow.children[1].job.key])
            #expect(try await live.queue.counts() == JobCounts(active: 1, completed: 1, waitingChildren: 1))
            await gate.open()
            _ = try await live.ending(of: flow.job)
        }
        let removed = flow.jobs.filter { ["late", "middle", "below"].contains($0.name) }
        #expect(removed.count == 3)
        for job in removed { #expect(try await live.history().contains("removed:\(job.id)")) }
        #expect(try await flow.job.childrenValues().count == 2)
    }

    @Test("is moved to waiting-children by hand if the child in question is open, under its token alone")
    func byHand() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        let terms = FetchTerms(lockDuration: 60_000, limiter: nil, workerName: nil, maximumMetricsPoints: 0)
        guard case .job(let record) = try await live.queue.store.moveToActive(token: "mine", terms: terms) else {
            Issue.record("there was no job to take")
            return
        }
        let taken = Job(record: record, store: live.queue.store, token: "mine")
        #expect(try await !taken.moveToWaitingChildren())
        let child = try await live.add(
            "child", JobOptions(delay: .hours(1), parent: live.queue.reference(to: parent)))
        #expect(try await !taken.moveToWaitingChildren(child: live.key("another")))
        #expect(try await taken.state() == .active)
        let stranger = await #expect(throws: BullMQError.self) {
            try await parent.moveToWaitingChildren(token: "theirs")
        }
        #expect(stranger?.message == "Lock mismatch for job 1. Cmd moveToWaitingChildren from active")
        let nobody = await #expect(throws: BullMQError.self) { try await parent.moveToWaitingChildren() }
        #expect(nobody?.code == .invalidArgument)
        #expect(try await taken.moveToWaitingChildren(child: child.key))
        #expect(try await taken.state() == .waitingChildren)
        let twice = await #expect(throws: BullMQError.self) { try await taken.moveToWaitingChildren() }
        #expect(twice?.code == .missingLock)
        #expect(try await child.removeChildDependency())
        #expect(try await taken.state() == .waiting)
    }
}
