// Owns the vocabulary of network faults.

/// What the network between a client and Redis is doing wrong.
public enum NetworkFault: Hashable, Sendable {
    /// The way bytes travel.
    public enum Direction: Hashable, Sendable {
        /// Commands, from the client to the server.
        case commands
        /// Replies, from the server to the client.
        case replies
    }

    /// Nothing: bytes pass at once.
    case none
    /// Bytes wait where they are, in both directions, and none is lost: a congested link.
    case paused
    /// Bytes arrive this much later, in order.
    case delayed(Duration)
    /// Bytes and closes vanish in both directions while the connections seem open: an unplugged cable.
    case blackHole
    /// After so many more bytes in this direction, counted for each connection, the connection is reset.
    case cut(after: Int, of: Direction)
    /// New connections are reset at once; existing ones go on.
    case refusing
}
