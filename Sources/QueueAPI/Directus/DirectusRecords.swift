// Owns: job records as rows of `media_jobs`.

import BullMQ
import Directus
import FoundationEssentials
import Logging

/// Reads and changes job records with the server's own token.
struct DirectusRecords: JobRecords {
    let client: DirectusClient
    let logger: Logger

    private static let collection = MediaJobRecord.collection

    func record(_ id: String) async throws(RecordsUnavailable) -> JobRecord? {
        try await asking { () async throws(DirectusError) in
            try await client.item(Self.collection, id: id, as: MediaJobRecord.self)
        }.map(Self.record)
    }

    private static func record(_ row: MediaJobRecord) -> JobRecord {
        JobRecord(
            id: UUIDText.normalized(row.id) ?? row.id, operation: row.operation, status: row.status?.rawValue,
            inputFileID: row.inputFileID, inputURL: row.inputURL, params: json(row.params),
            creatorProfileID: row.creatorProfileID, bullJobID: row.bullJobID, error: row.error,
            finishedAt: row.finishedAt.map { Int64($0.timeIntervalSince1970 * 1000) },
            owner: row.userCreated.map { UUIDText.normalized($0) ?? $0 })
    }

    private static func json(_ value: DirectusValue?) -> JSONValue {
        switch value {
        case nil, .null?: .null
        case .bool(let bool)?: .bool(bool)
        case .string(let text)?: .string(text)
        case .array(let elements)?: .array(elements.map(json))
        case .object(let members)?:
            .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
        case .some(let number): number.integer.map { .integer(Int64($0)) } ?? .number(number.number ?? 0)
        }
    }

    func restart(_ id: String, as bullJobID: String) async throws(RecordsUnavailable) -> Bool {
        try await change(
            ["status": .string("pending"), "error": .null, "bull_job_id": .string(bullJobID)],
            where: .all([.equal("id", id), .isIn("status", JobRecord.failedStatuses)]))
    }

    func restoreFailure(of record: JobRecord, insteadOf bullJobID: String) async throws(RecordsUnavailable) {
        var changes: DirectusRow = ["status": .string(record.status ?? "failed")]
        changes.set("error", to: record.error)
        changes.set("bull_job_id", to: record.bullJobID)
        _ = try await change(changes, where: .all([.equal("id", record.id), .equal("status", "pending")]))
    }

    func end(_ id: String, because reason: String) async throws(RecordsUnavailable) {
        _ = try await change(
            ["status": .string("failed"), "error": .string(reason)],
            where: .all([.equal("id", id), .isIn("status", ["pending", "processing"])]))
    }

    /// - Returns: whether a row was changed.
    private func change(_ changes: DirectusRow, where filter: DirectusFilter) async throws(RecordsUnavailable) -> Bool {
        try await asking { () async throws(DirectusError) in
            do throws(DirectusError) {
                return try await client.update(Self.collection, where: filter, changes)
            } catch {
                // The data model of an older system has no such column (Directus, section 14).
                guard error.code == .forbidden, changes["bull_job_id"] != nil else { throw error }
                var fewer = changes
                fewer.columns["bull_job_id"] = nil
                return try await client.update(Self.collection, where: filter, fewer)
            }
        }.isEmpty == false
    }

    private func asking<Answer>(
        _ body: () async throws(DirectusError) -> Answer
    ) async throws(RecordsUnavailable) -> Answer {
        do throws(DirectusError) {
            return try await body()
        } catch {
            logger.warning("Job records cannot be reached", metadata: ["directus.error": "\(error)"])
            throw RecordsUnavailable()
        }
    }
}
