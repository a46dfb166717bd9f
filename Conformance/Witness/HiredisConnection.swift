// Owns a connected hiredis context, freed with its owner.

import CHiredis

/// A connection of hiredis; it blocks, and belongs to one thread at a time.
final class HiredisConnection {
    let context: UnsafeMutablePointer<redisContext>

    /// Connects.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/connection`` and hiredis' words.
    init(_ address: RedisWitness.Address) throws {
        let limit = timeval(tv_sec: 10, tv_usec: 0)
        let context =
            switch address {
            case .tcp(let host, let port): redisConnectWithTimeout(host, Int32(port), limit)
            case .unix(let path): redisConnectUnixWithTimeout(path, limit)
            }
        guard let context else { throw WitnessError(.connection, "hiredis has no memory for a connection") }
        self.context = context
        guard context.pointee.err == 0 else { throw WitnessError(.connection, "\(address): \(words)") }
    }

    deinit { redisFree(context) }

    /// hiredis' words for the error of the connection.
    var words: String {
        withUnsafePointer(to: &context.pointee.errstr) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 128) { String(cString: $0) }
        }
    }
}
