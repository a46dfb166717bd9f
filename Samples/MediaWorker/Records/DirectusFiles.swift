// Files in Directus: inputs that jobs name by id, and results that are kept there (Directus, sections 10 and 11).

public import Directus
public import FoundationEssentials
public import MediaJobs
public import MediaProcessing

/// The files of a Directus server, as jobs use them.
public struct DirectusFiles: StoredInputs {
    private let client: DirectusClient
    private let patience: Duration

    /// Uses a client, which has to be running.
    ///
    /// - Parameter patience: How long an upload is tried again while Directus is not available: the work that was done is
    ///   worth more than the wait. Default 10 minutes.
    public init(_ client: DirectusClient, patience: Duration = .seconds(600)) {
        self.client = client
        self.patience = patience
    }

    /// Fetches the original bytes of a file.
    public func fetch(
        _ id: String, field: String, to file: URL, limits: InputLimits, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> InputOrigin {
        guard let uuid = UUID(uuidString: id) else { throw MediaJobError(.invalidData, "\"\(field)\" must be a UUID") }
        let failure = "The file of \"\(field)\" cannot be fetched"
        guard
            let stored = try await calling(
                failure, { () throws(DirectusError) in try await client.file(uuid.lowercased) })
        else {
            throw MediaJobError(.notFound, "\"\(field)\" names a file that does not exist")
        }
        if let size = stored.filesize {
            try limits.admit(size, declaredType: stored.type, to: file.deletingLastPathComponent())
        }
        let limit = max(limits.picture, limits.other)
        _ = try await calling(failure) { () throws(DirectusError) in
            try await client.download(uuid.lowercased, to: file, limit: limit) { received, total in
                if let total, total > 0 { progress(min(1, Double(received) / Double(total))) }
            }
        }
        var origin = InputOrigin()
        origin.name = stored.filenameDownload ?? stored.title
        origin.declaredType = stored.type
        return origin
    }

    /// Uploads what an operation made. The first file comes last, so that where it is, all are.
    ///
    /// - Parameters:
    ///   - report: What was made.
    ///   - owner: The record's id: the same record's results always get the same ids.
    ///   - folder: The folder in Directus; nil leaves it to the server.
    public func keep(_ report: MediaReport, of owner: UUID, folder: String?) async throws -> StoredResult {
        let first = MediaReportFile(
            path: report.path, bytes: report.bytes, width: report.width, height: report.height)
        var files: [StoredResultFile] = []
        var report = report
        var folder = folder
        for (index, made) in ([first] + report.furtherFiles).enumerated().reversed() {
            let id = Self.id(ofResult: index, of: owner)
            do {
                files.append(try await keep(made, as: id, folder: folder))
            } catch let error as DirectusError where error.code == .invalidForeignKey && folder != nil {
                report.warnings.append("The profile's folder does not exist; the result is in the default folder")
                folder = nil
                files.append(try await keep(made, as: id, folder: nil))
            }
        }
        files.reverse()
        if let playingTime = report.playingTime {
            // Directus fills this column itself for nothing (Directus, section 10.3).
            let milliseconds = Int(playingTime / .milliseconds(1))
            do {
                try await client.updateFile(files[0].id, ["duration": milliseconds.directusValue])
            } catch {
                try Task.checkCancellation()
                report.warnings.append("The playing time is missing in Directus (\(error.code.rawValue))")
            }
        }
        return StoredResult(outputFileID: files[0].id, files: files, report: report)
    }

    /// The id of a record's result; the first has number 0.
    static func id(ofResult index: Int, of owner: UUID) -> String {
        UUID(index == 0 ? "output" : "output-\(index + 1)", in: owner).lowercased
    }

    private func keep(_ made: MediaReportFile, as id: String, folder: String?) async throws -> StoredResultFile {
        let file = URL(fileURLWithPath: made.path)
        let type = try ResultType.mimeType(of: file)
        let new = NewDirectusFile(id: id, filename: file.lastPathComponent, type: type, folder: folder)
        let deadline = ContinuousClock.now + patience
        var pause = Duration.seconds(2)
        while true {
            do {
                _ = try await client.upload(file, new)
                return StoredResultFile(
                    id: id, filename: new.filename, type: type, bytes: made.bytes, width: made.width,
                    height: made.height)
            } catch  where error.isUnavailable && ContinuousClock.now < deadline {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
            } catch {
                try Task.checkCancellation()
                throw error.code == .invalidForeignKey ? error : MediaJobError(error, "The result cannot be uploaded")
            }
        }
    }
}
