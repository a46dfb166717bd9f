// Owns making a failing sequence small: first steps go, then parts of arguments, as long as something still differs.

import Witness

/// Shrinks failing sequences.
struct Shrinker {
    /// Whether the sides still differ after these steps.
    let fails: ([Step]) throws -> Bool
    /// How many more trials are allowed.
    private var budget: Int

    /// A shrinker.
    ///
    /// - Parameters:
    ///   - budget: The most trials. Default: 3000.
    ///   - fails: Whether the sides still differ after some steps.
    init(budget: Int = 3000, fails: @escaping ([Step]) throws -> Bool) {
        self.budget = budget
        self.fails = fails
    }

    /// The smallest failing sequence found.
    mutating func shrink(_ steps: [Step]) throws -> [Step] {
        var best = steps
        var count = Int.max
        while best.count < count {
            count = best.count
            best = try dropSteps(best)
        }
        return try simplifyArguments(best)
    }

    private mutating func stillFails(_ steps: [Step]) throws -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        return try fails(steps)
    }

    /// Drops runs of steps, long ones first.
    private mutating func dropSteps(_ steps: [Step]) throws -> [Step] {
        var best = steps
        var length = max(best.count / 2, 1)
        while true {
            var start = 0
            while start < best.count {
                var shorter = best
                shorter.removeSubrange(start..<min(start + length, best.count))
                if try !shorter.isEmpty && stillFails(shorter) {
                    best = shorter
                } else {
                    start += length
                }
            }
            if length == 1 { return best }
            length /= 2
        }
    }

    private mutating func simplifyArguments(_ steps: [Step]) throws -> [Step] {
        var best = steps
        for index in best.indices {
            guard case .call(var call) = best[index] else { continue }
            for position in call.arguments.indices {
                guard case .packed(let value) = call.arguments[position] else { continue }
                var current = value
                var isSmaller = true
                while isSmaller {
                    isSmaller = false
                    for simpler in Self.simpler(current) {
                        var changed = call
                        changed.arguments[position] = .packed(simpler)
                        var candidate = best
                        candidate[index] = .call(changed)
                        if try stillFails(candidate) {
                            (best, call, current, isSmaller) = (candidate, changed, simpler, true)
                            break
                        }
                    }
                }
            }
        }
        return best
    }

    /// The value with one entry fewer, at any depth.
    static func simpler(_ value: MessagePack) -> [MessagePack] {
        switch value {
        case .map(let entries):
            return entries.indices.flatMap { index -> [MessagePack] in
                var without = entries
                without.remove(at: index)
                let inside = simpler(entries[index].value).map { inner -> MessagePack in
                    var changed = entries
                    changed[index].value = inner
                    return .map(changed)
                }
                return [.map(without)] + inside
            }
        case .array(let elements):
            return elements.indices.flatMap { index in
                simpler(elements[index]).map { inner -> MessagePack in
                    var changed = elements
                    changed[index] = inner
                    return .array(changed)
                }
            }
        default:
            return []
        }
    }
}
