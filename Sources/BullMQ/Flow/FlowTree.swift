// Owns: `FlowTree`, the jobs of a flow as they were when they were added or read.

/// A job together with the jobs it waits for, or waited for.
public struct FlowTree: Sendable {
    /// The job at the top of this tree.
    public let job: Job
    /// The trees of its children: in the order of the nodes for a flow just added; for one that was read, the processed children come
    /// first, then those not finished, those that failed it, and those whose failure it ignored.
    public let children: [FlowTree]
    /// The full keys of children that the job still knows of, but that exist no more (removed on completion, for example).
    public let missingChildren: [String]
    /// Whether the job has children that are not in this tree because fewer levels, or fewer children, were asked for.
    public let hasMoreChildren: Bool

    init(job: Job, children: [FlowTree] = [], missingChildren: [String] = [], hasMoreChildren: Bool = false) {
        self.job = job
        self.children = children
        self.missingChildren = missingChildren
        self.hasMoreChildren = hasMoreChildren
    }

    /// All jobs of the tree, each before its children.
    public var jobs: [Job] {
        var jobs: [Job] = []
        var rest = [self]
        while let tree = rest.popLast() {
            jobs.append(tree.job)
            rest += tree.children.reversed()
        }
        return jobs
    }
}
