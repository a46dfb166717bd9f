// A body on its way into a file. Owns: that its size, its declared type and its first bytes agree, and where it goes on
// after an interruption.

/// What has arrived so far of a remote file.
struct ArrivingBody: ~Copyable {
    private var sink: NewFile
    private let limits: InputLimits
    private let progress: @Sendable (Double) -> Void
    /// First bytes, until they are enough to tell what they are.
    private var head: [UInt8] = []
    /// Length of the whole file, if the server said.
    private var announced: Int?
    /// What the first bytes are.
    private(set) var type: MediaType?
    private var isIdentified = false

    /// The type that the server declares.
    var declaredType: String?
    /// Who sends it, for messages.
    var host = ""
    /// What proves that a later answer is the rest of the same file; nil if nothing does.
    var validator: String?

    /// Bytes that have arrived.
    var count: Int { sink.count + head.count }

    init(sink: consuming NewFile, limits: InputLimits, progress: @escaping @Sendable (Double) -> Void) {
        self.sink = sink
        self.limits = limits
        self.progress = progress
    }

    /// The whole file follows: whatever arrived before is of another version of it.
    mutating func begin(length: Int?) throws {
        try sink.startAgain()
        (head, type, isIdentified, announced) = ([], nil, false, length)
        if let length {
            try limits.check(length, of: nil)
            guard try sink.freeSpace - length >= limits.reserve else {
                throw MediaJobError(.storageFailed, "There is no space for a file of \(length) bytes")
            }
        }
    }

    /// The rest follows, as `Content-Range` says: `bytes 1000-1999/2000`.
    mutating func resume(range: String?, host: String) throws {
        let parts = (range ?? "").split { " -/".contains($0) }
        guard parts.count == 4, parts[0].lowercased() == "bytes", Int(parts[1]) == count else {
            throw MediaJobError(.fetchFailed, "\(host) sent another part of the file than the one asked for")
        }
        if let length = Int(parts[3]) {
            guard announced == nil || announced == length else {
                throw MediaJobError(.fetchFailed, "The file changed at \(host) while it was fetched")
            }
            announced = length
        }
    }

    mutating func append(_ bytes: [UInt8]) throws {
        try limits.check(count + bytes.count, of: type)
        guard isIdentified else {
            head += bytes
            if head.count >= MediaType.signatureLength { try identify() }
            return
        }
        try sink.write(bytes)
        if let announced, announced > 0 { progress(min(1, Double(count) / Double(announced))) }
        // What is not announced fills the device unnoticed: look now and then.
        if announced == nil, sink.count >> 26 != (sink.count - bytes.count) >> 26, try sink.freeSpace < limits.reserve {
            throw MediaJobError(.storageFailed, "There is no space for the rest of the file")
        }
    }

    mutating func finish() throws {
        if !isIdentified { try identify() }
        guard announced == nil || announced == count else {
            throw BrokenConnection(
                reason: MediaJobError(.fetchFailed, "Only \(count) of \(announced ?? 0) bytes arrived"))
        }
    }

    private mutating func identify() throws {
        let declared = (declaredType ?? "").lowercased()
        guard !declared.hasPrefix("text/html"), !declared.hasPrefix("application/xhtml") else {
            throw MediaJobError(.notMedia, "\(host) sent a web page instead of a media file")
        }
        guard let type = MediaType(signatureOf: head) else {
            let what = head.isEmpty ? "an empty body" : "something that is no picture, video or sound of a known kind"
            throw MediaJobError(.notMedia, "\(host) sent \(what)")
        }
        if case .none = TypeAgreement(of: type, declared: declaredType) {
            throw MediaJobError(
                .notMedia, "\(host) declared \(declared.prefix(60)), but sent \(type.mimeType)")
        }
        self.type = type
        isIdentified = true
        try limits.check(announced ?? head.count, of: type)
        try sink.write(head)
        head = []
    }
}
