// Ids of results: the same result of the same job always gets the same id, so that a job that runs again replaces what it
// made before instead of adding to it (queue API, section 16).

import Crypto
public import FoundationEssentials

extension UUID {
    /// The uuid of a name within a namespace (version 5, RFC 9562, section 5.5).
    public init(_ name: String, in namespace: UUID) {
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: namespace.uuid) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(name.utf8))
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The uuid under which a job without a record keeps its results.
    public init(ofJob id: String, in queue: String) {
        self.init("\(queue):\(id)", in: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }

    /// The form that Directus uses.
    public var lowercased: String { uuidString.lowercased() }
}
