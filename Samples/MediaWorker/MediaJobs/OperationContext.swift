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
    /// The keys of hidden watermarks, if any are configured.
    public var watermarkKeys: WatermarkKeyring?
    /// Who looks at uploads first, if anybody.
    public var virusScanner: VirusScanner?
    /// A private folder for what the operation makes on the way; gone afterwards.
    public var folder: URL

    /// Makes a context.
    public init(
        origin: InputOrigin, folder: URL, languageModel: LanguageModelClient? = nil,
        watermarkKeys: WatermarkKeyring? = nil, virusScanner: VirusScanner? = nil
    ) {
        self.origin = origin
        self.virusScanner = virusScanner
        self.languageModel = languageModel
        self.folder = folder
        self.watermarkKeys = watermarkKeys
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

extension WatermarkKeyring {
    /// Reads `MEDIA_WATERMARK_KEY`, the secret of the key called `default`, and `MEDIA_WATERMARK_KEYS`, further ones as
    /// `name=secret` with commas; the first counts as standard where there is none called `default`.
    ///
    /// - Returns: nil if neither is set.
    /// - Throws: `MediaError` if a secret is shorter than 16 bytes or an entry is none.
    public init?(environment: [String: String]) throws {
        var secrets: [String: String] = [:]
        var standard: String?
        if let secret = environment["MEDIA_WATERMARK_KEY"], !secret.isEmpty {
            secrets["default"] = secret
            standard = "default"
        }
        for entry in (environment["MEDIA_WATERMARK_KEYS"] ?? "").split(separator: ",") {
            guard let sign = entry.firstIndex(of: "="), sign != entry.startIndex else {
                throw MediaError(.invalidParameter, "MEDIA_WATERMARK_KEYS must list name=secret pairs")
            }
            let name = String(entry[..<sign])
            secrets[name] = String(entry[entry.index(after: sign)...])
            standard = standard ?? name
        }
        guard let standard else { return nil }
        do {
            try self.init(secrets: secrets, standard: standard)
        } catch let error as MediaError {
            throw MediaError(error.code, "MEDIA_WATERMARK_KEY or MEDIA_WATERMARK_KEYS: \(error.message)")
        }
    }
}
