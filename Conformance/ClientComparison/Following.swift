// Owns waiting for what a worker is to reach in a scenario, the same for every client's worker.

import Stage
import Witness

extension Stage {
    /// Waits until `awaited` has happened in a queue of this stage; before that, runs `meanwhile` once the held job is
    /// active, and then releases it.
    func follow(
        _ queue: String, holding held: String?, until awaited: Awaited, meanwhile: () async throws -> Void,
        release: () throws -> Void
    ) async throws {
        let stream = Bytes("\(prefix):\(queue):events")
        if let held {
            try await witness().follow(stream: stream, until: ["active"], of: [Bytes(held)])
            try await meanwhile()
            try release()
        }
        try await witness().follow(
            stream: stream, until: awaited.events, of: Set(awaited.jobs.map { Bytes($0) }), times: awaited.times)
    }
}
