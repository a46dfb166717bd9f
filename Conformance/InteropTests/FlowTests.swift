import BullMQ
import Foundation
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("A flow", .timeLimit(.minutes(1)))
struct FlowTests {
    /// What is to be seen of a family after one of its two children failed for good.
    struct Verdict: Sendable, CustomTestStringConvertible {
        let policy: ChildFailurePolicy?
        /// The official packages' name for it.
        let option: Bytes?
        let parent: JobState
        /// Where the parent keeps the failed child.
        let child: DependencyKind?

        var testDescription: String { option.map { "\($0)" } ?? "no policy" }
    }

    static let verdicts = [
        Verdict(policy: nil, option: nil, parent: .waitingChildren, child: .unprocessed),
        Verdict(policy: .failParent, option: "failParentOnFailure", parent: .failed, child: .failed),
        Verdict(policy: .continueParent, option: "continueParentOnFailure", parent: .completed, child: .ignored),
        Verdict(policy: .ignore, option: "ignoreDependencyOnFailure", parent: .completed, child: .ignored),
        Verdict(policy: .removeDependency, option: "removeDependencyOnFailure", parent: .completed, child: nil),
    ]

    /// The queue of the children; the parent is in that of the stage.
    private let props = "props"

    @Test("added by Swift and worked by the package ends as its policy says", arguments: PeerRuntime.allCases, verdicts)
    func addedBySwift(runtime: PeerRuntime, verdict: Verdict) async throws {
        try await runtime.require()
        try await withStage { stage in
            let flow = try await flows(on: stage).add(
                FlowNode(name: "gather", in: stage.queue.name) {
                    FlowNode(name: "value", data: JSONText(["value": "left"]), in: props)
                    FlowNode(
                        name: "unrecoverable", data: JSONText(["message": "broken"]), in: props,
                        onFailure: verdict.policy)
                })
            let children = try await stage.peer(.worker(queue: props), on: runtime)
            let parents = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            try await check(flow.job.id, flow.children.map(\.job.id), verdict, on: stage)
            try await children.finish()
            try await parents.finish()
        }
    }

    @Test("added by the package and worked by Swift ends as its policy says", arguments: PeerRuntime.allCases, verdicts)
    func addedByPeer(runtime: PeerRuntime, verdict: Verdict) async throws {
        try await runtime.require()
        try await withStage { stage in
            let producer = try await stage.peer(.producer, on: runtime)
            var options: [Bytes: WitnessedJSON] = [:]
            if let option = verdict.option { options[option] = true }
            let answer = try await producer.ask([
                "flow": [
                    "name": "gather", "queueName": .text(stage.queue.name), "data": [:],
                    "children": [
                        ["name": "value", "queueName": .text(props), "data": ["value": "left"]],
                        [
                            "name": "unrecoverable", "queueName": .text(props), "data": ["message": "broken"],
                            "opts": .object(options),
                        ],
                    ],
                ]
            ])
            let parent = try #require(answer["flow"]?["id"]?.string)
            let children = try #require(answer["flow"]?["children"]?.elements?.compactMap { $0["id"]?.string })
            try await stage.withWorker(on: props) {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.withWorker {
                    ScriptedHandlers.all
                } _: { _ in
                    try await check(parent, children, verdict, on: stage)
                }
            }
            try await producer.finish()
        }
    }

    @Test("is stored as the package stores it, on three levels", arguments: PeerRuntime.allCases)
    func stored(runtime: PeerRuntime) async throws {
        try await runtime.require()
        let now = Int(Date().timeIntervalSince1970 * 1000)
        func options(_ id: String) -> JobOptions {
            JobOptions(jobID: id, timestamp: Date(timeIntervalSince1970: Double(now) / 1000))
        }
        try await withStage { ours in
            try await withStage { theirs in
                let name = ours.queue.name
                var urgent = options("urgent")
                urgent.priority = 3
                var late = options("late")
                late.delay = .seconds(3600)
                let flow = try await flows(on: ours).add(
                    FlowNode(name: "root", data: JSONText(["a": 1]), in: name, options: options("root")) {
                        FlowNode(name: "middle", in: name, options: options("middle"), onFailure: .failParent) {
                            FlowNode(name: "below", in: name, options: options("below"), onFailure: .ignore)
                        }
                        FlowNode(name: "urgent", in: name, options: urgent)
                        FlowNode(name: "late", in: name, options: late)
                    })
                func node(
                    _ id: Bytes, _ more: [Bytes: WitnessedJSON] = [:], data: WitnessedJSON = [:],
                    _ children: [WitnessedJSON] = []
                ) -> WitnessedJSON {
                    var options = more
                    options["jobId"] = .string(id)
                    options["timestamp"] = .number(now)
                    var node: [Bytes: WitnessedJSON] = [
                        "name": .string(id), "queueName": .text(name), "data": data, "opts": .object(options),
                    ]
                    if !children.isEmpty { node["children"] = .array(children) }
                    return .object(node)
                }
                let producer = try await theirs.peer(.producer, on: runtime)
                _ = try await producer.ask([
                    "flow": node(
                        "root", data: ["a": 1],
                        [
                            node(
                                "middle", ["failParentOnFailure": true],
                                [node("below", ["ignoreDependencyOnFailure": true])]),
                            node("urgent", ["priority": 3]), node("late", ["delay": 3_600_000]),
                        ])
                ])
                let differences = try await StoredForm.differences(ours, theirs)
                #expect(differences == [])
                let read = try await flows(on: theirs).flow(id: "root", queue: name)
                #expect(read?.jobs.map(\.id).sorted() == flow.jobs.map(\.id).sorted())
                try await producer.finish()
            }
        }
    }

