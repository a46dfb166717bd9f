// `/files`: uploads, metadata, deletion (Directus, section 10).

import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird
import NIOCore

extension StandInCore {
    private static let collection = "directus_files"

    func addFileRoutes(to router: RouterGroup<StandInContext>) {
        let files = ItemRoute(
            collection: { _ in Self.collection }, prepare: { Self.metadata($0) },
            deleted: { keys in
                for key in keys.compactMap(\.string) { await self.files.remove(id: key) }
            },
            upload: { request, context, key in
                guard Self.isMultipart(request) else {
                    if key != nil { return nil }
                    throw StandInError.invalidPayload("The body needs to be multipart/form-data")
                }
                return try await self.upload(request, context, replacing: key)
            })
        add(files, at: "files", to: router)
    }

    /// What clients may say about a file; where its bytes are is not among it.
    private static func metadata(_ body: JSONValue) -> JSONValue {
        switch body {
        case .array(let values): return .array(values.map(metadata))
        case .object(var members):
            members["filename_disk"] = nil
            if let data = members["data"] { members["data"] = metadata(data) }
            return .object(members)
        default: return body
        }
    }

    private static func isMultipart(_ request: Request) -> Bool {
        request.headers[.contentType]?.lowercased().hasPrefix("multipart/form-data") ?? false
    }

    @concurrent private func upload(
        _ request: Request, _ context: StandInContext, replacing key: String?
    ) async throws -> Response {
        let query = try ItemQuery(try QueryString.tree(request.uri.query))
        let caller = context.accountability
        guard let grant = caller.grant(key == nil ? .create : .update, on: Self.collection) else {
            throw StandInError.forbidden
        }
        if let key { try await requireFile(key, caller) }
        var form = try UploadForm(request)
        var ids: [JSONValue] = []
        // Metadata belongs to the file that follows it.
        while let file = try await form.nextFile() {
            if let field = file.metadata.keys.first(where: { !grant.fields.contains($0) }) {
                throw StandInError.unknownField(field, in: Self.collection)
            }
            let id = try Self.identifier(key.map { .string($0) } ?? file.metadata["id"])
            if key == nil { try await requireUnused(id) }
            var incoming = try await files.open()
            do {
                while let part = try await form.nextBytes() {
                    try await incoming.append(part, limit: configuration.maximumUpload)
                }
                try await incoming.close()
                try await keep(incoming, of: file, id: id, grant.presets, caller, isNew: key == nil)
            } catch {
                await files.discard(incoming)
                throw error
            }
            ids.append(.string(id))
        }
        guard !ids.isEmpty else { throw StandInError.invalidPayload("The body has no file") }
        let keys = ids
        let data = try await read(as: caller) { items in
            let keys = try keys.map { try items.key($0, of: SystemCollections.files) }
            return try items.readBack(SystemCollections.files, keys, query.fields)
        }
        return Response.data(keys.count == 1 ? data?.array?.first : data)
    }

    private func requireFile(_ key: String, _ caller: Accountability) async throws {
        try await read(as: caller) { items in
            let key = try items.key(.string(key), of: SystemCollections.files)
            try items.require([key], of: SystemCollections.files, for: .update)
        }
    }

    private func keep(
        _ incoming: IncomingFile, of file: UploadForm.File, id: String, _ presets: [String: JSONValue],
        _ caller: Accountability, isNew: Bool
    ) async throws {
        let name = FileStore.name(id: id, for: file.filename)
        var metadata = presets.merging(file.metadata) { _, given in given }
        metadata["id"] = .string(id)
        metadata["filename_disk"] = .string(name)
        metadata["filename_download"] = metadata["filename_download"] ?? .string(file.filename)
        metadata["type"] = metadata["type"] ?? .string(file.contentType ?? "application/octet-stream")
        metadata["filesize"] = .int(incoming.size)
        metadata["uploaded_on"] = .string(Timestamp.instant(Date()))
        let size = ImageSize(head: incoming.head)
        metadata["width"] = size.map { .int($0.width) } ?? .null
        metadata["height"] = size.map { .int($0.height) } ?? .null
        metadata[isNew ? "uploaded_by" : "modified_by"] = caller.user.map { .string($0) } ?? .null
        if isNew { metadata["title"] = metadata["title"] ?? .string(Self.title(of: file.filename)) }
        let row = JSONValue.object(metadata)
        try await write(as: caller.trustedWithFiles()) { items, events in
            if isNew {
                _ = try items.create(row, in: SystemCollections.files, &events)
                // An upload is not a creation to those who listen.
                events = [ItemEvent(action: "upload", collection: Self.collection, keys: [.string(id)], payload: row)]
            } else {
                let key = try items.key(.string(id), of: SystemCollections.files)
                try items.update([key], row, in: SystemCollections.files, &events)
            }
            try self.files.keep(incoming, as: name)
        }
        if !isNew { await files.remove(id: id, except: name) }
    }

    private static func identifier(_ value: JSONValue?) throws -> String {
        guard let value, !value.isNull else { return UUID().uuidString.lowercased() }
        guard let text = value.string, let id = UUID(uuidString: text) else {
            throw StandInError.invalidPayload("\"id\" has to be a UUID")
        }
        return id.uuidString.lowercased()
    }

    /// Refuses a taken id before its bytes are read.
    private func requireUnused(_ id: String) async throws {
        let isTaken = try await database.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM directus_files WHERE id = ?)", arguments: [id])
        }
        if isTaken == true {
            throw StandInError.constraint("RECORD_NOT_UNIQUE", collection: Self.collection, field: "id")
        }
    }

    /// `summer_party-2.jpg` becomes `Summer Party 2`.
    private static func title(of filename: String) -> String {
        let stem = filename.lastIndex(of: ".").map { $0 == filename.startIndex ? filename[...] : filename[..<$0] }
        return (stem ?? filename[...]).split { "_- .".contains($0) }
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }
}

extension Accountability {
    /// The same caller, whose permissions have been checked: the server adds fields that the caller may not write.
    fileprivate func trustedWithFiles() -> Accountability {
        var caller = self
        caller.isAdmin = true
        return caller
    }
}
