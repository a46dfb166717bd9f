// How far a download has come. Owns the rules of resuming (Directus, section 11); no socket, no file.

import NIOHTTP1
import _NIOFileSystem

struct Download {
    /// Where to and how much.
    struct Target: Sendable {
        let handle: WriteFileHandle
        let limit: Int
        /// What the file's row says.
        let expected: Int?
        let progress: @Sendable (Int, Int?) -> Void
    }

    /// Bytes from the start that are written.
    var received = 0
    /// The whole length, if a header told it.
    private(set) var total: Int?
    /// What the file looked like when it was begun.
    private var validator: String?

    /// Where to go on. Directus refuses a range of one byte, so the last two are fetched together.
    var resumption: Int {
        guard let total else { return 0 }
        return max(0, min(received, total - 2))
    }

    /// Takes the head of an answer; false if what we have is no part of this file, so that it must be begun anew.
    mutating func accept(status: Int, headers: HTTPHeaders, askedFor start: Int) -> Bool {
        let validator = (headers.first(name: "ETag") ?? "") + "|" + (headers.first(name: "Last-Modified") ?? "")
        if status == 206, start > 0 {
            guard validator == self.validator,
                let range = headers.first(name: "Content-Range").flatMap(Self.range), range.first == start,
                range.total == total
            else { return false }
            received = start
            return true
        }
        // The whole file, whatever was asked for.
        received = 0
        total = headers.first(name: "Content-Length").flatMap { Int($0) }
        self.validator = validator
        return true
    }

    /// Checks the length at the end of an answer.
    func finish(expected: Int?) throws(FailedAttempt) {
        if let total, received < total {
            throw FailedAttempt(
                error: DirectusError(.unreachable, message: "The file ended after \(received) of \(total) bytes"),
                wasSent: true)
        }
        if let expected, received != expected {
            throw FailedAttempt(error: Self.mismatch(received, expected), wasSent: true)
        }
    }

    /// `bytes 5-9/10`.
    static func range(_ text: String) -> (first: Int, total: Int)? {
        let parts = text.split { " -/".contains($0) }
        guard parts.count == 4, parts[0].lowercased() == "bytes", let first = Int(parts[1]), let total = Int(parts[3])
        else { return nil }
        return (first, total)
    }

    static func tooLarge(_ limit: Int) -> DirectusError {
        DirectusError(.contentTooLarge, message: "The file is larger than \(limit) bytes")
    }

    static func mismatch(_ found: Int, _ expected: Int) -> DirectusError {
        DirectusError(
            .sizeMismatch, message: "The file has \(found) bytes, and its row in Directus says \(expected)")
    }
}
