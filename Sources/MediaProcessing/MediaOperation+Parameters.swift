// Operations made in code, by the same parameters and with the same checks as those of jobs.

import FoundationEssentials

extension MediaOperation {
    /// Makes the operation from parameters, e.g. `try ResizeImage(parameters: ["width": 640])`.
    ///
    /// - Throws: ``MediaError/Code/invalidParameter``.
    public init(parameters: [String: MediaValue]) throws {
        // Through text, as for jobs: one way of checking for all.
        self = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(parameters))
    }
}

extension MediaOperationCatalogue {
    /// The operation of a name; nil if there is none.
    public static func operation(named name: String) -> (any MediaOperation.Type)? { all.first { $0.name == name } }
}
