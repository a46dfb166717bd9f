// Owns a connection to Redis through hiredis, independent of the client under test.
// Rule: hiredis contexts are single-threaded and block, so each witness is an actor on a thread of its own and never
// holds up the threads that run the tests.

import CHiredis
import Dispatch

/// Drives and observes Redis through hiredis.
public actor RedisWitness {
    /// Where Redis is.
    public enum Address: Hashable, Sendable {
        /// A TCP port on a host.
        case tcp(host: String, port: Int)
        /// A Unix socket.
        case unix(path: String)
    }

    /// A serial queue as the actor's executor.
    private final class Executor: SerialExecutor {
        private let queue = DispatchQueue(label: "redis-witness")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private let executor = Executor()
    private let connection: HiredisConnection

    /// Runs on the witness's own queue, where blocking is harmless.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/connection`` and hiredis' words.
    public init(_ address: Address) throws { connection = try HiredisConnection(address) }

    /// Sends one command and returns its reply, an error reply included.
    ///
    /// - Parameter arguments: The command's name and arguments, as bytes.
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/connection`` when the connection is broken.
    public func reply(to arguments: [Bytes]) throws -> WitnessReply {
        let lengths = arguments.map(\.storage.count)
        let joined = arguments.flatMap(\.storage)
        let reply = joined.withUnsafeBytes { buffer in
            // hiredis does not accept a null pointer for an empty argument.
            let empty = UnsafePointer<CChar>(bitPattern: 1)
            var start = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { start += length }
                return buffer.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self) ?? empty
            }
            return redisCommandArgv(connection.context, Int32(arguments.count), &pointers, lengths)
        }
        guard let reply else { throw WitnessError(.connection, connection.words) }
        defer { freeReplyObject(reply) }
        return WitnessReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    /// Sends one command and returns its reply.
    ///
    /// - Throws: ``WitnessError`` for a broken connection and for an error reply.
    @discardableResult
    public func run(_ arguments: [Bytes]) throws -> WitnessReply {
        let reply = try reply(to: arguments)
        if case .error(let text) = reply {
            throw WitnessError(.errorReply, "\(arguments.first?.text ?? "") was answered by: \(text)")
        }
        return reply
    }

    /// Sends one command and returns its reply.
    ///
    /// - Throws: ``WitnessError`` for a broken connection and for an error reply.
    @discardableResult
    public func run(_ arguments: Bytes...) throws -> WitnessReply { try run(arguments) }

    /// A section of `INFO` as its fields.
    public func info(_ section: String) throws -> [String: String] {
        let text = try run("INFO", Bytes(section)).text ?? ""
        let fields = text.split(whereSeparator: \.isNewline).compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(fields) { _, last in last }
    }
}
