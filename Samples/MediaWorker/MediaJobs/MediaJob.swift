// The data of a job in the queue `media-jobs`, as API servers and producers in any language write it. Knows no queue.

public import MediaProcessing

/// A media job: an operation with its checked parameters, and where its input is.
///
/// Keys other than those below (`requestedAt`, ...) are ignored; keys of `params` are not: each operation
/// names those that it does not know.
public struct MediaJob<Operation: MediaOperation>: Decodable, Sendable {
    /// The id of the record that the job belongs to, if it has one.
    public var recordID: String?
    /// The operation's name as the data states it; the job's own name decides.
    public var statedOperation: String?
    /// What to do.
    public var operation: Operation
    /// Where the input is: a stored file, or a `file:`, `http:` or `https:` URL.
    public var input: MediaAttachment.Reference
    /// Whether a URL is given besides the stored file; the file wins (queue API, section 14, decision 18).
    public var ignoresURL: Bool
    /// Whose the result is to be, if the job says.
    public var creatorProfileID: String?
    /// Who asked for the job, as the API server says.
    public var userID: String?

    private enum CodingKeys: String, CodingKey {
        case recordID = "jobId"
        case statedOperation = "operation"
        case inputFile = "input_file_id"
        case inputURL = "input_url"
        case creatorProfileID = "creator_profile_id"
        case userID = "userId"
        case params
    }

    /// Reads the job's data.
    ///
    /// - Throws: ``MediaJobError`` if a field is missing or wrong; `MediaError` if a parameter is.
    public init(from decoder: any Decoder) throws {
        let data: KeyedDecodingContainer<CodingKeys>
        do {
            data = try decoder.container(keyedBy: CodingKeys.self)
        } catch {
            throw MediaJobError(.invalidData, "The job's data must be an object")
        }
        func text(_ key: CodingKeys) throws -> String? {
            do {
                return try data.decodeIfPresent(String.self, forKey: key)
            } catch {
                throw MediaJobError(.invalidData, "\"\(key.stringValue)\" must be a string")
            }
        }
        recordID = try text(.recordID)
        statedOperation = try text(.statedOperation)
        creatorProfileID = try text(.creatorProfileID)
        userID = try text(.userID)
        let file = try text(.inputFile) ?? ""
        let url = try text(.inputURL) ?? ""
        guard !file.isEmpty || !url.isEmpty else {
            throw MediaJobError(.invalidData, "\"input_file_id\" or \"input_url\" is required for \(Operation.name)")
        }
        input = file.isEmpty ? .url(url) : .fileID(file)
        ignoresURL = !file.isEmpty && !url.isEmpty
        if (try? data.decodeNil(forKey: .params)) == false {
            operation = try Operation(from: try data.superDecoder(forKey: .params))
        } else {
            operation = try Operation(from: NoParameters())
        }
    }
}

/// What an operation decodes from when a job has no `params`: an empty object.
private struct NoParameters: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Empty<Key>())
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw absent }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw absent }

    private var absent: DecodingError {
        DecodingError.valueNotFound(Self.self, .init(codingPath: [], debugDescription: "no params"))
    }

    private struct Empty<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let codingPath: [any CodingKey] = []
        let allKeys: [Key] = []
        func contains(_ key: Key) -> Bool { false }
        func decodeNil(forKey key: Key) -> Bool { true }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { throw absent(key) }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw absent(key) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw absent(key) }
        func superDecoder() -> any Decoder { NoParameters() }
        func superDecoder(forKey key: Key) -> any Decoder { NoParameters() }

        private func absent(_ key: Key) -> DecodingError {
            DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "no params"))
        }
    }
}
