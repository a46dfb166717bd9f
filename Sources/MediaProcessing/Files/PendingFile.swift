// A file that a library writes piece by piece, and that appears complete or not at all.

package import FoundationEssentials
import Glibc

/// A temporary file beside its final place; gone unless ``commit()`` is reached.
package final class PendingFile {
    let target: URL
    let descriptor: Int32
    private let temporary: String
    private var isCommitted = false

    package init(target: URL) throws {
        self.target = target
        let folder = target.deletingLastPathComponent().path
        temporary = "\(folder)/.\(target.lastPathComponent).\(UInt64.random(in: 0 ... .max)).part"
        descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw Self.failure("be created") }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// Where the bytes are until they are committed.
    var temporaryPlace: URL { URL(fileURLWithPath: temporary) }

    /// Bytes written so far.
    var size: Int {
        get throws {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.failure("be measured") }
            return Int(status.st_size)
        }
    }

    /// Appends bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("be written") }
            rest = rest.dropFirst(count)
        }
    }

    /// Fills the file with the bytes of another one.
    func copyContents(of source: URL) throws {
        let input = open(source.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard input >= 0 else {
            throw MediaError(.unreadableInput, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(input) }
        var writeBack = EarlyWriteBack()
        var written: Int64 = 0
        while true {
            let count = sendfile(descriptor, input, nil, 8 << 20)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("be written") }
            if count == 0 { return }
            written += Int64(count)
            writeBack.advance(to: written, in: descriptor)
        }
    }

    /// Flushes to the device and gives the file its name.
    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure("be flushed") }
        guard rename(temporary, target.path) == 0 else { throw Self.failure("be renamed") }
        isCommitted = true
        let directory = open(target.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Self.failure("be flushed") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw Self.failure("be flushed") }
    }

    private static func failure(_ verb: String) -> MediaError {
        MediaError(.unwritableOutput, "The result cannot \(verb): \(String(cString: strerror(errno)))")
    }
}
