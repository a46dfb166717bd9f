import Testing
import Witness

@testable import Differential

@Suite("Random sequences")
struct SequenceTests {
    @Test("follow from their seed and their number alone")
    func seeds() {
        func steps(_ seed: UInt64, _ number: Int) -> [Step] {
            var generator = SequenceGenerator(seed: seed, sequence: number)
            return (0..<50).flatMap { _ in generator.next() }
        }
        #expect(steps(1, 7) == steps(1, 7))
        #expect(steps(1, 7) != steps(1, 8))
        #expect(steps(1, 7) != steps(2, 7))
    }

    @Test("come back from their text as they were")
    func text() throws {
        let queue = QueueCalls("q:a")
        let steps: [Step] = [
            .command(["SET", "q:a:x y", Bytes([0, 34, 92, 200, 10])]),
            .call(queue.addStandardJob(name: "ä\"\\", options: ["delay": 1.5, "de": ["id": "x"]])),
            .call(queue.isMaxed()),
        ]
        let read = try StepText.steps(StepText.text(steps))
        #expect(read.count == steps.count)
        for (left, right) in zip(read, steps) {
            switch (left, right) {
            case (.command(let ours), .command(let theirs)): #expect(ours == theirs)
            case (.call(let ours), .call(let theirs)):
                #expect(ours.script == theirs.script && ours.keys == theirs.keys)
                #expect(ours.arguments.map(\.bytes) == theirs.arguments.map(\.bytes))
            default: Issue.record("\(left) is not \(right)")
            }
        }
        #expect(throws: DifferentialError.self) { try StepText.steps("call promote-9 nine") }
        #expect(throws: DifferentialError.self) { try StepText.steps("command \"open") }
    }

    @Test("shrink to the steps and entries that matter")
    func shrinking() throws {
        let queue = QueueCalls("q:a")
        let steps =
            (0..<40).map { Step.call(queue.promote("\($0)")) }
            + [.call(queue.addStandardJob(id: "c", options: ["lifo": true, "de": ["id": "x", "ttl": 5]]))]
        var shrinker = Shrinker { candidate in
            candidate.contains(.call(queue.promote("17")))
                && candidate.contains { step in
                    guard case .call(let call) = step, case .packed(let options)? = call.arguments.last else {
                        return false
                    }
                    return options["de"]?["ttl"] == 5
                }
        }
        let shrunk = try shrinker.shrink(steps)
        #expect(shrunk.count == 2)
        guard case .call(let call)? = shrunk.last else {
            Issue.record("the last step is no call")
            return
        }
        #expect(call.arguments.last == .packed(["de": ["ttl": 5]]))
    }
}
