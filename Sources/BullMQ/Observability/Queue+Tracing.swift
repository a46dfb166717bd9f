import Tracing

/// Additions inside their spans, the context of which goes with the jobs.
extension Queue {
    /// Adds one job as a child of its own span, even if the caller gave other metadata.
    ///
    /// - Parameter options: those in force, defaults included.
    func addTraced(_ name: String, _ data: JSONText, _ options: JobOptions) async throws -> Job {
        try await store.traced(.add, to: "\(self.name).\(name)", ["bullmq.job.name": .string(name)]) { span in
            let job = try await addSingle(name, data, options.carrying(store.metadata(of: span), overwrites: true))
            span?.attributes["bullmq.job.id"] = job.id
            return job
        }
    }
}
