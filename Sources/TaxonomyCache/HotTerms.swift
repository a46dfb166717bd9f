// Owns: the terms asked for most lately, in memory.

/// A bounded number of terms by slug. Two ages: when the young are many they become the old, and the old are forgotten.
struct HotTerms {
    private let capacity: Int
    private var young: [String: TaxonomyTerm] = [:]
    private var old: [String: TaxonomyTerm] = [:]

    /// - Parameter capacity: how many terms at most.
    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { young.count + old.count }

    mutating func term(slug: String) -> TaxonomyTerm? {
        if let term = young[slug] { return term }
        guard let term = old.removeValue(forKey: slug) else { return nil }
        keep(term)
        return term
    }

    mutating func keep(_ term: TaxonomyTerm) {
        if young.count >= capacity / 2, young[term.slug] == nil {
            old = young
            young = [:]
        }
        old[term.slug] = nil
        young[term.slug] = term
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
