// How the libraries reach files: through callbacks on descriptors that were opened here, never by name (media.md §20).

import CFFmpeg
import FoundationEssentials
import Glibc

/// A place in one open file; what the libraries call an I/O context.
class FileAccess {
    fileprivate let descriptor: Int32
    fileprivate var position: Int64 = 0
    /// Length of the file in bytes.
    fileprivate(set) var size: Int64
    private let isWritten: Bool
    private var owned: UnsafeMutablePointer<AVIOContext>?

    private static let bufferSize: Int32 = 1 << 18

    fileprivate init(descriptor: Int32, size: Int64, isWritten: Bool) {
        self.descriptor = descriptor
        self.size = size
        self.isWritten = isWritten
    }

    deinit {
        guard let context = owned else { return }
        av_freep(&context.pointee.buffer)
        avio_context_free(&owned)
    }

    /// The context to hand to the libraries; valid as long as this object.
    func context() throws -> UnsafeMutablePointer<AVIOContext> {
        if let owned { return owned }
        let buffer = av_malloc(Int(Self.bufferSize))?.assumingMemoryBound(to: UInt8.self)
        let context = avio_alloc_context(
            buffer, Self.bufferSize, isWritten ? 1 : 0, Unmanaged.passUnretained(self).toOpaque(),
            isWritten ? nil : readBytes, isWritten ? writeBytes : nil, moveTo)
        guard let context else {
            av_free(buffer)
            throw MediaError(.processingFailed, "Out of memory")
        }
        owned = context
        return context
    }

    fileprivate func seek(to offset: Int64, _ origin: Int32) -> Int64 {
        if origin & AVSEEK_SIZE != 0 { return size }
        let base: Int64 =
            switch origin & 3 {
            case SEEK_CUR: position
            case SEEK_END: size
            default: 0
            }
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0 else { return Int64(cffmpeg_error_invalid_argument) }
        position = target
        return target
    }
}

/// Reading of one open file.
final class FileReader: FileAccess {
    private let work: Work?

    /// Opens a regular file.
    init(_ file: URL, work: Work?) throws {
        // Non-blocking, so that a named pipe is found out instead of waited for.
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MediaError(.unreadableInput, "The input cannot be opened: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MediaError(.unreadableInput, "The input is not a regular file")
        }
        self.work = work
        super.init(descriptor: descriptor, size: Int64(status.st_size), isWritten: false)
    }

    /// Reads again what is being written.
    init(_ file: PendingFile) throws {
        let size = try file.size
        let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw MediaError(.unwritableOutput, "The result cannot be read again: \(String(cString: strerror(errno)))")
        }
        work = nil
        super.init(descriptor: descriptor, size: Int64(size), isWritten: false)
    }

    deinit { close(descriptor) }

    fileprivate func read(into buffer: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
        if work?.shouldStop == true { return cffmpeg_error_exit }
        while true {
            let length = pread(descriptor, buffer, Int(count), Int(position))
            if length < 0, errno == EINTR { continue }
            if length < 0 { return cffmpeg_error(errno) }
            if length == 0 { return cffmpeg_error_eof }
            position += Int64(length)
            return Int32(length)
        }
    }
}

/// Writing of one open file.
final class FileWriter: FileAccess {
    /// Why the last write failed; the libraries may report something less clear.
    private(set) var failure: Int32?
    /// Whether what is written now is not moved later, so that it may go to the device at once.
    var isFinal = true
    private var writeBack = EarlyWriteBack()

    /// Writes to a descriptor that stays the caller's.
    init(descriptor: Int32) { super.init(descriptor: descriptor, size: 0, isWritten: true) }

    fileprivate func write(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
        var written = 0
        while written < Int(count) {
            let length = pwrite(descriptor, bytes.map { $0 + written }, Int(count) - written, Int(position))
            if length < 0, errno == EINTR { continue }
            guard length > 0 else {
                failure = errno
                return cffmpeg_error(errno)
            }
            written += length
            position += Int64(length)
        }
        size = max(size, position)
        if isFinal { writeBack.advance(to: position, in: descriptor) }
        return count
    }
}

private func readBytes(
    _ owner: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int32
) -> Int32 {
    guard let owner else { return cffmpeg_error_invalid_argument }
    return Unmanaged<FileReader>.fromOpaque(owner).takeUnretainedValue().read(into: buffer, count)
}

private func writeBytes(
    _ owner: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32
) -> Int32 {
    guard let owner else { return cffmpeg_error_invalid_argument }
    return Unmanaged<FileWriter>.fromOpaque(owner).takeUnretainedValue().write(bytes, count)
}

private func moveTo(_ owner: UnsafeMutableRawPointer?, _ offset: Int64, _ origin: Int32) -> Int64 {
    guard let owner else { return Int64(cffmpeg_error_invalid_argument) }
    return Unmanaged<FileAccess>.fromOpaque(owner).takeUnretainedValue().seek(to: offset, origin)
}
