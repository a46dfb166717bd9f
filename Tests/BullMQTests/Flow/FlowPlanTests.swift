// Owns: what a flow becomes before anything is sent, without a server.

import FoundationEssentials
import Logging
import Testing

@testable import BullMQ

@Suite("A flow about to be added")
struct FlowPlanTests {
    private enum Sums {
        static let leaf = JobType<Int, Int>("leaf", defaults: JobOptions(attempts: 4, keepLogs: 4))
    }

    /// Ids are `id1`, `id2`, … in the order in which they are asked for.
    private func plan(_ roots: [FlowNode], defaults: [String: JobOptions] = [:]) throws -> FlowPlan {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        var count = 0
        return try FlowPlan(roots, defaults: defaults) {
            count += 1
            return "id\(count)"
        } store: { prefix, name throws(BullMQError) in
            try QueueStore(name: name, prefix: prefix ?? "bull", redis: redis, logger: Logger(label: "test"))
        }
    }

    private let forest = [
        FlowNode(name: "A", in: "a") {
            FlowNode(name: "A1", in: "b") { FlowNode(name: "A1x", in: "c", prefix: "other") }
            for number in 2...3 { FlowNode(name: "A\(number)", in: "b") }
        },
        FlowNode(name: "B", in: "a", children: [FlowNode(name: "B1", in: "a")]),
    ]

    @Test("puts every parent before its children, and the roots before all")
    func order() throws {
        let plan = try plan(forest)
        #expect(plan.entries.map(\.job.name) == ["A", "B", "A1", "A2", "A3", "B1", "A1x"])
        #expect(plan.entries.map(\.job.id) == (1...7).map { "id\($0)" })
        #expect(plan.rootCount == 2)
    }

