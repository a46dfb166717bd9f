// Owns what two clients made of one scenario, and when that is equal.

import Differential
import Witness

/// What one client made of a scenario.
struct Performance: Sendable {
    /// What the names of all its keys begin with.
    let base: String
    /// When the scenario began for the first side, in milliseconds since 1970.
    let beginning: Int
    let answers: [WitnessedJSON]
    /// Whether a worker has run.
    let hasWorked: Bool
    let picture: KeySpace
}

/// What both clients made of a scenario.
public struct Performances: Sendable {
    let ours: Performance
    let reference: Performance

    /// What differs in the answers and in the whole key space, a line for each difference; empty when nothing does.
    ///
    /// - Parameter allowed: What may differ. Default: everything on the list.
    public func differences(
        allowing allowed: Set<AllowedDifference> = Set(AllowedDifference.allCases)
    ) throws -> [String] {
        let (left, right) = (Symbols(of: ours, allowing: allowed), Symbols(of: reference, allowing: allowed))
        let answers = (ours.answers.map(left.translate), reference.answers.map(right.translate))
        return (answers.0 == answers.1 ? [] : ["answers: ours \(answers.0), reference \(answers.1)"])
            + KeySpaceComparison().differences(
                ours: try left.translate(ours.picture), reference: try right.translate(reference.picture))
    }
}