    @Test(
        "grown by a running parent of one kind is worked by the other", arguments: PeerRuntime.allCases, [true, false])
    func grown(runtime: PeerRuntime, parentIsSwift: Bool) async throws {
        try await runtime.require()
        try await withStage { stage in
            let parts: JSONValue = ["left", "right"]
            let job = try await stage.queue.add(
                name: "divide", data: JSONText(["queue": .string(props), "parts": parts]))
            // The parts are worked once the parent waits: it would otherwise find them done, and go on without waiting.
            if parentIsSwift {
                let worker = try await stage.withWorker {
                    divide(on: stage)
                } _: { _ in
                    try await stage.follow(until: ["waiting-children"], of: [job.id])
                    let worker = try await stage.peer(.worker(queue: props), on: runtime)
                    try await stage.followToEnd(of: [job.id])
                    return worker
                }
                try await worker.finish()
            } else {
                let worker = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
                try await stage.follow(until: ["waiting-children"], of: [job.id])
                try await stage.withWorker(on: props) {
                    ScriptedHandlers.all
                } _: { _ in
                    try await stage.followToEnd(of: [job.id])
                }
                try await worker.finish()
            }
            let parent = try #require(try await job.refreshed())
            #expect(
                try parent.returnValue?.value().objectValue?.values.compactMap(\.stringValue).sorted() == [
                    "left", "right",
                ])
            #expect(parent.attemptsStarted == 2)
            #expect(parent.attemptsMade == 1)
            let tree = try await flows(on: stage).flow(id: job.id, queue: stage.queue.name)
            #expect(tree?.children.map(\.job.queueName) == [props, props])
        }
    }

    @Test("is removed as a whole by the other kind", arguments: PeerRuntime.allCases, Side.allCases)
    func removed(runtime: PeerRuntime, adder: Side) async throws {
        try await runtime.require()
        try await withStage { stage in
            let name = stage.queue.name
            let peer = try await stage.peer(adder == .swift ? .inspector : .producer, on: runtime)
            switch adder {
            case .swift:
                let flow = try await flows(on: stage).add(
                    FlowNode(name: "root", in: name) {
                        FlowNode(name: "middle", in: props) { FlowNode(name: "below", in: name) }
                        FlowNode(name: "side", in: props)
                    })
                try await peer.call("remove", on: name, .text(flow.job.id), ["removeChildren": true])
            case .package:
                let answer = try await peer.ask([
                    "flow": [
                        "name": "root", "queueName": .text(name), "data": [:],
                        "children": [
                            [
                                "name": "middle", "queueName": .text(props), "data": [:],
                                "children": [["name": "below", "queueName": .text(name), "data": [:]]],
                            ],
                            ["name": "side", "queueName": .text(props), "data": [:]],
                        ],
                    ]
                ])
                #expect(try await stage.queue.remove(try #require(answer["flow"]?["id"]?.string)))
            }
            for queue in [name, props] {
                let left = try await stage.witness().dump(prefix: "\(stage.prefix):\(queue):").names
                #expect(Set(left).isSubset(of: ["events", "id", "marker", "meta"]), "\(left)")
            }
            try await peer.finish()
        }
    }

    private func flows(on stage: Stage) throws -> FlowProducer {
        try FlowProducer(redis: stage.redis, options: FlowProducerOptions(prefix: stage.prefix))
    }

    /// The behaviour `divide` of the peers' workers.
    private func divide(on stage: Stage) -> Handler {
        Handler(named: "divide") { job in
            if job.attemptsStarted == 1 {
                let data = try job.data.value()
                let queue = try Queue(
                    data["queue"]?.stringValue ?? "", redis: stage.redis, options: QueueOptions(prefix: stage.prefix))
                for part in data["parts"]?.arrayValue ?? [] {
                    try await queue.add(
                        name: "value", data: JSONText(["value": part]),
                        options: JobOptions(parent: stage.queue.reference(to: job)))
                }
                throw JobOutcome.waitForChildren
            }
            return JSONText(.object(JSONObject(try await job.childrenValues().map { ($0.key, try $0.value.value()) })))
        }
    }

    /// Waits for the end of a family (the parent's first child completes, the second fails) and compares it with the verdict.
    private func check(_ parent: String, _ children: [String], _ verdict: Verdict, on stage: Stage) async throws {
        try #require(children.count == 2)
        try await stage.witness().follow(
            stream: "\(stage.prefix):\(props):events", until: ["completed", "failed"],
            of: Set(children.map { Bytes($0) }))
        if verdict.parent != .waitingChildren { try await stage.followToEnd(of: [parent]) }

        let job = try #require(try await stage.queue.job(parent))
        let (good, bad) = ("\(stage.prefix):\(props):\(children[0])", "\(stage.prefix):\(props):\(children[1])")
        #expect(try await job.state() == verdict.parent)
        var expected = Dependencies(processed: [good: JSONText("left")])
        switch verdict.child {
        case .unprocessed?: expected.unprocessed = [bad]
        case .failed?: expected.failed = [bad]
        case .ignored?: expected.ignored = [bad: "broken"]
        case .processed?, nil: break
        }
        #expect(try await job.dependencies() == expected)
        if verdict.parent == .completed { #expect(try job.returnValue?.value() == .object([good: "left"])) }
        if verdict.parent == .failed { #expect(job.failedReason == "child \(bad) failed") }
    }
}
