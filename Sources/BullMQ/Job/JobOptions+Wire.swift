import FoundationEssentials

/// Options as they travel: a MessagePack map with short names towards Redis, JSON on the way back (protocol: keys, section 6).
extension JobOptions {
    /// Appends the map. `attempts` is always present, because the finishing script needs a number.
    func write(to writer: inout MessagePackWriter) {
        if isEmpty {
            writer.appendMapHeader(1)
            writer.append("attempts")
            writer.append(Int64(0))
        } else {
            fields.write(to: &writer, attempts: fields.attempts ?? 0)
        }
    }

    /// Appends the map as job schedulers store it: an option that is nil is left out, `attempts` too. Members of `more` follow.
    func writeTemplate(to writer: inout MessagePackWriter, adding more: JSONObject = [:]) {
        fields.write(to: &writer, attempts: fields.attempts, adding: more)
    }
}

extension JobOptions.Fields {
    fileprivate func write(to writer: inout MessagePackWriter, attempts: Int?, adding more: JSONObject = [:]) {
        var count = isSet(attempts) + more.count
        if let jobID, !jobID.isEmpty { count += 1 }
        count += isSet(delay) + isSet(priority) + isSet(lifo) + isSet(backoff) + isSet(removeOnComplete)
        count += isSet(removeOnFail) + isSet(keepLogs) + isSet(stackTraceLimit) + isSet(sizeLimit) + isSet(timestamp)
        count += isSet(parent) + isSet(onFailure) + isSet(deduplication) + isSet(telemetryMetadata)
        count += isSet(omitTelemetryContext)
        writer.appendMapHeader(count)
        if let attempts { writer.append("attempts", Int64(attempts)) }
        if let jobID, !jobID.isEmpty { writer.append("jobId", jobID) }
        if let delay { writer.append("delay", delay.milliseconds) }
        if let priority { writer.append("priority", Int64(priority)) }
        if let lifo { writer.append("lifo", lifo) }
        if let backoff { write(backoff, to: &writer) }
        if let removeOnComplete { write(removeOnComplete, as: "removeOnComplete", to: &writer) }
        if let removeOnFail { write(removeOnFail, as: "removeOnFail", to: &writer) }
        if let keepLogs { writer.append("kl", Int64(keepLogs)) }
        if let stackTraceLimit { writer.append("stackTraceLimit", Int64(stackTraceLimit)) }
        if let sizeLimit { writer.append("sizeLimit", Int64(sizeLimit)) }
        if let timestamp { writer.append("timestamp", timestamp.milliseconds) }
        if let parent {
            writer.append("parent")
            writer.appendMapHeader(2)
            writer.append("id", parent.id)
            writer.append("queue", parent.queue)
        }
        if let onFailure { writer.append(onFailure.rawValue, true) }
        if let deduplication { write(deduplication, to: &writer) }
        if let telemetryMetadata { writer.append("tm", telemetryMetadata) }
        if let omitTelemetryContext { writer.append("omc", omitTelemetryContext) }
        for (key, value) in more {
            writer.append(key)
            writer.append(value)
        }
    }

    private func isSet<T>(_ option: T?) -> Int { option == nil ? 0 : 1 }

    private func write(_ backoff: Backoff, to writer: inout MessagePackWriter) {
        writer.append("backoff")
        writer.appendMapHeader(backoff.jitter == nil ? 2 : 3)
        writer.append("type", backoff.type)
        writer.append("delay", backoff.delay.milliseconds)
        if let jitter = backoff.jitter {
            writer.append("jitter")
            writer.append(jitter)
        }
    }

    private func write(_ policy: RemovalPolicy, as name: String, to writer: inout MessagePackWriter) {
        writer.append(name)
        switch policy.form {
        case .flag(let flag): writer.append(flag)
        case .count(let count): writer.append(Int64(count))
        case .limits(let count, let age, let limit):
            writer.appendMapHeader(isSet(count) + isSet(age) + isSet(limit))
            if let count { writer.append("count", Int64(count)) }
            if let age { writer.append("age", age.components.seconds) }
            if let limit { writer.append("limit", Int64(limit)) }
        }
    }

