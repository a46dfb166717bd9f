/// An error reply that says that a command was not executed here, and what would help.
enum Redirection: Sendable, Equatable {
    /// Another node serves the slot for good. The host is empty if it is that of the node that answered.
    case moved(HashSlot, host: String, port: Int)
    /// This server no longer takes writes: another one does.
    case demoted
    /// The slot is on its way to another node, or the cluster is being put in order.
    case unsettled

    init?(_ error: RESPErrorReply) {
        switch error.code {
        case "MOVED":
            let words = error.message.split(separator: " ")
            guard words.count >= 3, let slot = Int(words[1]).flatMap(HashSlot.init(number:)),
                let colon = words[2].lastIndex(of: ":"), let port = Int(words[2][words[2].index(after: colon)...])
            else { return nil }
            self = .moved(slot, host: String(words[2][..<colon]), port: port)
        case "READONLY": self = .demoted
        case "ASK", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN": self = .unsettled
        default: return nil
        }
    }

    /// The redirection of a unit of which nothing was executed: a pipeline each command of which was redirected, or a transaction
    /// that was aborted because of one. Nil if anything may have been executed.
    init?(unit replies: [RESPValue]) {
        var first: Redirection?
        var isUntouched = true
        for reply in replies {
            if case .error(let error) = reply, let redirection = Redirection(error) {
                first = first ?? redirection
            } else {
                isUntouched = false
            }
        }
        guard let first else { return nil }
        if !isUntouched {
            guard case .error(let last) = replies.last, last.code == "EXECABORT" else { return nil }
        }
        self = first
    }
}
