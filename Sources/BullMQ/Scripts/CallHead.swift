import NIOCore
import Synchronization

/// The part of a script call that is the same every time, encoded once: digest, number of keys, and the leading keys.
final class CallHead: Sendable {
    let script: Script
    let argumentCount: Int
    private let keys: [String]
    private let encoded = Mutex<ByteBuffer?>(nil)

    /// - Parameters:
    ///   - keys: all keys, or the leading ones; the others are appended by each call.
    ///   - arguments: how many arguments follow the keys.
    ///   - mode: which variant of the script is called.
    init(_ script: Script, keys: [String], arguments: Int, for mode: PauseMode) {
        self.script = script.variant(for: mode)
        self.keys = keys
        argumentCount = arguments
    }

    /// A call that begins with this head; nil as long as no server has told the script's digest.
    func begin(capacity: Int) -> ScriptCall? {
        let head = encoded.withLock { encoded -> ByteBuffer? in
            if let encoded { return encoded }
            guard let digest = script.digest else { return nil }
            var call = ScriptCall(script, digest: digest, arguments: argumentCount)
            for key in keys { call.key(key) }
            encoded = call.command.encoded
            return encoded
        }
        return head.map { ScriptCall(script, head: $0, capacity: capacity) }
    }

    /// The same with the whole text of the script: works on a server that has never seen it.
    func beginWithText(capacity: Int) -> ScriptCall {
        var call = ScriptCall(text: script, arguments: argumentCount, capacity: capacity)
        for key in keys { call.key(key) }
        return call
    }
}
