import BullMQ

/// A job with its state and its children, and theirs.
struct JobTree {
    private let job: Job
    private let state: JobState?
    let children: [JobTree]
    /// Children that are not shown, in words.
    private let rest: [String]

    /// Asks for the state of each job.
    static func reading(_ tree: FlowTree) async throws -> JobTree {
        var states = try await tree.jobs.reading { try await $0.state() }.makeIterator()
        return JobTree(tree, &states)
    }

    /// - Parameter states: of each job before its children.
    private init(_ tree: FlowTree, _ states: inout IndexingIterator<[JobState?]>) {
        job = tree.job
        state = states.next() ?? nil
        children = tree.children.map { JobTree($0, &states) }
        rest = tree.missingChildren.map { "\($0) (gone)" } + (tree.hasMoreChildren ? ["..."] : [])
    }

    /// One line for each job below this one.
    func lines(indent: String = "") -> [String] {
        var lines: [String] = []
        for (index, child) in children.enumerated() {
            let isLast = index == children.count - 1 && rest.isEmpty
            lines.append("\(indent)\(isLast ? "└" : "├") \(child.line)")
            lines += child.lines(indent: indent + (isLast ? "  " : "│ "))
        }
        for (index, line) in rest.enumerated() {
            lines.append("\(indent)\(index == rest.count - 1 ? "└" : "├") \(line)")
        }
        return lines
    }

    private var line: String {
        let reason = job.failedReason.map { ", \($0)" } ?? ""
        return "\(job.name) \(job.id) of \(job.queueName): \(state?.rawValue ?? "in no state")\(reason)"
    }

    /// The jobs below this one.
    var jsonValues: JSONValue {
        .array(
            children.map { child in
                guard case .object(var object) = child.job.jsonValue(state: child.state) else { return .null }
                if !child.children.isEmpty { object["children"] = child.jsonValues }
                return .object(object)
            })
    }
}
