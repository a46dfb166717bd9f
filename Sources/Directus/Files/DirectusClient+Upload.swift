// Files to Directus (Directus, section 10.1).

public import FoundationEssentials
import NIOHTTP1
import _NIOFileSystem

extension DirectusClient {
    /// The row of a file; nil if there is none or it may not be read.
    public func file(_ id: String) async throws(DirectusError) -> DirectusFile? {
        do {
            return try await send(.get(try Path.of("files", id))).data()
        } catch {
            if error.code == .forbidden { return nil }
            throw error
        }
    }

    /// Uploads a file as it is read from disk.
    ///
    /// The id is the caller's, so that the same upload may be repeated, after a broken connection or by a later attempt of
    /// a job: a file that is there already gets the new bytes. If the token may not change files, one of the same length
    /// is taken for the same.
    ///
    /// - Returns: The file's row; if the token may not read it, only what the caller knows.
    /// - Throws: ``DirectusError/Code/contentTooLarge``, ``DirectusError/Code/fileSystem`` for the local file.
    public func upload(
        _ file: URL, _ metadata: NewDirectusFile
    ) async throws(DirectusError) -> DirectusFile {
        let form = try MultipartForm(metadata)
        return try await LocalFile.reading(file) { handle, size in
            try await self.upload(form, handle, size: size, metadata)
        }
    }

    private func upload(
        _ form: MultipartForm, _ file: ReadFileHandle, size: Int64, _ metadata: NewDirectusFile
    ) async throws(DirectusError) -> DirectusFile {
        let id = metadata.id.lowercased()
        let taken: DirectusError
        do {
            return try await transfer(.POST, try Path.of("files"), form, file, size: size, metadata)
        } catch {
            guard error.code == .recordNotUnique else { throw error }
            taken = error
        }
        do {
            return try await transfer(.PATCH, try Path.of("files", id), form, file, size: size, metadata)
        } catch {
            guard error.code == .forbidden else { throw error }
            guard let existing = try await self.file(id), existing.filesize == Int(size) else { throw taken }
            return existing
        }
    }

    private func transfer(
        _ method: HTTPMethod, _ path: String, _ form: MultipartForm, _ file: ReadFileHandle, size: Int64,
        _ metadata: NewDirectusFile
    ) async throws(DirectusError) -> DirectusFile {
        var call = Call(method: method, path: path)
        call.body = .stream(type: form.contentType) { form.body(file, size: size) }
        call.timeout = Self.transferTimeout
        let answer = try await send(call)
        guard answer.isEmpty else { return try answer.data() }
        return DirectusFile(
            id: metadata.id.lowercased(), filenameDownload: metadata.filename, type: metadata.type, filesize: Int(size))
    }

    /// Changes the row of a file: `title`, `duration`, `description`, …
    public func updateFile(_ id: String, _ changes: DirectusRow) async throws(DirectusError) {
        let path = try Path.of("files", id, parameters: [("fields", "id")])
        _ = try await send(Call(method: .PATCH, path: path, body: .json(try DirectusJSON.encode(changes))))
    }

    /// Deletes a file, row and bytes.
    ///
    /// - Throws: ``DirectusError/Code/forbidden`` if there is none; ``DirectusError/Code/invalidForeignKey`` if a row
    ///   still points to it.
    public func deleteFile(_ id: String) async throws(DirectusError) {
        _ = try await send(Call(method: .DELETE, path: try Path.of("files", id)))
    }

    /// Transfers take as long as they take: only silence ends them (Directus, section 16, rule 1).
    static let transferTimeout: Duration = .seconds(24 * 3600)
}
