/// A job that is about to be added: validated, with every option decided.
struct NewJob: Sendable {
    let name: String
    let data: JSONText
    let options: JobOptions
    let timestamp: Int64

    /// - Throws: `BullMQError` with code `invalidArgument`, before anything reaches Redis.
    init(name: String, data: JSONText, options: JobOptions, isSingleAdd: Bool) throws(BullMQError) {
        try options.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: isSingleAdd)
        self.name = name
        self.data = data
        self.options = options
        let given = options.timestamp?.milliseconds ?? 0
        timestamp = given != 0 ? given : Milliseconds.now
    }

    /// Which script adds it (protocol: client, section 4.4).
    var script: Script {
        if let delay = options.delay, delay.milliseconds > 0 { return .addDelayedJob }
        if let priority = options.priority, priority != 0 { return .addPrioritizedJob }
        return .addStandardJob
    }
}
