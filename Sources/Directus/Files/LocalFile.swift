// Local files, read and written in pieces without blocking a thread of the pool that runs tasks.

import FoundationEssentials
import NIOCore
import _NIOFileSystem

enum LocalFile {
    /// Bytes of a file that are held at once.
    static let chunk: Int64 = 256 << 10

    /// Opens a file to read.
    static func reading<Result: Sendable>(
        _ file: URL, _ body: @Sendable (ReadFileHandle, _ size: Int64) async throws -> Result
    ) async throws(DirectusError) -> Result {
        do {
            return try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(file.path)) { handle in
                try await body(handle, try await handle.info().size)
            }
        } catch {
            throw translated(error, "The file cannot be read")
        }
    }

    /// Makes or replaces a file. It appears when `body` has succeeded: half a file would look like a whole one.
    static func writing<Result: Sendable>(
        _ file: URL, _ body: @Sendable (WriteFileHandle) async throws -> Result
    ) async throws(DirectusError) -> Result {
        do {
            return try await FileSystem.shared.withFileHandle(
                forWritingAt: FilePath(file.path), options: .newFile(replaceExisting: true), execute: body)
        } catch {
            throw translated(error, "The file cannot be written")
        }
    }

    /// Writes a piece.
    static func write(_ part: ByteBuffer, to file: WriteFileHandle, at offset: Int64) async throws(DirectusError) {
        do {
            try await file.write(contentsOf: part, toAbsoluteOffset: offset)
        } catch {
            throw translated(error, "The file cannot be written")
        }
    }

    private static func translated(_ error: any Error, _ text: String) -> DirectusError {
        switch error {
        case let error as DirectusError: error
        case is CancellationError: DirectusError(.cancelled, message: "The transfer was cancelled")
        case let error as FileSystemError: DirectusError(.fileSystem, message: "\(text): \(error.message)")
        default: DirectusError(.fileSystem, message: "\(text): \(type(of: error))")
        }
    }
}
