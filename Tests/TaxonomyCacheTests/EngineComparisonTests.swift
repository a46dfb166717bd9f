// Owns: holding the engines against a model that is too simple to be wrong.

import Foundation
import Testing

@testable import TaxonomyCache

@Suite("The engines", .timeLimit(.minutes(1)))
struct EngineComparisonTests {
    @Test("answer random questions about a random taxonomy as the model does")
    func random() async throws {
        var random = SplitMix(seed: 20_261_125)
        let terms = (1...400).map { index in
            TaxonomyTerm(
                id: index * 3 - Int.random(in: 0...2, using: &random), slug: word(&random) + "-\(index)",
                name: word(&random), category: ["a", "b", "B", nil].randomElement(using: &random) ?? nil,
                synonyms: (0..<Int.random(in: 0...3, using: &random)).map { _ in word(&random) },
                parentID: Bool.random(using: &random) ? Int.random(in: 1...20, using: &random) : nil)
        }
        for engine in StoreEngine.allCases {
            try await engine.withStore { store async throws in
                try await store.replace([terms])
                for _ in 1...300 {
                    let query = query(&random, terms)
                    let found = try await store.terms(query)
                    #expect(found == model(query, terms), "\(engine) \(query)")
                }
            }
        }
    }

    private func word(_ random: inout SplitMix) -> String {
        let syllables = ["ka", "Ka", "ká", "ro", "RO", " ", "ñ", "zz", "日", "ß", "-", "'"]
        return (0..<Int.random(in: 1...4, using: &random)).map { _ in syllables[Int.random(in: 0..<12, using: &random)]
        }
        .joined()
    }

    private func query(_ random: inout SplitMix, _ terms: [TaxonomyTerm]) -> TaxonomyQuery {
        let term = terms[Int.random(in: 0..<terms.count, using: &random)]
        let limit = Int.random(in: 0...30, using: &random)
        return switch Int.random(in: 0..<6, using: &random) {
        case 0: .id(Int.random(in: 1...1_200, using: &random))
        case 1: .slug(Bool.random(using: &random) ? term.slug : word(&random))
        case 2: .synonym(term.synonyms.first ?? word(&random))
        case 3: .prefix(String(word(&random).prefix(2)), limit: limit)
        case 4:
            .category(
                ["a", "b", "B", "c"][Int.random(in: 0...3, using: &random)],
                after: Int.random(in: 0...1_200, using: &random), limit: limit)
        default: .children(of: Int.random(in: 1...20, using: &random))
        }
    }

    private func model(_ query: TaxonomyQuery, _ terms: [TaxonomyTerm]) -> [TaxonomyTerm] {
        func names(_ term: TaxonomyTerm) -> [[UInt8]] {
            ([term.name] + term.synonyms).map { Array(FoldedName($0).text.utf8) }
        }
        switch query {
        case .id(let id): return terms.filter { $0.id == id }
        case .slug(let slug): return terms.filter { Array($0.slug.utf8) == Array(slug.utf8) }
        case .synonym(let name):
            return terms.filter { names($0).contains(Array(FoldedName(name).text.utf8)) }
        case .prefix(let prefix, let limit):
            let first = Array(FoldedName(prefix).text.utf8)
            let matches = terms.compactMap { term in
                names(term).filter { $0.starts(with: first) }.min { $0.lexicographicallyPrecedes($1) }.map {
                    ($0, term)
                }
            }
            let sorted = matches.sorted { $0.0 == $1.0 ? $0.1.id < $1.1.id : $0.0.lexicographicallyPrecedes($1.0) }
            return sorted.prefix(limit).map(\.1)
        case .category(let category, let after, let limit):
            return Array(terms.filter { $0.category == category && $0.id > after ?? .min }.prefix(limit))
        case .children(let id): return terms.filter { $0.parentID == id }
        }
    }
}

/// Random numbers that are the same each time.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
