// Owns: the copies of the taxonomy in a database: one that answers, and one that is being filled.

import Foundation
import Synchronization

/// What is the same in every store on a SQL engine.
final class TaxonomyCopies<Engine: TaxonomyEngine>: Sendable {
    private let engine: Engine
    /// The number of the newest copy, finished or not.
    private let newest: Mutex<Int>

    /// - Parameter current: the number of the copy that the database has.
    init(_ engine: Engine, current: Int) {
        self.engine = engine
        newest = Mutex(current)
    }

    func replaceAll(loadedAt date: Date, with nextPage: () async throws -> [TaxonomyTerm]?) async throws -> Int {
        let copy = nextNumber()
        do {
            try await engine.perform { try $0.beginCopy(copy) }
            var count = 0
            while let page = try await nextPage() {
                try Task.checkCancellation()
                try await engine.perform { try $0.append(page, toCopy: copy) }
                count += page.count
            }
            try Task.checkCancellation()
            let contents = TaxonomyContents(count: count, loadedAt: date)
            try await engine.perform { try $0.publishCopy(copy, contents) }
            return count
        } catch {
            do {
                try await engine.perform { connection in
                    let current = try connection.rows("SELECT number FROM taxonomy_copy", []).first?.first?.integer
                    if let current { try connection.dropCopies(except: current) }
                }
            } catch let second {
                throw TaxonomyError(.engineFailed, "Half a copy was not dropped after \(error)", underlying: second)
            }
            throw error
        }
    }

    /// An empty copy takes the place of the current one.
    func removeAll() async throws {
        let copy = nextNumber()
        try await engine.perform { connection in
            try connection.beginCopy(copy)
            try connection.publishCopy(copy, nil)
        }
    }

    func contents() async throws -> TaxonomyContents? {
        try await engine.perform { try $0.contents() }
    }

    func terms(_ query: TaxonomyQuery) async throws -> [TaxonomyTerm] {
        try await engine.perform { try $0.terms(query) }
    }

    func close() async throws {
        try await engine.close()
    }

    private func nextNumber() -> Int {
        newest.withLock { newest in
            newest += 1
            return newest
        }
    }
}
