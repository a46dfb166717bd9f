import FoundationEssentials

/// The names of connections by which BullMQ clients recognise each other's workers (protocol: keys, section 1.4).
enum ClientName {
    static func worker(prefix: String, queue: String, name: String?) -> String {
        base(prefix, queue) + (name.map { ":w:\($0)" } ?? "")
    }

    static func queueEvents(prefix: String, queue: String) -> String {
        base(prefix, queue) + ":qe"
    }

    private static func base(_ prefix: String, _ queue: String) -> String {
        "\(prefix):\(Data(queue.utf8).base64EncodedString())"
    }
}

/// Random identifiers.
enum UUIDText {
    /// A version-4 UUID in lower case.
    static func random() -> String { UUID().uuidString.lowercased() }
}
