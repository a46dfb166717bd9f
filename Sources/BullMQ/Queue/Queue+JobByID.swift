// Owns: what can be done to a job of which only the id is known.

extension Queue {
    /// Reports how far a job is: a number, or anything that encodes to JSON.
    ///
    /// - Throws: `EncodingError`; `BullMQError` with code `missingJob`.
    public func updateProgress(of id: String, _ progress: some Encodable) async throws {
        try await store.updateProgress(id: id, try JSONText(encoding: progress))
    }

    /// Appends a row to a job's log.
    ///
    /// - Parameters:
    ///   - id: the job's id.
    ///   - row: the text.
    ///   - count: how many of the newest rows are kept; nil (the default) for all. The job's own ``JobOptions/keepLogs`` is not
    ///     asked, since that would need the job.
    /// - Returns: how many rows there are now.
    /// - Throws: `BullMQError` with code `missingJob`.
    @discardableResult
    public func addLog(to id: String, _ row: String, keeping count: Int? = nil) async throws -> Int {
        if let count { try Self.require(count > 0, "keeping", "\(count)", "1 or more") }
        return try await store.addLog(id: id, row, keeping: count)
    }

    /// Deletes a job's log.
    ///
    /// - Parameters:
    ///   - id: the job's id.
    ///   - count: how many of the newest rows to keep; 0 by default.
    public func clearLogs(of id: String, keeping count: Int = 0) async throws {
        try Self.require(count >= 0, "keeping", "\(count)", "0 or more")
        try await store.clearLogs(id: id, keeping: count)
    }
}
