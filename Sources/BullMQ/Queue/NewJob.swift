/// A job that is about to be added: validated, with every option decided.
final class NewJob: Sendable {
    /// Which script adds it (protocol: client, section 4.4).
    enum Route: Sendable, CaseIterable {
        case standard, delayed, prioritized
    }

    let name: String
    let data: JSONText
    let options: JobOptions
    let timestamp: Int64
    let route: Route

    /// - Throws: `BullMQError` with code `invalidArgument`, before anything reaches Redis.
    init(name: String, data: JSONText, options: JobOptions, isSingleAdd: Bool) throws(BullMQError) {
        try options.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: isSingleAdd)
        self.name = name
        self.data = data
        self.options = options
        let given = options.timestamp?.milliseconds ?? 0
        timestamp = given != 0 ? given : Milliseconds.now
        route = Route(options)
    }
}

extension NewJob.Route {
    init(_ options: JobOptions) {
        self =
            if (options.delay?.milliseconds ?? 0) > 0 {
                .delayed
            } else if (options.priority ?? 0) != 0 {
                .prioritized
            } else {
                .standard
            }
    }
}
