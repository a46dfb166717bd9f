// Owns: the body of `POST /media`, from JSON to checked values, in the order of the contract (queue API, section 5.2).

import BullMQ
import FoundationEssentials

/// A request to put a job record into its queue.
struct EnqueueRequest: Sendable {
    /// uuid of the record, lower case.
    let jobID: String
    let operation: Operation
    let inputFileID: String?
    let inputURL: String?
    let params: JSONValue
    let creatorProfileID: String?
    let priority: Int

    static let maximumParamsBytes = 64 * 1024
    static let maximumURLBytes = 2048
    static let defaultPriority = 10

    /// - Parameter body: any JSON value; nil for no body at all.
    init(_ body: JSONValue?, _ catalogue: OperationCatalogue) throws(APIError) {
        guard let object = body?.objectValue,
            let jobID = object["jobId"]?.stringValue, !jobID.isEmpty,
            let name = Self.given(object["operation"]) ?? Self.given(object["type"]),
            let operationName = name.stringValue, !operationName.isEmpty
        else { throw .requiredFields }

        self.jobID = try Self.uuid(.string(jobID), "jobId") ?? jobID
        operation = try catalogue.operation(named: operationName)
        inputFileID = try Self.uuid(object["input_file_id"], "input_file_id")
        inputURL = try Self.url(object["input_url"])
        params = try Self.params(object["params"])
        creatorProfileID = try Self.uuid(object["creator_profile_id"], "creator_profile_id")
        priority = try Self.priority(object["priority"])
        try requireInput()
    }

    /// A job rebuilt from its record, whose values were checked when it was first enqueued or are judged by the worker.
    init(
        jobID: String, operation: Operation, inputFileID: String?, inputURL: String?, params: JSONValue,
        creatorProfileID: String?, priority: Int
    ) {
        self.jobID = jobID
        self.operation = operation
        self.inputFileID = inputFileID
        self.inputURL = inputURL
        self.params = params
        self.creatorProfileID = creatorProfileID
        self.priority = priority
    }

    private func requireInput() throws(APIError) {
        let name = operation.name
        switch operation.input {
        case .file where inputFileID == nil:
            throw .field("input_file_id", "input_file_id is required for \(name)")
        case .fileOrURL where inputFileID == nil && inputURL == nil:
            throw .field("input_file_id", "input_file_id or input_url is required for \(name)")
        case .url where inputURL == nil:
            throw .field("input_url", "input_url is required for \(name)")
        case .profile where creatorProfileID == nil:
            throw .field("creator_profile_id", "creator_profile_id is required for \(name)")
        case .file, .fileOrURL, .url, .profile: break
        }
    }

    /// `null` and absent are the same.
    private static func given(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isNull else { return Optional.none }
        return value
    }

    private static func uuid(_ value: JSONValue?, _ field: String) throws(APIError) -> String? {
        guard let value = given(value) else { return nil }
        guard let uuid = value.stringValue.flatMap(UUIDText.normalized) else {
            throw .field(field, "\(field) must be a UUID")
        }
        return uuid
    }

    private static func url(_ value: JSONValue?) throws(APIError) -> String? {
        guard let value = given(value) else { return nil }
        guard let text = value.stringValue, isFetchable(text) else {
            throw .field("input_url", "input_url must be an http or https URL")
        }
        return text
    }

    /// An absolute http or https URL without credentials, of a reasonable length.
    static func isFetchable(_ text: String) -> Bool {
        guard text.utf8.count <= maximumURLBytes, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }),
            let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.user() == nil, url.password() == nil
        else { return false }
        // An empty user, as in `http://@host/`, is nil for `user()`.
        let authority = text.dropFirst(scheme.count + 3).prefix { !"/?#".contains($0) }
        return !authority.contains("@")
    }

    private static func params(_ value: JSONValue?) throws(APIError) -> JSONValue {
        guard let value = given(value) else { return .object([:]) }
        guard case .object = value else { throw .field("params", "params must be an object") }
        guard value.serialized().utf8.count <= maximumParamsBytes else {
            throw .field("params", "params must not exceed 64 kB")
        }
        return value
    }

    private static func priority(_ value: JSONValue?) throws(APIError) -> Int {
        guard let value = given(value) else { return defaultPriority }
        guard let priority = value.intValue, (1...100).contains(priority) else {
            throw .field("priority", "priority must be an integer between 1 and 100")
        }
        return priority
    }
}
