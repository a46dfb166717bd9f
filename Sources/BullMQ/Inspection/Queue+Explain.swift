extension Queue {
    /// Why a job is not running: where it is, and everything that keeps it there.
    ///
    /// Takes one round trip; for an id that does not exist, some more to find out whether such a job is parked behind another one.
    public func explain(_ jobID: String) async throws -> JobExplanation {
        let (facts, clients) = try await store.explanation(of: jobID)
        let worker = ClientName.worker(prefix: options.prefix, queue: name, name: nil)
        let hasWorkers = clients.map { !WorkerClient.workers(in: $0, named: worker).isEmpty }
        let explanation = JobExplanation(jobID: jobID, facts: facts, hasWorkers: hasWorkers)
        guard explanation.reasons == [.missing], let id = try await deduplicationID(parking: jobID) else {
            return explanation
        }
        return JobExplanation(jobID: jobID, state: nil, reasons: [.parked(deduplicationID: id)])
    }

    /// The deduplication id under which a job with this id is parked.
    private func deduplicationID(parking jobID: String) async throws -> String? {
        let base = store.keys.base + "dn:"
        var cursor = "0"
        repeat {
            let page = try await store.connection.page([
                "SCAN", cursor, "MATCH", base.escapedGlob + "*", "COUNT", "1000",
            ])
            for key in page.elements where try await store.send("HGET", key, "jid").string == jobID {
                return String(key.dropFirst(base.count))
            }
            cursor = page.next
        } while cursor != "0"
        return nil
    }
}
