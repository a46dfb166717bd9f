extension JobOptions {
    /// BullMQ's largest priority: keeps the scores of `prioritized` exact.
    public static let maximumPriority = 2_097_151

    /// Checks everything that would otherwise corrupt a queue or surprise later (protocol: client, section 4.3; the texts are
    /// BullMQ's where it has one).
    func validate(name: String, dataByteCount: Int, isSingleAdd: Bool) throws(BullMQError) {
        if isEmpty { return }
        if isSingleAdd, let jobID, jobID == "0" || jobID.hasPrefix("0:") {
            throw Self.invalid("JobId cannot be '0' or start with '0:'")
        }
        if let sizeLimit, dataByteCount > sizeLimit {
            throw Self.invalid("The size of job \(name) exceeds the limit \(sizeLimit) bytes")
        }
        if let jobID, !jobID.isEmpty { try Self.validate(jobID: jobID) }
        if let priority, !(0...Self.maximumPriority).contains(priority) {
            throw Self.invalid("Priority should be between 0 and \(Self.maximumPriority)")
        }
        if let deduplication {
            guard !deduplication.id.isEmpty else { throw Self.invalid("Deduplication id must be provided") }
            guard parent == nil else {
                throw Self.invalid("Deduplication and parent options cannot be used together")
            }
            if let ttl = deduplication.ttl {
                try Self.require(ttl >= .zero, "deduplication.ttl", "\(ttl)", "0 or more")
            }
        }
        if let jitter = backoff?.jitter, !(0...1).contains(jitter) {
            throw Self.invalid("Jitter should be between 0 and 1")
        }
        if let delay { try Self.require(delay >= .zero, "delay", "\(delay)", "0 or more") }
        if let attempts { try Self.require(attempts >= 0, "attempts", "\(attempts)", "0 or more") }
        if let keepLogs { try Self.require(keepLogs >= 0, "keepLogs", "\(keepLogs)", "0 or more") }
        if let stackTraceLimit {
            try Self.require(stackTraceLimit >= 0, "stackTraceLimit", "\(stackTraceLimit)", "0 or more")
        }
        if let backoff { try Self.require(backoff.delay >= .zero, "backoff.delay", "\(backoff.delay)", "0 or more") }
        if let parent {
            try Self.require(!parent.id.isEmpty, "parent.id", "\"\"", "the id of a job")
            try Self.require(
                parent.queue.contains(":"), "parent.queue", "\"\(parent.queue)\"",
                "the qualified name of a queue, such as bull:orders")
        }
    }

    private static func validate(jobID: String) throws(BullMQError) {
        if isCanonicalInteger(jobID) {
            throw invalid("Custom Id cannot be integers")
        }
        let colons = jobID.utf8.count(where: { $0 == UInt8(ascii: ":") })
        if colons != 0, colons != 2 || jobID.hasPrefix("0:") {
            throw invalid("Custom Id cannot contain :")
        }
        if QueueKeys.reservedJobIDs.contains(jobID) {
            throw invalid("Custom Id cannot be \"\(jobID)\": the queue itself uses that key")
        }
    }

    /// Whether the text is what JavaScript prints for the integer that it reads (`12`, `-5`; not `007`, `1e3`, nor the many digits of a
    /// snowflake id, which it rounds): such ids would collide with the counter's.
    private static func isCanonicalInteger(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }), text.utf8.count - digits.count <= 1,
            let number = Double(text)
        else { return false }
        return JSONValue.number(number).serialized() == text
    }

    private static func require(
        _ condition: Bool, _ option: String, _ value: String, _ allowed: String
    ) throws(BullMQError) {
        guard condition else { throw invalid("The option \(option) is \(value), but must be \(allowed)") }
    }

    private static func invalid(_ message: String) -> BullMQError { BullMQError(.invalidArgument, message) }
}
