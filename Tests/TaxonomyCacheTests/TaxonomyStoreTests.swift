// Owns: what every store must do, whatever its engine.

import Foundation
import GRDB
import Testing

@testable import TaxonomyCache

@Suite("A taxonomy store", .timeLimit(.minutes(1)))
struct TaxonomyStoreTests {
    static let art = TaxonomyTerm(
        id: 1, slug: "art", name: "Art", category: "subject", synonyms: ["Kunst", "Beaux-Arts"],
        description: "All of it")
    static let photo = TaxonomyTerm(
        id: 2, slug: "photography", name: "Photography", category: "subject",
        synonyms: ["Fotografía", "photo  graphy"],
        parentID: 1)
    static let street = TaxonomyTerm(
        id: 7, slug: "street-photography", name: "Street photography", category: "subject", synonyms: ["photo walk"],
        parentID: 2)
    static let blue = TaxonomyTerm(id: 9, slug: "blue", name: "Blue", category: "colour")
    static let all = [art, photo, street, blue]

    @Test("is empty at first", arguments: StoreEngine.allCases)
    func empty(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            #expect(try await store.contents() == nil)
            #expect(try await store.terms(.slug("art")) == [])
            #expect(try await store.terms(.prefix("", limit: 10)) == [])
        }
    }

    @Test("finds whole terms by key and by slug", arguments: StoreEngine.allCases)
    func whole(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            #expect(try await store.replace([Self.all]) == 4)
            for term in Self.all {
                #expect(try await store.terms(.id(term.id)) == [term])
                #expect(try await store.terms(.slug(term.slug)) == [term])
            }
            #expect(try await store.terms(.slug("Art")) == [])
            #expect(try await store.terms(.id(3)) == [])
        }
    }

    @Test("chooses the first of two terms with the same slug", arguments: StoreEngine.allCases)
    func sameSlug(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([[.numbered(1)], [TaxonomyTerm(id: 2, slug: "term-1", name: "Other")]])
            #expect(try await store.ids(.slug("term-1")) == [1])
        }
    }

    @Test("finds terms by name or synonym, whatever case, accents and blanks", arguments: StoreEngine.allCases)
    func synonyms(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([Self.all])
            #expect(try await store.ids(.synonym("kunst")) == [1])
            #expect(try await store.ids(.synonym("  STREET   Photography ")) == [7])
            #expect(try await store.ids(.synonym("fotografia")) == [2])
            #expect(try await store.ids(.synonym("Photo graphy")) == [2])
            #expect(try await store.ids(.synonym("kunstwerk")) == [])
            #expect(try await store.ids(.synonym("photography' OR '1' = '1")) == [])
        }
    }

    @Test(
        "finds terms by the beginning of a name, each once, in the order of the names", arguments: StoreEngine.allCases)
    func prefixes(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([Self.all])
            // "photo graphy" (2), "photo walk" (7), "photography" (2 again).
            #expect(try await store.ids(.prefix("PHOTO", limit: 10)) == [2, 7])
            #expect(try await store.ids(.prefix("photo w", limit: 10)) == [7])
            #expect(try await store.ids(.prefix("", limit: 3)) == [1, 9, 2])
            #expect(try await store.ids(.prefix("b", limit: 0)) == [])
            #expect(try await store.ids(.prefix("%", limit: 10)) == [])
        }
    }

    @Test("gives the terms of a category in pages, and what is below a term", arguments: StoreEngine.allCases)
    func groups(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([Self.all])
            #expect(try await store.ids(.category("subject", after: nil, limit: 2)) == [1, 2])
            #expect(try await store.ids(.category("subject", after: 2, limit: 2)) == [7])
            #expect(try await store.ids(.category("Subject", after: nil, limit: 2)) == [])
            #expect(try await store.ids(.children(of: 2)) == [7])
            #expect(try await store.ids(.children(of: 9)) == [])
        }
    }

    @Test("keeps every text as it is", arguments: StoreEngine.allCases)
    func texts(_ engine: StoreEngine) async throws {
        let texts = [
            "", "'", "\"quoted\"", "twelve bytes", "thirteen byte", "日本語のテキスト", "e\u{301}", "👩‍👩‍👧", "a\nb\tc", "null",
            "?1",
            String(repeating: "long ", count: 20_000),
        ]
        let terms = texts.enumerated().map { index, text in
            TaxonomyTerm(
                id: index + 1, slug: text, name: text, category: index == 0 ? nil : text,
                synonyms: [text, "\\" + text],
                parentID: index == 0 ? .max : .min, description: text)
        }
        try await engine.withStore { store async throws in
            try await store.replace([terms])
            for term in terms {
                let found = try await store.terms(.slug(term.slug))
                #expect(found == [term])
                // Equal strings may still differ in their scalars.
                #expect(found.first.map { Array($0.name.unicodeScalars) } == Array(term.name.unicodeScalars))
            }
        }
    }

    @Test("replaces everything at once, again and again, and leaves nothing behind", arguments: StoreEngine.allCases)
    func replacing(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            for round in 1...5 {
                let terms = (round * 10..<round * 10 + round).map { TaxonomyTerm.numbered($0) }
                let date = Date(timeIntervalSince1970: Double(round))
                #expect(try await store.replace([terms], loadedAt: date) == round)
                #expect(try await store.contents() == TaxonomyContents(count: round, loadedAt: date))
                #expect(try await store.ids(.prefix("term", limit: 100)) == terms.map(\.id))
            }
        }
    }

    @Test("answers from the old copy until the new one is complete", arguments: StoreEngine.allCases)
    func oldCopy(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([[Self.art]])
            var pages = [[Self.blue], [TaxonomyTerm.numbered(10)]]
            _ = try await store.replaceAll(loadedAt: Date(timeIntervalSince1970: 2)) { () async throws in
                #expect(try await store.ids(.prefix("", limit: 10)) == [1])
                #expect(try await store.contents()?.count == 1)
                return pages.isEmpty ? nil : pages.removeFirst()
            }
            #expect(try await store.ids(.prefix("", limit: 10)) == [9, 10])
        }
    }

    @Test("keeps the old copy when a page fails, and can be filled afterwards", arguments: StoreEngine.allCases)
    func failingPage(_ engine: StoreEngine) async throws {
        struct Broken: Error {}
        try await engine.withStore { store async throws in
            try await store.replace([[Self.art]])
            var isFirst = true
            await #expect(throws: Broken.self) {
                _ = try await store.replaceAll(loadedAt: Date()) {
                    defer { isFirst = false }
                    guard isFirst else { throw Broken() }
                    return [Self.blue]
                }
            }
            #expect(try await store.ids(.prefix("", limit: 10)) == [1])
            try await store.replace([[Self.blue]])
            #expect(try await store.ids(.prefix("", limit: 10)) == [9])
        }
    }

    @Test("forgets everything when told, and can be filled again", arguments: StoreEngine.allCases)
    func removing(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            try await store.replace([Self.all])
            try await store.removeAll()
            #expect(try await store.contents() == nil)
            #expect(try await store.ids(.prefix("", limit: 10)) == [])
            try await store.replace([[], [Self.blue]])
            #expect(try await store.contents()?.count == 1)
            #expect(try await store.ids(.prefix("", limit: 10)) == [9])
        }
    }

    @Test("tells no copy from a copy of nothing", arguments: StoreEngine.allCases)
    func copyOfNothing(_ engine: StoreEngine) async throws {
        try await engine.withStore { store async throws in
            #expect(try await store.replace([]) == 0)
            #expect(try await store.contents()?.count == 0)
        }
    }

    @Test("gives many terms, page after page", arguments: StoreEngine.allCases)
    func many(_ engine: StoreEngine) async throws {
        let terms = (1...10_000).map { TaxonomyTerm.numbered($0, category: $0.isMultiple(of: 2) ? "even" : nil) }
        let pages = stride(from: 0, to: terms.count, by: 500).map { Array(terms[$0..<$0 + 500]) }
        try await engine.withStore { store async throws in
            #expect(try await store.replace(pages) == 10_000)
            #expect(
                try await store.ids(.category("even", after: nil, limit: 10_000))
                    == Array(stride(from: 2, through: 10_000, by: 2)))
            #expect(try await store.terms(.slug("term-7777")) == [terms[7_776]])
        }
    }

    @Test("fails when it is closed", arguments: StoreEngine.allCases)
    func closed(_ engine: StoreEngine) async throws {
        let store = try engine.open()
        try await store.close()
        await #expect(throws: (any Error).self) { try await store.terms(.id(1)) }
    }
}
