// Owns: a Directus that consists of what a test puts into it.

import BullMQ
import Synchronization
import TaxonomyCache

@testable import QueueAPI

/// Records, tokens, tiers and terms in memory; can be down.
final class ScriptedDirectus: DirectusAccess, JobRecords {
    struct Content {
        var isDown = false
        var records: [String: JobRecord] = [:]
        var tokens: [String: Caller] = [:]
        var tiers: [String: String] = [:]
        var terms: [TaxonomyTerm] = []
        var questions = 0
    }

    private let content = Mutex(Content())

    init(_ change: (inout Content) -> Void = { _ in }) { self.change(change) }

    func change(_ change: (inout Content) -> Void) { content.withLock { change(&$0) } }

    var now: Content { content.withLock { $0 } }

    var records: (any JobRecords)? { self }

    // MARK: DirectusAccess

    func caller(of token: BearerToken) async throws(IdentityUnavailable) -> Caller? {
        change { $0.questions += 1 }
        if now.isDown { throw IdentityUnavailable() }
        return now.tokens[token.text]
    }

    func signIn(email: String, password: String) async throws(IdentityUnavailable) -> BearerToken? {
        if now.isDown { throw IdentityUnavailable() }
        return password == "right" ? BearerToken(email == "admin" ? Tokens.admin : Tokens.user) : nil
    }

    func tier(of userID: String) async throws -> String? {
        if now.isDown { throw RecordsUnavailable() }
        return now.tiers[userID]
    }

    func page(after id: Int?, limit: Int) async throws -> [TaxonomyTerm] {
        if now.isDown { throw RecordsUnavailable() }
        return Array(now.terms.filter { $0.id > (id ?? 0) }.sorted { $0.id < $1.id }.prefix(limit))
    }

    func isReachable() async -> Bool { !now.isDown }

    // MARK: JobRecords

    func record(_ id: String) async throws(RecordsUnavailable) -> JobRecord? {
        if now.isDown { throw RecordsUnavailable() }
        return now.records[id]
    }

    func restart(_ id: String, as bullJobID: String) async throws(RecordsUnavailable) -> Bool {
        try update(id, where: \.hasFailed) {
            $0.status = "pending"
            $0.error = nil
            $0.bullJobID = bullJobID
        }
    }

    func restoreFailure(of record: JobRecord, insteadOf bullJobID: String) async throws(RecordsUnavailable) {
        _ = try update(record.id, where: { $0.status == "pending" }) { $0 = record }
    }

    func end(_ id: String, because reason: String) async throws(RecordsUnavailable) {
        _ = try update(id, where: { _ in true }) {
            $0.status = "failed"
            $0.error = reason
        }
    }

    private func update(
        _ id: String, where condition: (JobRecord) -> Bool, _ change: (inout JobRecord) -> Void
    ) throws(RecordsUnavailable) -> Bool {
        if now.isDown { throw RecordsUnavailable() }
        return content.withLock { content in
            guard var record = content.records[id], condition(record) else { return false }
            change(&record)
            content.records[id] = record
            return true
        }
    }
}

/// A record of the usual user.
func failedRecord(_ id: String, status: String = "failed", owner: String = Tokens.userID) -> JobRecord {
    JobRecord(
        id: id, operation: "resize_image", status: status, inputFileID: Tokens.fileID, params: ["width": 64],
        bullJobID: nil, error: "broken", owner: owner)
}
