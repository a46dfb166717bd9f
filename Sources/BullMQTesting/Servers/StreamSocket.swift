// Owns a blocking Unix socket: just enough to ask a server of ours whether it answers, with no client under test.

import Foundation

/// A connected, blocking stream socket with a receive deadline.
struct StreamSocket: ~Copyable {
    #if canImport(Glibc)
        static var type: UInt32 { SOCK_STREAM.rawValue }
    #else
        static var type: Int32 { SOCK_STREAM }
    #endif

    private let descriptor: Int32

    /// Connects to the Unix socket at `path`.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(Self.type), 0)
        guard descriptor >= 0 else { throw Self.failure("no socket for \(path)") }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else {
            throw TestKitError(
                .socketFailed, "the socket path \(path) exceeds \(capacity - 1) bytes; set TMPDIR to a shorter folder")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Self.failure("cannot connect to \(path)") }
    }

    deinit { close(descriptor) }

    /// Sends all of `text`.
    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard sent > 0 else { throw Self.failure("cannot send") }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Receives up to and including the next line feed; without the line end.
    func receiveLine() throws -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard read(descriptor, &byte, 1) == 1 else { throw Self.failure("no answer") }
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func failure(_ what: String) -> TestKitError {
        TestKitError(.socketFailed, "\(what): \(String(cString: strerror(errno)))")
    }
}