    @Test("tells every child where its parent is, whatever the child said itself")
    func parents() throws {
        let elsewhere = JobOptions(parent: ParentReference(id: "9", queue: "bull:elsewhere"))
        let parents = try plan(
            forest + [
                FlowNode(name: "C", in: "a", options: elsewhere) { FlowNode(name: "C1", in: "a", options: elsewhere) }
            ]
        ).entries.map(\.job.parentKey)
        #expect(
            parents == [
                nil, nil, "bull:elsewhere:9", "bull:a:id1", "bull:a:id1", "bull:a:id1", "bull:a:id2", "bull:a:id3",
                "bull:b:id4",
            ])
    }

    @Test("takes an option from the node, else from the job type, else from the queue of that name")
    func options() throws {
        let plan = try plan(
            [FlowNode(Sums.leaf, 1, in: "a", options: JobOptions(attempts: 3)) { FlowNode(name: "plain", in: "b") }],
            defaults: [
                "a": JobOptions(jobID: "never", attempts: 5, keepLogs: 5, sizeLimit: 5),
                "b": JobOptions(removeOnFail: .remove),
            ])
        #expect(plan.entries[0].job.options == JobOptions(attempts: 3, keepLogs: 4, sizeLimit: 5))
        #expect(plan.entries[1].job.options.removeOnFail == .remove)
        #expect(plan.entries[1].job.options.attempts == nil)
        #expect(plan.entries.map(\.job.id) == ["id1", "id2"])
    }

    @Test("names what a child's failure does in its options")
    func policies() throws {
        let plan = try plan([
            FlowNode(name: "parent", in: "a") {
                FlowNode(name: "said", in: "a", onFailure: .ignore)
                FlowNode(name: "as an option", in: "a", options: JobOptions(onFailure: .failParent))
                FlowNode(
                    name: "both", in: "a", options: JobOptions(onFailure: .failParent), onFailure: .removeDependency)
            }
        ])
        #expect(plan.entries.map(\.job.options.onFailure) == [nil, .ignore, .failParent, .removeDependency])
    }

    @Test("lets nodes with children wait, and all others go where their options say")
    func routes() throws {
        let plan = try plan([
            FlowNode(name: "parent", in: "a", options: JobOptions(priority: 1, delay: .seconds(1))) {
                FlowNode(name: "plain", in: "a")
                FlowNode(name: "urgent", in: "a", options: JobOptions(priority: 1))
                FlowNode(name: "later", in: "a", options: JobOptions(priority: 1, delay: .seconds(1)))
            }
        ])
        #expect(plan.entries.map(\.job.route) == [.parent, .standard, .prioritized, .delayed])
    }

    @Test("becomes trees that mirror the nodes, with the ids under which the jobs are known")
    func trees() throws {
        let trees = try plan(forest).trees(ids: ["a", "b", "a1", "a2", "a3", "b1", "a1x"])
        #expect(trees.map { $0.jobs.map(\.id) } == [["a", "a1", "a1x", "a2", "a3"], ["b", "b1"]])
        #expect(trees[0].children[0].children[0].job.key == "other:c:a1x")
        #expect(trees.allSatisfy { !$0.hasMoreChildren && $0.missingChildren.isEmpty })
    }

    @Test(
        "is refused with BullMQ's words",
        arguments: [
            (
                "Deduplication options cannot be used on flow nodes with children",
                FlowNode(name: "n", in: "q", options: JobOptions(deduplication: .simple(id: "d"))) {
                    FlowNode(name: "c", in: "q")
                }
            ),
            (
                "Deduplication and parent options cannot be used together",
                FlowNode(name: "n", in: "q") {
                    FlowNode(name: "c", in: "q", options: JobOptions(deduplication: .simple(id: "d")))
                }
            ),
            (
                "Deduplication id must be provided",
                FlowNode(name: "n", in: "q", options: JobOptions(deduplication: .simple(id: "")))
            ),
            ("Custom Id cannot be integers", FlowNode(name: "n", in: "q", options: JobOptions(jobID: "0"))),
            ("Custom Id cannot contain :", FlowNode(name: "n", in: "q", options: JobOptions(jobID: "a:b"))),
            (
                "Priority should be between 0 and 2097151",
                FlowNode(name: "n", in: "q") { FlowNode(name: "c", in: "q", options: JobOptions(priority: -1)) }
            ),
            (
                "The size of job n exceeds the limit 1 bytes",
                FlowNode(name: "n", in: "q", options: JobOptions(sizeLimit: 1))
            ),
            (
                "Jitter should be between 0 and 1",
                FlowNode(name: "n", in: "q", options: JobOptions(backoff: .fixed(.seconds(1), jitter: 2)))
            ),
            ("Queue name must be provided", FlowNode(name: "n", in: "q") { FlowNode(name: "c", in: "") }),
            ("Queue name cannot contain :", FlowNode(name: "n", in: "a:b")),
            ("Queue prefix must not be empty", FlowNode(name: "n", in: "q", prefix: "")),
        ] as [(String, FlowNode)])
    func refusals(message: String, node: FlowNode) throws {
        let error = #expect(throws: BullMQError.self) { try plan([FlowNode(name: "before", in: "q"), node]) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == message)
    }

    @Test("is refused if its data has no JSON form")
    func data() {
        let endless = JobType<Double, NoResult>("endless")
        #expect(throws: EncodingError.self) {
            try plan([FlowNode(name: "n", in: "q") { FlowNode(endless, .infinity, in: "q") }])
        }
    }

    @Test(
        "takes keys of jobs apart at their last two colons",
        arguments: [
            ("bull:q:1", ["bull", "q", "1"]), ("a:b:q:1", ["a:b", "q", "1"]), ("{bull}:q:u-u", ["{bull}", "q", "u-u"]),
            ("q:1", nil), ("", nil), ("bull::1", nil), ("bull:q:", nil), (":q:1", nil),
        ] as [(String, [String]?)])
    func keys(text: String, parts: [String]?) {
        #expect(JobKey(text).map { [$0.prefix, $0.queue, $0.id] } == parts)
    }
}
