// Files from Directus: the original bytes, resumed where a connection broke, and counted (Directus, section 11).

import AsyncHTTPClient
public import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1

extension DirectusClient {
    /// Downloads the original bytes of a file.
    ///
    /// A broken connection is resumed with a range, unless the file has changed meanwhile; the attempts count from the
    /// start again whenever there was progress. In the end the length must be what the row and the headers say.
    ///
    /// - Parameters:
    ///   - id: The file's uuid.
    ///   - file: Where to write; replaced if it exists, removed if the download fails.
    ///   - limit: Most bytes; a longer file is refused before its first byte if its length is known.
    ///   - progress: Gets the bytes so far and, if known, of how many, now and then.
    /// - Returns: The file's row.
    /// - Throws: ``DirectusError/Code/forbidden`` if there is no such file, ``DirectusError/Code/contentTooLarge``,
    ///   ``DirectusError/Code/sizeMismatch``, ``DirectusError/Code/fileSystem`` for the local file.
    @discardableResult
    public func download(
        _ id: String, to file: URL, limit: Int,
        progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void = { _, _ in }
    ) async throws(DirectusError) -> DirectusFile {
        guard var row = try await self.file(id) else {
            throw DirectusError(
                .forbidden, status: 403, message: "There is no file \(id), or the token may not read it")
        }
        if let size = row.filesize, size > limit { throw Download.tooLarge(limit) }
        let path = try Path.of("assets", id)
        let expected = row.filesize
        let received = try await LocalFile.writing(file) { handle in
            let target = Download.Target(handle: handle, limit: limit, expected: expected, progress: progress)
            return try await self.download(path, to: target)
        }
        row.filesize = received
        return row
    }

    private func download(_ path: String, to target: Download.Target) async throws(DirectusError) -> Int {
        var state = Download()
        var attempt = 1
        while true {
            let before = state.received
            do {
                try await receive(path, &state, target)
                return state.received
            } catch {
                if state.received - before >= Int(LocalFile.chunk) { attempt = 1 }
                logger.debug(
                    "a download broke",
                    metadata: [
                        "path": "\(path)", "attempt": "\(attempt)", "received": "\(state.received)",
                        "code": "\(error.error.code.rawValue)",
                    ])
                guard
                    let pause = configuration.retries.pause(
                        after: error.error, attempt: attempt, safety: .repeatable, wasSent: error.wasSent,
                        chance: .random(in: 0...1))
                else { throw error.error }
                try await Self.sleep(pause)
                attempt += 1
            }
        }
    }

    private func receive(
        _ path: String, _ state: inout Download, _ target: Download.Target
    ) async throws(FailedAttempt) {
        var call = Call.get(path)
        call.timeout = Self.transferTimeout
        call.headers = [("Accept", "*/*")]
        let start = state.resumption
        if start > 0 { call.headers.append(("Range", "bytes=\(start)-")) }
        let response: HTTPClientResponse
        do {
            response = try await self.start(call)
        } catch {
            guard start > 0, error.error.status == 416 else { throw error }
            // Shorter than what we have: another file by now.
            state = Download()
            return try await receive(path, &state, target)
        }
        guard state.accept(status: Int(response.status.code), headers: response.headers, askedFor: start) else {
            state = Download()
            return try await receive(path, &state, target)
        }
        if let total = state.total {
            guard total <= target.limit else {
                throw FailedAttempt(error: Download.tooLarge(target.limit), wasSent: true)
            }
            if let expected = target.expected, total != expected {
                throw FailedAttempt(error: Download.mismatch(total, expected), wasSent: true)
            }
        }
        do {
            for try await part in response.body {
                guard state.received + part.readableBytes <= target.limit else { throw Download.tooLarge(target.limit) }
                try await LocalFile.write(part, to: target.handle, at: Int64(state.received))
                state.received += part.readableBytes
                target.progress(state.received, state.total ?? target.expected)
            }
            if Task.isCancelled { throw CancellationError() }
        } catch {
            throw Self.failure(error)
        }
        try state.finish(expected: target.expected)
    }
}
