import BullMQ

/// The children of a job, and theirs, with their states.
struct JobTree {
    private let tree: FlowTree

    init(_ tree: FlowTree) { self.tree = tree }

    /// One line for each job below the root.
    func lines() async throws -> [String] {
        try await Self.lines(below: tree, indent: "")
    }

    private static func lines(below tree: FlowTree, indent: String) async throws -> [String] {
        var lines: [String] = []
        let rest = tree.missingChildren.map { "\($0) (gone)" } + (tree.hasMoreChildren ? ["..."] : [])
        for (index, child) in tree.children.enumerated() {
            let isLast = index == tree.children.count - 1 && rest.isEmpty
            let state = try await child.job.state()?.rawValue ?? "in no state"
            lines.append(
                "\(indent)\(isLast ? "└" : "├") \(child.job.name) \(child.job.id) of \(child.job.queueName): \(state)"
                    + (child.job.failedReason.map { ", \($0)" } ?? ""))
            lines += try await Self.lines(below: child, indent: indent + (isLast ? "  " : "│ "))
        }
        for (index, line) in rest.enumerated() {
            lines.append("\(indent)\(index == rest.count - 1 ? "└" : "├") \(line)")
        }
        return lines
    }

    func jsonValues() async throws -> JSONValue {
        var values: [JSONValue] = []
        for child in tree.children {
            guard case .object(var object) = child.job.jsonValue(state: try await child.job.state()) else { continue }
            if !child.children.isEmpty { object["children"] = try await JobTree(child).jsonValues() }
            values.append(.object(object))
        }
        return .array(values)
    }
}
