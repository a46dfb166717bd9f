// Where an input came from, and what was said about it there.

/// What is known about an input besides its bytes.
public struct InputOrigin: Sendable, Equatable {
    /// The name it had: the server's proposal, else the last part of the URL's path. Safe as a file name.
    public var name: String?
    /// The type that the server declared.
    public var declaredType: String?
    /// The type that the first bytes tell; nil for a file that is not on the list of accepted kinds.
    public var type: MediaType?
    /// How often the server sent us elsewhere.
    public var redirects = 0
    /// How often the connection broke and the rest was asked for.
    public var resumptions = 0

    /// An origin of which nothing is known.
    public init() {}

    /// The origin of a URL by its text alone.
    init(url: String) {
        let reference = url.firstIndex(of: ":").map { url[url.index(after: $0)...] } ?? url[...]
        let path = reference.prefix { $0 != "?" && $0 != "#" }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        name = ContentDisposition.sanitised(last.percentDecoded ?? last)
    }
}
