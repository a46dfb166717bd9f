// The arithmetic of every fit rule, without pictures.

import Testing

@testable import MediaProcessing

@Suite struct ResizePlanTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var input: (Int, Int)
        var box: (Int?, Int?)
        var fit: FitRule
        var enlarge = false
        var noReduction = false
        var expected: (Int, Int)
        var testDescription: String {
            let (width, height) = (box.0.map(String.init) ?? "-", box.1.map(String.init) ?? "-")
            return "\(input.0)x\(input.1) \(fit) \(width)x\(height) enlarge \(enlarge) noReduction \(noReduction)"
        }
    }

    static let table: [Case] = [
        // Down: 400×200 into 100×100.
        Case(input: (400, 200), box: (100, 100), fit: .cover, expected: (100, 100)),
        Case(input: (400, 200), box: (100, 100), fit: .contain, expected: (100, 100)),
        Case(input: (400, 200), box: (100, 100), fit: .fill, expected: (100, 100)),
        Case(input: (400, 200), box: (100, 100), fit: .inside, expected: (100, 50)),
        Case(input: (400, 200), box: (100, 100), fit: .outside, expected: (200, 100)),
        // Up is refused by default, for each rule in its own way.
        Case(input: (40, 20), box: (100, 100), fit: .cover, expected: (40, 20)),
        Case(input: (400, 20), box: (100, 100), fit: .cover, expected: (100, 20)),
        Case(input: (40, 20), box: (100, 100), fit: .contain, expected: (100, 100)),
        Case(input: (40, 20), box: (100, 100), fit: .fill, expected: (40, 20)),
        Case(input: (400, 20), box: (100, 100), fit: .fill, expected: (100, 20)),
        Case(input: (40, 20), box: (100, 100), fit: .inside, expected: (40, 20)),
        Case(input: (40, 20), box: (100, 100), fit: .outside, expected: (40, 20)),
        // Up when asked for.
        Case(input: (40, 20), box: (100, 100), fit: .cover, enlarge: true, expected: (100, 100)),
        Case(input: (40, 20), box: (100, 100), fit: .contain, enlarge: true, expected: (100, 100)),
        Case(input: (40, 20), box: (100, 100), fit: .fill, enlarge: true, expected: (100, 100)),
        Case(input: (40, 20), box: (100, 100), fit: .inside, enlarge: true, expected: (100, 50)),
        Case(input: (40, 20), box: (100, 100), fit: .outside, enlarge: true, expected: (200, 100)),
        // Not down.
        Case(input: (400, 200), box: (100, 100), fit: .cover, noReduction: true, expected: (100, 100)),
        Case(input: (400, 200), box: (100, 100), fit: .inside, noReduction: true, expected: (400, 200)),
        Case(input: (400, 200), box: (100, 100), fit: .contain, noReduction: true, expected: (400, 200)),
        Case(input: (400, 200), box: (100, 100), fit: .fill, noReduction: true, expected: (400, 200)),
        // One side only: proportional, whatever the rule; half pixels round up; never less than one pixel.
        Case(input: (400, 200), box: (100, nil), fit: .cover, expected: (100, 50)),
        Case(input: (400, 200), box: (nil, 50), fit: .fill, expected: (100, 50)),
        Case(input: (400, 201), box: (100, nil), fit: .inside, expected: (100, 50)),
        Case(input: (400, 202), box: (100, nil), fit: .inside, expected: (100, 51)),
        Case(input: (4000, 1), box: (100, nil), fit: .inside, expected: (100, 1)),
        Case(input: (1, 4000), box: (nil, 100), fit: .outside, expected: (1, 100)),
        Case(input: (400, 200), box: (500, nil), fit: .cover, expected: (400, 200)),
        Case(input: (400, 200), box: (500, nil), fit: .cover, enlarge: true, expected: (500, 250)),
        // A strip: what lies between must not be gigantic.
        Case(input: (1, 10_000), box: (1000, 1000), fit: .cover, enlarge: true, expected: (1000, 1000)),
        Case(input: (10_000, 1), box: (300, 200), fit: .cover, enlarge: true, expected: (300, 200)),
        Case(input: (1, 1), box: (1, 1), fit: .cover, expected: (1, 1)),
    ]

    @Test("every fit rule gives the size the table says", arguments: table)
    func sizes(_ item: Case) {
        let plan = ResizePlan(
            input: PixelSize(width: item.input.0, height: item.input.1),
            request: ResizeRequest(
                width: item.box.0, height: item.box.1, fit: item.fit, withoutEnlargement: !item.enlarge,
                withoutReduction: item.noReduction))
        #expect(plan.canvas == PixelSize(width: item.expected.0, height: item.expected.1))
        #expect(plan.window.width <= plan.scaled.width && plan.window.height <= plan.scaled.height)
        #expect(plan.window.width <= plan.canvas.width && plan.window.height <= plan.canvas.height)
    }

    @Test func `covering a box with a thin strip cuts before it scales`() {
        let plan = ResizePlan(
            input: PixelSize(width: 1, height: 10_000),
            request: ResizeRequest(width: 1000, height: 1000, fit: .cover, withoutEnlargement: false))
        #expect(plan.precut == PixelSize(width: 1, height: 1))
        #expect(plan.scaled == PixelSize(width: 1000, height: 1000))
    }

    @Test func `positions divide the free space`() throws {
        let (inner, outer) = (PixelSize(width: 10, height: 10), PixelSize(width: 110, height: 60))
        for (text, x, y) in [
            ("center", 50, 25), ("north", 50, 0), ("southeast", 100, 50), ("west", 0, 25), ("10%,20%", 10, 10),
            ("0%, 100%", 0, 50),
        ] {
            let offset = try #require(ImagePosition(text)).offset(of: inner, in: outer)
            #expect(offset == (x, y), "\(text)")
        }
        for text in ["middle", "10,20", "10%", "101%,0%", "-1%,0%", "a%,b%", "10%,20%,30%"] {
            #expect(ImagePosition(text) == nil, "\(text)")
        }
    }

    @Test func `the interesting part wins over the middle`() {
        let size = PixelSize(width: 128, height: 32)
        var rgb = [UInt8](repeating: 128, count: 3 * size.pixels)
        for y in 0..<32 {
            for x in 96..<128 where (x + y) % 2 == 0 { rgb[3 * (y * 128 + x)] = 255 }
        }
        let window = PixelSize(width: 320, height: 320)
        let outer = PixelSize(width: 1280, height: 320)
        for measure in [SaliencyMap.Measure.attention, .entropy] {
            let offset = SaliencyMap(rgb: rgb, size: size, measure: measure).bestOffset(of: window, in: outer)
            #expect(offset.x > 900 && offset.y == 0)
        }
        let flat = SaliencyMap(rgb: [UInt8](repeating: 90, count: rgb.count), size: size, measure: .entropy)
        #expect(abs(flat.bestOffset(of: window, in: outer).x - 480) <= 10)
    }
}
