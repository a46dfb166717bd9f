import Tracing

/// Additions inside their spans, the context of which goes with the jobs.
extension Queue {
    /// Adds one job as a child of its own span, even if the caller gave other metadata.
    func addTraced(_ name: String, _ data: JSONText, _ options: JobOptions) async throws -> Job {
        try await store.traced(.add, to: "\(self.name).\(name)", ["bullmq.job.name": .string(name)]) { span in
            let options = options.filled(from: self.options.defaultJobOptions)
            let new = try newJob(name, data, options.carrying(store.metadata(of: span), overwrites: true))
            if !isAnnounced { try await announce() }
            let id = try await additions.add(new)
            span?.attributes["bullmq.job.id"] = id
            return Job(record: new, id: id, store: store)
        }
    }
}