    private func write(_ deduplication: Deduplication, to writer: inout MessagePackWriter) {
        writer.append("de")
        let flags = [deduplication.extend, deduplication.replace, deduplication.keepLastIfActive].count(where: { $0 })
        writer.appendMapHeader(1 + isSet(deduplication.ttl) + flags)
        writer.append("id", deduplication.id)
        if let ttl = deduplication.ttl { writer.append("ttl", ttl.milliseconds) }
        if deduplication.extend { writer.append("extend", true) }
        if deduplication.replace { writer.append("replace", true) }
        if deduplication.keepLastIfActive { writer.append("keepLastIfActive", true) }
    }
}

extension MessagePackWriter {
    fileprivate mutating func append(_ key: String, _ value: String) {
        append(key)
        append(value)
    }

    fileprivate mutating func append(_ key: String, _ value: Int64) {
        append(key)
        append(value)
    }

    fileprivate mutating func append(_ key: String, _ value: Bool) {
        append(key)
        append(value)
    }
}

extension JobOptions {
    /// Reads the options of a stored job. Options written by other clients in other shapes are understood as Node does; unknown
    /// ones are passed over.
    init(stored text: String) {
        // What a job without options carries.
        if text == "{\"attempts\":0}" {
            self.init()
        } else if case .object(let object)? = try? JSONValue(parsing: text) {
            self.init(fields: Fields(stored: object))
        } else {
            self.init()
        }
    }
}

extension JobOptions.Fields {
    fileprivate init(stored object: JSONObject) {
        for (name, value) in object {
            switch name {
            // An unset number of attempts is stored as zero.
            case "attempts": attempts = value.wholeNumber.flatMap { $0 == 0 ? nil : $0 }
            case "jobId": jobID = value.stringValue
            case "delay": delay = value.milliseconds
            case "priority": priority = value.wholeNumber
            case "lifo": lifo = value.boolValue
            case "backoff": backoff = Backoff(stored: value)
            case "removeOnComplete": removeOnComplete = RemovalPolicy(stored: value)
            case "removeOnFail": removeOnFail = RemovalPolicy(stored: value)
            case "kl": keepLogs = value.wholeNumber
            case "stackTraceLimit": stackTraceLimit = value.wholeNumber
            case "sizeLimit": sizeLimit = value.wholeNumber
            case "timestamp": timestamp = value.doubleValue.map { Date(timeIntervalSince1970: $0 / 1000) }
            case "parent":
                if let id = value["id"]?.stringValue, let queue = value["queue"]?.stringValue {
                    parent = ParentReference(id: id, queue: queue)
                }
            case "fpof", "cpof", "idof", "rdof":
                if value.boolValue == true { onFailure = ChildFailurePolicy(rawValue: name) }
            case "de": deduplication = Deduplication(stored: value)
            case "tm": telemetryMetadata = value.stringValue
            case "omc": omitTelemetryContext = value.boolValue
            default: break
            }
        }
    }
}

extension JSONValue {
    /// A number that is integral, as other clients may write `3` or `3.0`.
    fileprivate var wholeNumber: Int? {
        doubleValue.flatMap { Int(exactly: $0.rounded()) }
    }

    fileprivate var milliseconds: Duration? {
        doubleValue.map { .milliseconds(Int64(clampingToRange: $0)) }
    }
}

extension Backoff {
    fileprivate init?(stored value: JSONValue) {
        if let delay = value.milliseconds {
            self = .fixed(delay)
        } else if let type = value["type"]?.stringValue {
            self.init(type: type, delay: value["delay"]?.milliseconds ?? .zero, jitter: value["jitter"]?.doubleValue)
        } else {
            return nil
        }
    }
}

extension RemovalPolicy {
    fileprivate init?(stored value: JSONValue) {
        if let flag = value.boolValue {
            self.init(form: .flag(flag))
        } else if let count = value.wholeNumber {
            self.init(form: .count(count))
        } else if case .object(let object) = value {
            self.init(
                form: .limits(
                    count: object["count"]?.wholeNumber, age: object["age"]?.wholeNumber.map { .seconds($0) },
                    limit: object["limit"]?.wholeNumber))
        } else {
            return nil
        }
    }
}

extension Deduplication {
    fileprivate init?(stored value: JSONValue) {
        guard let id = value["id"]?.stringValue else { return nil }
        self.init(
            id: id, ttl: value["ttl"]?.milliseconds, extend: value["extend"]?.boolValue ?? false,
            replace: value["replace"]?.boolValue ?? false,
            keepLastIfActive: value["keepLastIfActive"]?.boolValue ?? false)
    }
}
