// What an operation gets to know besides its parameters and its input file, for those few that ask.

public import FoundationEssentials
public import LanguageModel
public import MediaProcessing

/// The surroundings of one job.
public struct OperationContext: Sendable {
    /// Where the input came from.
    public var origin: InputOrigin
    /// The language model, if one is configured.
    public var languageModel: LanguageModelClient?
    /// A private folder for what the operation makes on the way; gone afterwards.
    public var folder: URL

    /// Makes a context.
    public init(origin: InputOrigin, languageModel: LanguageModelClient?, folder: URL) {
        self.origin = origin
        self.languageModel = languageModel
        self.folder = folder
    }
}

/// An operation that wants to know its surroundings; told before it runs.
public protocol ContextualOperation: MediaOperation {
    /// Takes the context.
    mutating func enter(_ context: OperationContext)
}

/// Every operation that a job can ask for.
public enum MediaJobCatalogue {
    /// Those of the media library, and those that need a network or a language model.
    public static let all: [any MediaOperation.Type] =
        MediaOperationCatalogue.all + [Download.self, ProcessUpload.self, GenerateCaptions.self]

    /// The operation of a name; nil if there is none.
    public static func operation(named name: String) -> (any MediaOperation.Type)? { all.first { $0.name == name } }
}
