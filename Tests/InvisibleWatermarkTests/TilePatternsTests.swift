import Testing

@testable import InvisibleWatermark

@Suite("Tile patterns")
struct TilePatternsTests {
    private static let key = try? WatermarkKey(secret: TestPictures.secret)

    @Test("Patterns are orthonormal, so a combination gives back its weights")
    func orthonormal() throws {
        let patterns = try #require(Self.key).patterns
        var weights = [Float](repeating: 0, count: TilePatterns.count)
        weights[0] = 1
        weights[5] = -2
        weights[127] = 0.5
        let correlations = patterns.correlations(with: patterns.combination(weights))
        for (found, expected) in zip(correlations, weights) { #expect(abs(found - expected) < 1e-3) }
    }

    @Test("A signal has mean square 1, no mean, and gives back its coefficients")
    func signal() throws {
        let patterns = try #require(Self.key).patterns
        let transform = FourierTransform(side: TilePatterns.side)
        var weights = [Float](repeating: 0, count: TilePatterns.count)
        weights[7] = 1
        let vector = patterns.combination(weights)
        let signal = patterns.signal(of: vector, transform: transform)
        let energy = signal.reduce(0) { $0 + $1 * $1 } / Float(signal.count)
        #expect(abs(energy - 1) < 1e-3)
        #expect(abs(signal.reduce(0, +)) < 0.1)
        let found = patterns.coefficients(of: signal, transform: transform)
        #expect(zip(found, vector).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test("One secret makes one set of patterns, and another secret another")
    func determinism() throws {
        let first = try #require(Self.key)
        let second = try WatermarkKey(secret: TestPictures.secret)
        let other = try WatermarkKey(secret: Array("another secret, long enough".utf8))
        #expect(first.patterns.coefficients == second.patterns.coefficients)
        #expect(first.patterns.coefficients != other.patterns.coefficients)
        #expect(first.payloads.signs(of: 9) == second.payloads.signs(of: 9))
        #expect(first.payloads.signs(of: 9) != other.payloads.signs(of: 9))
    }

    @Test("A short secret is refused")
    func shortSecret() {
        #expect(throws: WatermarkError.self) { try WatermarkKey(secret: Array("too short".utf8)) }
    }
}
