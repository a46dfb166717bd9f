// Owns chance that can be repeated: SplitMix64, and the choices that generators make with it.

/// A seeded generator of random numbers; the same seed gives the same numbers everywhere.
public struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator from a seed.
    public init(seed: UInt64) { state = seed }

    /// The generator of one of many sequences of a seed.
    public init(seed: UInt64, sequence: Int) {
        var mixer = SplitMix(seed: seed)
        self.init(seed: mixer.next() ^ (UInt64(sequence) &* 0xd6e8_feb8_6659_fd93))
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True in this many of a hundred cases.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of these.
    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }
}
