/// A job that is about to be added: validated, with every option decided.
final class NewJob: JobRecord, @unchecked Sendable {
    /// Which script adds it (protocol: client, section 4.4).
    enum Route: Sendable, CaseIterable {
        case standard, delayed, prioritized
        /// The job waits for children that are added with it.
        case parent
    }

    let route: Route

    /// - Throws: `BullMQError` with code `invalidArgument`, before anything reaches Redis.
    convenience init(name: String, data: JSONText, options: JobOptions, isSingleAdd: Bool) throws(BullMQError) {
        try options.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: isSingleAdd)
        self.init(validated: options, name: name, data: data, id: options.jobID ?? "", route: Route(options))
    }

    /// A job of a flow, whose id is decided before it is added.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument`, before anything reaches Redis.
    convenience init(
        name: String, data: JSONText, options: JobOptions, id: String, hasChildren: Bool
    ) throws(BullMQError) {
        try options.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: false)
        self.init(validated: options, name: name, data: data, id: id, route: hasChildren ? .parent : Route(options))
    }

    private init(validated options: JobOptions, name: String, data: JSONText, id: String, route: Route) {
        self.route = route
        let given = options.timestamp?.milliseconds ?? 0
        super.init(
            id: id, name: name, data: data, options: options, timestamp: given != 0 ? given : Milliseconds.now)
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
