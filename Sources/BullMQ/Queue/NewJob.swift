/// A job that is about to be added: validated, with every option decided.
final class NewJob: JobRecord, @unchecked Sendable {
    /// Which script adds it (protocol: client, section 4.4).
    enum Route: Sendable, CaseIterable {
        case standard, delayed, prioritized
    }

    let route: Route

    /// - Throws: `BullMQError` with code `invalidArgument`, before anything reaches Redis.
    init(name: String, data: JSONText, options: JobOptions, isSingleAdd: Bool) throws(BullMQError) {
        try options.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: isSingleAdd)
        route = Route(options)
        let given = options.timestamp?.milliseconds ?? 0
        super.init(
            id: options.jobID ?? "", name: name, data: data, options: options,
            timestamp: given != 0 ? given : Milliseconds.now)
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
