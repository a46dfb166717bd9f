// Owns the parameters of the page events that PageState understands, as the protocol writes them.

struct FrameNavigated: Decodable {
    struct Frame: Decodable {
        let id: String
        let loaderId: String
        let url: String
        let urlFragment: String?
    }
    let frame: Frame
}

struct NavigatedWithinDocument: Decodable {
    let frameId: String
    let url: String
}

struct Lifecycle: Decodable {
    let frameId: String
    let loaderId: String
    let name: String
}

struct ContextCreated: Decodable {
    struct Context: Decodable {
        struct Data: Decodable {
            let frameId: String?
            let isDefault: Bool?
        }
        let uniqueId: String
        let name: String
        let auxData: Data?
    }
    let context: Context
}

struct ContextDestroyed: Decodable { let executionContextUniqueId: String }

struct RequestSent: Decodable {
    struct Request: Decodable {
        let url: String
        let method: String
    }
    let requestId: String
    let request: Request
}

struct ResponseReceived: Decodable {
    struct Response: Decodable {
        let url: String
        let status: Int
        let statusText: String?
    }
    let requestId: String
    let frameId: String?
    let type: String
    let response: Response
}

struct LoadingFailed: Decodable {
    let requestId: String
    let errorText: String
    let canceled: Bool?
}

struct LoadingFinished: Decodable { let requestId: String }

/// A value of a page's script, by its plain value or by what it looks like.
struct RemoteObject: Decodable {
    let type: String
    let subtype: String?
    let value: JSONValue?
    let unserializableValue: String?
    let description: String?
    let objectId: String?

    /// As a console shows it.
    var text: String {
        switch value {
        case .string(let text): text
        case .bool(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .null: "null"
        default: unserializableValue ?? description ?? type
        }
    }
}

struct ExceptionDetails: Decodable {
    let text: String
    let lineNumber: Int?
    let url: String?
    let exception: RemoteObject?

    /// "Uncaught" alone says nothing: the exception itself has the message.
    var summary: String {
        guard let exception else { return text }
        return exception.description ?? "\(text) \(exception.text)"
    }

    var message: ConsoleMessage {
        ConsoleMessage(
            level: .error, source: .exception, text: summary.capped, url: url?.capped, line: lineNumber.map { $0 + 1 })
    }
}

struct ExceptionThrown: Decodable { let exceptionDetails: ExceptionDetails }

struct ConsoleCall: Decodable {
    struct Trace: Decodable {
        struct Frame: Decodable {
            let url: String
            let lineNumber: Int
        }
        let callFrames: [Frame]
    }
    let type: String
    let args: [RemoteObject]
    let stackTrace: Trace?

    var message: ConsoleMessage {
        let frame = stackTrace?.callFrames.first
        return ConsoleMessage(
            level: ConsoleMessage.Level(console: type), source: .console,
            text: args.map(\.text).joined(separator: " ").capped, url: frame?.url.capped,
            line: frame.map { $0.lineNumber + 1 })
    }
}

struct EntryAdded: Decodable {
    struct Entry: Decodable {
        let source: String
        let level: String
        let text: String
        let url: String?
        let lineNumber: Int?

        var message: ConsoleMessage {
            ConsoleMessage(
                level: ConsoleMessage.Level(console: level), source: source == "network" ? .network : .browser,
                text: text.capped, url: url?.capped, line: lineNumber.map { $0 + 1 })
        }
    }
    let entry: Entry
}
