// Owns: what the failure of a child does to its parent, under each policy.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A failed child", .live, .timeLimit(.minutes(3)))
struct ChildFailureTests {
    private let handlers = [
        Handler(named: "good") { _ in JSONText(1) },
        Handler(named: "bad") { _ in throw JobOutcome.unrecoverable("broken") },
        // What a parent sees when it runs.
        Handler(named: "parent") { job in
            let dependencies = try await job.dependencies()
            try await job.removeUnprocessedChildren()
            return JSONText([
                "processed": .integer(Int64(dependencies.processed.count)),
                "ignored": .array(dependencies.ignored.values.map(JSONValue.string)),
                "pending": .integer(Int64(dependencies.unprocessed.count)),
            ])
        },
    ]

    private func family(_ live: LiveQueue, _ policy: ChildFailurePolicy?) async throws -> FlowTree {
        try await FlowProducer(redis: live.redis).add(
            FlowNode(name: "parent", in: live.name) {
                FlowNode(name: "good", in: live.name)
                FlowNode(name: "bad", in: live.name, onFailure: policy)
                if policy == .continueParent {
                    FlowNode(name: "good", in: live.name, options: JobOptions(delay: .hours(1)))
                }
            })
    }

    @Test(
        "lets its parent run",
        arguments: [
            (.continueParent, ["processed": 1, "ignored": ["broken"], "pending": 1]),
            (.ignore, ["processed": 1, "ignored": ["broken"], "pending": 0]),
            (.removeDependency, ["processed": 1, "ignored": [], "pending": 0]),
        ] as [(ChildFailurePolicy, JSONValue)])
    func parentRuns(policy: ChildFailurePolicy, seen: JSONValue) async throws {
        let live = try await LiveQueue.make()
        let flow = try await family(live, policy)
        let bad = flow.children[1].job
        try await live.withWorker {
            handlers
        } _: { _ async throws in
            #expect(try await live.ending(of: flow.job).value() == seen)
        }
        #expect(try await bad.state() == .failed)
        #expect(try await flow.job.childrenValues() == [flow.children[0].job.key: JSONText(1)])
        let ignored = try await flow.job.ignoredChildrenFailures()
        #expect(ignored == (policy == .removeDependency ? [:] : [bad.key: "broken"]))
        #expect(try await flow.job.failedChildren() == [])
        // What was pending when the parent ran is gone.
        #expect(try await live.queue.counts() == JobCounts(completed: 2, failed: 1))
    }

    @Test("fails its parent, and that one its own, all the way up")
    func parentFails() async throws {
        let (live, above) = (try await LiveQueue.make(), try await LiveQueue.make())
        let flow = try await FlowProducer(redis: live.redis).add(
            FlowNode(name: "parent", in: above.name) {
                FlowNode(name: "parent", in: live.name, options: JobOptions(attempts: 3), onFailure: .failParent) {
                    FlowNode(name: "bad", in: live.name, onFailure: .failParent)
                    FlowNode(name: "good", in: live.name, options: JobOptions(delay: .hours(1)))
                }
            })
        let middle = flow.children[0]
        let bad = middle.children[0].job
        try await live.withWorker {
            handlers
        } _: { _ async throws in
            #expect(try await live.failure(of: middle.job) == "child \(bad.key) failed")
            try await above.withWorker {
                handlers
            } _: { _ async throws in
                #expect(try await above.failure(of: flow.job) == "child \(middle.job.key) failed")
            }
        }
        #expect(try await middle.job.failedChildren() == [bad.key])
        #expect(try await middle.job.dependencyCounts() == DependencyCounts(unprocessed: 1, failed: 1))
        #expect(try await middle.job.refreshed()?.attemptsMade == 1)
        #expect(try await middle.job.refreshed()?.deferredFailure == nil)
    }

    @Test("without a policy keeps its parent waiting until it is detached, or succeeds", arguments: [false, true])
    func parentWaits(succeeds: Bool) async throws {
        let live = try await LiveQueue.make()
        let flow = try await family(live, nil)
        let (good, bad) = (flow.children[0].job, flow.children[1].job)
        try await live.withWorker {
            handlers
        } _: { _ async throws in
            #expect(try await live.failure(of: bad) == "broken")
        }
        #expect(try await flow.job.state() == .waitingChildren)
        #expect(
            try await flow.job.dependencies()
                == Dependencies(processed: [good.key: JSONText(1)], unprocessed: [bad.key]))
        if succeeds {
            try await bad.retry()
        } else {
            #expect(try await bad.removeChildDependency())
        }
        let repaired = Handler(named: "bad") { _ in JSONText(2) }
        try await live.withWorker {
            handlers.filter { $0.name != "bad" }
            repaired
        } _: { _ async throws in
            let seen = try await live.ending(of: flow.job).value()
            #expect(seen["processed"] == (succeeds ? 2 : 1))
        }
    }
}
