// Our scaling against ImageMagick's own of the same kernel.

import CMagickWand
import Foundation
import Testing

@testable import MediaProcessing

@Suite struct PixelScalerTests {
    static let kernels: [(ResizeKernel, FilterTypes)] = [
        (.lanczos3, LanczosFilter), (.mitchell, MitchellFilter), (.cubic, CatromFilter), (.linear, TriangleFilter),
    ]
    static let sizes = [
        PixelSize(width: 40, height: 30), PixelSize(width: 61, height: 33), PixelSize(width: 122, height: 1),
        PixelSize(width: 1, height: 89), PixelSize(width: 301, height: 203), PixelSize(width: 60, height: 200),
        PixelSize(width: 123, height: 90), PixelSize(width: 7, height: 5),
    ]

    /// Colours away from black and white: where a kernel overshoots these, ImageMagick cuts off after each direction and
    /// we once at the end, which is nearer to what the kernel says.
    static let photograph = Bitmap(123, 91) { x, y in
        let wave = sin(Double(x) / 7) * cos(Double(y) / 9) * 50
        let texture = Double((x &* 7919 ^ y &* 104_729) & 15)
        return Pixel(
            red: UInt8(128 + wave + texture), green: UInt8(120 - wave + texture), blue: UInt8(70 + Double(x) + texture))
    }

    @Test("opaque pictures scale as ImageMagick scales them", arguments: kernels, sizes)
    func opaque(kernel: (ResizeKernel, FilterTypes), size: PixelSize) throws {
        try Self.expectAgreement(try Self.decoded(try Self.photograph.encoded()), kernel, size)
    }

    @Test("translucent pictures scale as ImageMagick scales them", arguments: kernels, sizes)
    func translucent(kernel: (ResizeKernel, FilterTypes), size: PixelSize) throws {
        let bitmap = Bitmap(123, 91) { x, y in
            var pixel = Self.photograph[x, y]
            pixel.alpha = UInt8(128 + 80 * sin(Double(x) / 11) * sin(Double(y) / 5))
            return pixel
        }
        try Self.expectAgreement(try Self.decoded(try bitmap.encoded(Bitmap.Coding(alpha: true))), kernel, size)
    }

    @Test("invisible colours do not shine through at the edge of what is visible")
    func edges() throws {
        let bitmap = Bitmap(80, 20) { x, _ in x < 40 ? Pixel(red: 0, green: 255, blue: 0, alpha: 0) : .red }
        let picture = try Self.decoded(try bitmap.encoded(Bitmap.Coding(alpha: true)))
        try picture.resize(to: PixelSize(width: 33, height: 9), kernel: .lanczos3)
        let channels = try picture.samples("RGBA")
        for place in stride(from: 0, to: channels.count, by: 4) where channels[place + 3] > 2000 {
            #expect(channels[place] > 65000 && channels[place + 1] < 500)
        }
    }

    @Test("16 bits a channel stay 16 bits")
    func deep() throws {
        let picture = try Self.decoded(try Bitmap.photograph(123, 91).encoded())
        // Three steps of 8 bits: what 8 bits can tell of it is a staircase.
        var ramp: [UInt16] = []
        for _ in 0..<91 {
            for x in 0..<123 { ramp += [UInt16](repeating: UInt16(30_000 + x * 6), count: 3) }
        }
        try picture.check(
            MagickImportImagePixels(picture.pointer, 0, 0, 123, 91, "RGB", ShortPixel, ramp), "set pixels")
        try picture.resize(to: PixelSize(width: 369, height: 91), kernel: .cubic)
        let row = try picture.samples("R").prefix(369)
        let steps = zip(row, row.dropFirst()).dropFirst(6).dropLast(6).map { Int($1) - Int($0) }
        #expect(steps.allSatisfy { (1...3).contains($0) })
    }

    @Test("pictures of a palette and of grey levels scale as ImageMagick scales them", arguments: kernels)
    func fewColours(kernel: (ResizeKernel, FilterTypes)) throws {
        let size = PixelSize(width: 50, height: 71)
        let grey = Bitmap(123, 91) { x, y in
            let level = UInt8(128 + 90 * sin(Double(x) / 6) * cos(Double(y) / 8))
            return Pixel(red: level, green: level, blue: level)
        }
        let palette = Bitmap(123, 91) { x, y in
            x / 20 % 2 == y / 20 % 2
                ? Pixel(red: 90, green: 160, blue: 120) : Pixel(red: 160, green: 110, blue: 90)
        }
        for bitmap in [grey, palette] {
            try Self.expectAgreement(try Self.decoded(try bitmap.encoded()), kernel, size)
            let gif = try Self.decoded(try bitmap.encoded(Bitmap.Coding(format: "GIF")), as: .gif)
            try Self.expectAgreement(gif, kernel, size)
        }
    }

    @Test("a scaling ends soon after its monitor says so")
    func cancellation() throws {
        let picture = try Self.decoded(try Bitmap.photograph(123, 91).encoded())
        MagickSetImageProgressMonitor(picture.pointer, { _, _, _, _ in MagickFalse }, nil)
        #expect(throws: MediaError.self) {
            try picture.resize(to: PixelSize(width: 50, height: 40), kernel: .lanczos3)
        }
    }

    private static func decoded(_ bytes: [UInt8], as format: ImageFormat = .png) throws -> Wand {
        let wand = try Wand()
        try wand.read(bytes, as: format, firstFrameOnly: true)
        return wand
    }

    /// Scales both ways and compares: no channel differs by two steps of 8 bits, and the whole by less than 50 dB.
    private static func expectAgreement(
        _ picture: borrowing Wand, _ kernel: (ResizeKernel, FilterTypes), _ size: PixelSize
    ) throws {
        let theirs = try Wand(owning: MagickGetImage(picture.pointer))
        try theirs.check(
            MagickResizeImage(theirs.pointer, size.width, size.height, kernel.1, 1), "scale")
        try picture.resize(to: size, kernel: kernel.0)
        let (own, other) = (try picture.premultiplied(), try theirs.premultiplied())
        #expect(own.count == other.count && own.count == size.pixels * 4)
        let differences = zip(own, other).map { abs($0 - $1) }
        let error = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
        #expect(differences.max() ?? 0 < 2.0 / 255)
        #expect(error < 1e-5)
    }
}

extension Wand {
    /// All samples of the current frame, 16 bits each.
    fileprivate func samples(_ channels: String) throws -> [UInt16] {
        var samples = [UInt16](repeating: 0, count: channels.utf8.count * size.pixels)
        try check(
            MagickExportImagePixels(pointer, 0, 0, size.width, size.height, channels, ShortPixel, &samples),
            "read pixels")
        return samples
    }

    /// Red, green and blue as far as they are visible, and alpha: 0 to 1.
    fileprivate func premultiplied() throws -> [Double] {
        var values = try samples("RGBA").map { Double($0) / 65535 }
        for place in values.indices where place % 4 < 3 { values[place] *= values[place - place % 4 + 3] }
        return values
    }
}
