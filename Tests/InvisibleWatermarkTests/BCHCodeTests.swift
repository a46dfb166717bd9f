import Testing

@testable import InvisibleWatermark

@Suite("BCH code")
struct BCHCodeTests {
    @Test("The dimensions are those of the tables", arguments: [(10, 64), (6, 85), (1, 120)])
    func dimensions(correctable: Int, messageLength: Int) {
        #expect(BCHCode(correctable: correctable).messageLength == messageLength)
    }

    @Test("As many errors as promised are corrected, wherever they are", arguments: [6, 10])
    func corrects(correctable: Int) {
        let code = BCHCode(correctable: correctable)
        var generator = SeededGenerator(state: 1)
        for _ in 0..<20 {
            let word = code.encode(randomMessage(code, &generator))
            for errors in 0...correctable {
                #expect(code.correct(word ^ randomErrors(errors, &generator)) == word)
            }
        }
    }

    @Test("One error more is never taken for the original, and mostly refused")
    func refusesMore() {
        let code = BCHCode(correctable: 10)
        var generator = SeededGenerator(state: 2)
        var refused = 0
        for _ in 0..<50 {
            let word = code.encode(randomMessage(code, &generator))
            let corrected = code.correct(word ^ randomErrors(11, &generator))
            #expect(corrected != word)
            if corrected == nil { refused += 1 }
        }
        #expect(refused > 45)
    }

    @Test("A message is read from the word that carries it")
    func systematic() {
        let code = BCHCode(correctable: 6)
        let message: UInt128 = 0x1234_5678_9ABC_DEF0_1234 & (1 << 85 - 1)
        #expect(code.message(of: code.encode(message)) == message)
    }

    @Test("Soft decisions correct three times the errors when the wrong bits are the uncertain ones")
    func softDecision() {
        let code = BCHCode(correctable: 6)
        let decoder = OrderedStatisticsDecoder(code: code)
        var generator = SeededGenerator(state: 3)
        for _ in 0..<5 {
            let word = code.encode(randomMessage(code, &generator))
            let errors = randomErrors(18, &generator)
            let soft = (0..<BCHCode.length).map { position -> Float in
                let sign: Float = word >> UInt128(position) & 1 == 1 ? -1 : 1
                let size = 0.2 + Float(generator.next() % 100) / 100
                return errors >> UInt128(position) & 1 == 1 ? -sign * size * 0.3 : sign * (size + 0.3)
            }
            #expect(code.correct(word ^ errors) != word)
            #expect(decoder.decode(soft) == word)
        }
    }

    private func randomMessage(_ code: BCHCode, _ generator: inout SeededGenerator) -> UInt128 {
        (UInt128(generator.next()) << 64 | UInt128(generator.next())) & (1 << UInt128(code.messageLength) - 1)
    }

    private func randomErrors(_ count: Int, _ generator: inout SeededGenerator) -> UInt128 {
        var errors: UInt128 = 0
        while errors.nonzeroBitCount < count { errors |= 1 << UInt128(generator.next() % 127) }
        return errors
    }
}

@Suite("Payload")
struct PayloadTests {
    private let payloads = PayloadCode(checksum: KeyedHash(key: [1]))

    @Test("Every payload comes back", arguments: [0, 1, 0xFEDC_BA98_7654_3210, UInt64.max])
    func roundTrip(payload: UInt64) {
        let decoded = payloads.decode(payloads.signs(of: payload))
        #expect(decoded?.payload == payload)
        #expect(decoded?.wrongBits == 0)
    }

    @Test("Noise does not pass the checksum, nor does a word of another key")
    func checksum() {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<20 {
            #expect(payloads.decode((0..<127).map { _ in generator.nextSigned() }) == nil)
        }
        let other = PayloadCode(checksum: KeyedHash(key: [2]))
        #expect(payloads.decode(other.signs(of: 5)) == nil)
    }
}
