// Owns the scenarios of flows.

import BullMQ
import Witness

extension ClientScenario {
    static let flows = [
        ClientScenario("flow of one job") { play in
            try await play.add(FlowPart(name: "root", data: ["a": 1], settings: [.attempts(3)]))
        },
        ClientScenario("flow of three levels over two queues") { play in
            try await play.add(
                FlowPart(
                    name: "root", data: ["a": 1],
                    children: [
                        FlowPart(
                            name: "middle", queue: "other", settings: [.onFailure(.failParent)],
                            children: [FlowPart(name: "below", queue: "third", settings: [.attempts(2)])]),
                        FlowPart(name: "side", queue: "other"),
                    ]))
        },
        ClientScenario("flow of three levels with the lowest in the queue of the middle") { play in
            try await play.add(
                FlowPart(
                    name: "root",
                    children: [
                        FlowPart(
                            name: "middle", queue: "other",
                            children: [FlowPart(name: "below", queue: "other", settings: [.priority(1)])]),
                        FlowPart(name: "side", queue: "other"),
                    ]))
        },
        ClientScenario("flow with delays and priorities") { play in
            try await play.add(
                FlowPart(
                    name: "root", settings: [.priority(2)],
                    children: [
                        FlowPart(name: "urgent", queue: "other", settings: [.priority(3)]),
                        FlowPart(
                            name: "late", queue: "other", settings: [.delay(60_000), .timestamp(1_600_000_000_123)]),
                    ]))
        },
        ClientScenario("flow worked to its end") { play in
            let root = try await play.add(
                FlowPart(
                    name: "gather",
                    children: [FlowPart(name: "value", queue: "other", data: ["value": "left"])]))
            let grown = try await play.add("value", ["value": "right"], parent: (root, "main"), to: "other")
            try await play.work("other", until: grown)
            try await play.work(until: root)
        },
        ClientScenario("flow whose child fails: nothing said") { play in try await fail(play, nil) },
        ClientScenario("flow whose child fails: fail the parent") { play in try await fail(play, .failParent) },
        ClientScenario("flow whose child fails: continue the parent") { play in try await fail(play, .continueParent) },
        ClientScenario("flow whose child fails: ignore it") { play in try await fail(play, .ignore) },
        ClientScenario("flow whose child fails: forget it") { play in try await fail(play, .removeDependency) },
        ClientScenario("flow removed from its root") { play in
            let root = try await play.add(
                FlowPart(name: "root", children: [FlowPart(name: "child", queue: "other")]))
            try await play.ask(.remove(root, children: true))
        },
        ClientScenario("flow whose root alone is removed") { play in
            let root = try await play.add(
                FlowPart(name: "root", children: [FlowPart(name: "child", queue: "other")]))
            try await play.ask(.remove(root, children: false))
        },
    ]

    private static func fail(_ play: Play, _ policy: ChildFailurePolicy?) async throws {
        var child = FlowPart(name: "unrecoverable", queue: "other", data: ["message": "broken"])
        child.settings = [.id("child")]
        if let policy { child.settings.append(.onFailure(policy)) }
        let root = try await play.add(FlowPart(name: "echo", settings: [.id("root")], children: [child]))
        try await play.work("other", until: "child")
        if policy != nil { try await play.work(until: root) }
    }
}
