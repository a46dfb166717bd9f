import NIOCore

/// One call of a script, keys and arguments in the order of its contract, encoded as it is built.
struct ScriptCall {
    let script: Script
    private(set) var command: RedisCommand

    /// - Parameter arguments: how many arguments follow the keys.
    init(_ script: Script, digest: String, arguments: Int, capacity: Int = 1024) {
        self.script = script
        command = RedisCommand(argumentCount: 3 + script.keyCount + arguments, capacity: capacity)
        command.append("EVALSHA")
        command.append(digest)
        command.append(script.keyCount)
    }

    /// The same call with the whole text: works on a server that has never seen the script.
    init(text script: Script, arguments: Int, capacity: Int = 16 << 10) {
        self.script = script
        command = RedisCommand(argumentCount: 3 + script.keyCount + arguments, capacity: capacity)
        command.append("EVAL")
        command.append(script.source)
        command.append(script.keyCount)
    }

    /// A call whose first part is already encoded.
    init(_ script: Script, head: ByteBuffer, capacity: Int) {
        self.script = script
        command = RedisCommand(head: head, capacity: capacity)
    }

    mutating func key(_ key: String) { command.append(key) }

    mutating func keys(_ keys: String...) {
        for key in keys { command.append(key) }
    }

    mutating func argument(_ text: String) { command.append(text) }
    mutating func argument(_ number: Int64) { command.append(number) }
    mutating func argument(_ bytes: [UInt8]) { command.append(bytes) }
    mutating func argument(flag: Bool) { command.append(flag ? "1" : "0") }
}
