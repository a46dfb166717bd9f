import Tracing

/// A trace context as it travels with a job: a JSON object of what the tracer wants to pass on, such as `traceparent`.
struct TraceCarrier: Sendable, Equatable {
    private(set) var fields: [String: String] = [:]

    init(injecting context: ServiceContext, by tracer: any Tracer) {
        tracer.inject(context, into: &fields, using: Fields())
    }

    /// Reads what any client wrote; what is no JSON object holds nothing, and what is no text in it is passed over.
    init(parsing text: String) {
        guard case .object(let object)? = try? JSONValue(parsing: text) else { return }
        for (name, value) in object {
            if let value = value.stringValue { fields[name] = value }
        }
    }

    /// The JSON, nil if there is nothing to pass on.
    var text: String? {
        guard !fields.isEmpty else { return nil }
        var object = JSONObject()
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return JSONValue.object(object).serialized()
    }

    /// The context it stands for, or nil if the tracer finds none in it.
    func context(by tracer: any Tracer) -> ServiceContext? {
        var context = ServiceContext.topLevel
        tracer.extract(fields, into: &context, using: Fields())
        return context.isEmpty ? nil : context
    }

    private struct Fields: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
            carrier[key] = value
        }

        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }
}
