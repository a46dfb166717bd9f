import ArgumentParser
import BullMQ

/// A state by its BullMQ name; `wait` is `waiting`.
struct StateArgument: ExpressibleByArgument, Hashable {
    let state: JobState

    init(_ state: JobState) { self.state = state }

    init?(argument: String) {
        guard let state = argument == "wait" ? .waiting : JobState(rawValue: argument) else { return nil }
        self.state = state
    }

    static let allValueStrings = JobState.allCases.map(\.rawValue)

    var defaultValueDescription: String { state.rawValue }
}
