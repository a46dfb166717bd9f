// Owns the error-correcting code: a primitive binary BCH code of length 127 over GF(128), systematic, decoded algebraically.
// Code words and messages are integers; bit i is the coefficient of x^i, and the message is the upper part of a word.

/// A BCH code of length 127 that corrects `correctable` errors.
struct BCHCode: Sendable {
    static let length = 127
    /// How many wrong bits are corrected for certain.
    let correctable: Int
    /// How many bits a message has.
    let messageLength: Int
    private let generator: UInt128
    private let field = GaloisField128()

    init(correctable: Int) {
        self.correctable = correctable
        var roots = Set<Int>()
        for exponent in stride(from: 1, to: 2 * correctable, by: 2) {
            var conjugate = exponent
            while roots.insert(conjugate).inserted { conjugate = conjugate * 2 % Self.length }
        }
        // The product of (x + α^r) over all roots has coefficients 0 and 1 alone.
        var product = [1]
        for root in roots {
            var next = [0] + product
            for (degree, coefficient) in product.enumerated() {
                next[degree] ^= field.multiply(coefficient, field.power(root))
            }
            product = next
        }
        generator = product.enumerated().reduce(0) { $0 | UInt128($1.element) << UInt128($1.offset) }
        messageLength = Self.length - roots.count
    }

    /// The code word that carries a message in its upper bits.
    func encode(_ message: UInt128) -> UInt128 {
        let checkLength = Self.length - messageLength
        let shifted = message << UInt128(checkLength)
        var remainder = shifted
        for degree in stride(from: Self.length - 1, through: checkLength, by: -1)
        where remainder >> UInt128(degree) & 1 == 1 {
            remainder ^= generator << UInt128(degree - checkLength)
        }
        return shifted | remainder
    }

    /// The message of a code word.
    func message(of word: UInt128) -> UInt128 {
        word >> UInt128(Self.length - messageLength)
    }

    /// The code word within `correctable` bits of what was received, or nil if there is none.
    func correct(_ received: UInt128) -> UInt128? {
        let syndromes = (1...2 * correctable).map { exponent in
            var value = 0
            var rest = received
            while rest != 0 {
                let bit = rest.trailingZeroBitCount
                value ^= field.power(bit * exponent)
                rest &= rest - 1
            }
            return value
        }
        if syndromes.allSatisfy({ $0 == 0 }) { return received }
        let locator = errorLocator(syndromes)
        let errors = locator.count - 1
        guard errors <= correctable else { return nil }
        var corrected = received
        var found = 0
        for position in 0..<Self.length {
            // A root at α^-position marks a wrong bit there.
            var value = 0
            for (degree, coefficient) in locator.enumerated() {
                value ^= field.multiply(coefficient, field.power((Self.length - position) * degree))
            }
            if value == 0 {
                corrected ^= 1 << UInt128(position)
                found += 1
            }
        }
        return found == errors ? corrected : nil
    }

    /// Berlekamp and Massey's shortest recurrence that makes the syndromes.
    private func errorLocator(_ syndromes: [Int]) -> [Int] {
        var current = [1]
        var previous = [1]
        var length = 0
        var gap = 1
        var previousDiscrepancy = 1
        for step in syndromes.indices {
            var discrepancy = syndromes[step]
            for degree in 1..<max(1, min(current.count, step + 1)) {
                discrepancy ^= field.multiply(current[degree], syndromes[step - degree])
            }
            guard discrepancy != 0 else {
                gap += 1
                continue
            }
            let scale = field.divide(discrepancy, previousDiscrepancy)
            var next = current
            next += Array(repeating: 0, count: max(0, previous.count + gap - next.count))
            for (degree, coefficient) in previous.enumerated() {
                next[degree + gap] ^= field.multiply(scale, coefficient)
            }
            if 2 * length <= step {
                length = step + 1 - length
                (previous, previousDiscrepancy, gap) = (current, discrepancy, 1)
            } else {
                gap += 1
            }
            current = next
        }
        while current.count > 1, current.last == 0 { current.removeLast() }
        return current
    }
}

/// GF(2^7) with the primitive polynomial x^7 + x^3 + 1.
private struct GaloisField128: Sendable {
    private let powers: [Int]
    private let logarithms: [Int]

    init() {
        var powers = [1]
        for _ in 1..<BCHCode.length {
            let doubled = powers[powers.count - 1] << 1
            powers.append(doubled & 128 == 0 ? doubled : doubled ^ 0b1000_1001)
        }
        var logarithms = [Int](repeating: 0, count: 128)
        for (exponent, value) in powers.enumerated() { logarithms[value] = exponent }
        self.powers = powers
        self.logarithms = logarithms
    }

    func power(_ exponent: Int) -> Int { powers[exponent % BCHCode.length] }

    func multiply(_ left: Int, _ right: Int) -> Int {
        left == 0 || right == 0 ? 0 : power(logarithms[left] + logarithms[right])
    }

    func divide(_ left: Int, _ right: Int) -> Int {
        left == 0 ? 0 : power(logarithms[left] + BCHCode.length - logarithms[right])
    }
}
