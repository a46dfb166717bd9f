// Uncompressed pictures for tests: made by code, encoded and decoded through the library without our pipeline.

import CMagickWand
import Foundation

@testable import MediaProcessing

struct Pixel: Equatable, CustomStringConvertible {
    var red: UInt8
    var green: UInt8
    var blue: UInt8
    var alpha: UInt8 = 255

    static let red = Pixel(red: 255, green: 0, blue: 0)
    static let green = Pixel(red: 0, green: 255, blue: 0)
    static let blue = Pixel(red: 0, green: 0, blue: 255)
    static let yellow = Pixel(red: 255, green: 255, blue: 0)
    static let white = Pixel(red: 255, green: 255, blue: 255)
    static let black = Pixel(red: 0, green: 0, blue: 0)
    static let clear = Pixel(red: 0, green: 0, blue: 0, alpha: 0)

    func isNear(_ other: Pixel, within tolerance: Int = 24) -> Bool {
        zip([red, green, blue, alpha], [other.red, other.green, other.blue, other.alpha])
            .allSatisfy { abs(Int($0) - Int($1)) <= tolerance }
    }

    var description: String { "(\(red) \(green) \(blue) \(alpha))" }
}

struct Bitmap: Equatable, CustomStringConvertible {
    var width: Int
    var height: Int
    var pixels: [Pixel]

    init(_ width: Int, _ height: Int, pixel: (Int, Int) -> Pixel) {
        self.width = width
        self.height = height
        pixels = (0..<height).flatMap { y in (0..<width).map { x in pixel(x, y) } }
    }

    subscript(x: Int, y: Int) -> Pixel { pixels[y * width + x] }

    var description: String { "\(width)x\(height) pixels, corners \(corners)" }

    /// Red, green above blue, yellow: shows which way is up.
    static func quadrants(_ width: Int, _ height: Int) -> Bitmap {
        Bitmap(width, height) { x, y in
            switch (x < width / 2, y < height / 2) {
            case (true, true): .red
            case (false, true): .green
            case (true, false): .blue
            case (false, false): .yellow
            }
        }
    }

    /// Smooth colours with some texture: compresses like a photograph would, roughly.
    static func photograph(_ width: Int, _ height: Int) -> Bitmap {
        Bitmap(width, height) { x, y in
            let wave = sin(Double(x) / 17) * cos(Double(y) / 23) * 60
            let texture = Double((x &* 7919 ^ y &* 104_729) & 15)
            func channel(_ base: Double) -> UInt8 { UInt8(min(255, max(0, base + wave + texture))) }
            return Pixel(
                red: channel(Double(x * 160 / width)), green: channel(Double(y * 160 / height)),
                blue: channel(120))
        }
    }

    static func flat(_ width: Int, _ height: Int, _ color: Pixel) -> Bitmap { Bitmap(width, height) { _, _ in color } }

    /// The colours in the middle of the four quarters: top left, top right, bottom left, bottom right.
    var corners: [Pixel] {
        [
            self[width / 4, height / 4], self[width * 3 / 4, height / 4], self[width / 4, height * 3 / 4],
            self[width * 3 / 4, height * 3 / 4],
        ]
    }

    /// Number of pixels with a channel that differs by more than `tolerance`; all of them if the sizes differ.
    func differences(from other: Bitmap, over tolerance: Int = 0) -> Int {
        guard width == other.width, height == other.height else { return max(pixels.count, other.pixels.count) }
        return zip(pixels, other.pixels).count { !$0.isNear($1, within: tolerance) }
    }

    /// The picture as it is stored when a viewer must apply EXIF orientation `orientation` to see it upright.
    func stored(orientation: Int) -> Bitmap {
        let turned = orientation >= 5
        return Bitmap(turned ? height : width, turned ? width : height) { x, y in
            switch orientation {
            case 2: self[width - 1 - x, y]
            case 3: self[width - 1 - x, height - 1 - y]
            case 4: self[x, height - 1 - y]
            case 5: self[y, x]
            case 6: self[width - 1 - y, x]
            case 7: self[width - 1 - y, height - 1 - x]
            case 8: self[y, height - 1 - x]
            default: self[x, y]
            }
        }
    }
}

extension Bitmap {
    /// Decodes the first frame of a file.
    init(decoding file: URL) throws { try self.init(frames: file, index: 0) }

    /// Decodes one frame of a file, as a whole picture.
    init(frames file: URL, index: Int) throws {
        let bytes = try Array(Data(contentsOf: file))
        try self.init(decoding: bytes, index: index)
    }

    init(decoding bytes: [UInt8], index: Int = 0) throws {
        try MagickRuntime.start()
        let read = NewMagickWand()
        defer { DestroyMagickWand(read) }
        guard MagickReadImageBlob(read, bytes, bytes.count) == MagickTrue, let wand = MagickCoalesceImages(read) else {
            throw FixtureError(message: "cannot decode")
        }
        defer { DestroyMagickWand(wand) }
        MagickSetIteratorIndex(wand, index)
        // The HEIF reader leaves pixels in YCbCr.
        MagickTransformImageColorspace(wand, sRGBColorspace)
        let (width, height) = (Int(MagickGetImageWidth(wand)), Int(MagickGetImageHeight(wand)))
        var data = [UInt8](repeating: 0, count: width * height * 4)
        MagickExportImagePixels(wand, 0, 0, width, height, "RGBA", CharPixel, &data)
        self.init(width, height) { x, y in
            let offset = 4 * (y * width + x)
            return Pixel(red: data[offset], green: data[offset + 1], blue: data[offset + 2], alpha: data[offset + 3])
        }
    }

    /// How to encode a fixture.
    struct Coding {
        var format = "PNG"
        var quality = 92
        var depth = 8
        var alpha = false
        var colorspace: ColorspaceType?
        var type: ImageType?
        var profiles: [(name: String, bytes: [UInt8])] = []
        var properties: [String: String] = [:]
    }

    /// The picture as a file of some format.
    func encoded(_ coding: Coding = Coding()) throws -> [UInt8] {
        try Self.encode([self], coding, delays: [0])
    }

    func jpeg(quality: Int = 92) throws -> [UInt8] { try encoded(Coding(format: "JPEG", quality: quality)) }

    /// Several pictures as one animation.
    static func animation(_ frames: [Bitmap], format: String, delays: [Int]) throws -> [UInt8] {
        try encode(frames, Coding(format: format, alpha: true), delays: delays)
    }

    private static func encode(_ frames: [Bitmap], _ coding: Coding, delays: [Int]) throws -> [UInt8] {
        try MagickRuntime.start()
        let wand = NewMagickWand()
        defer { DestroyMagickWand(wand) }
        for (frame, delay) in zip(frames, delays) {
            let channels = coding.alpha ? "RGBA" : "RGB"
            let data = frame.pixels.flatMap { pixel in
                [pixel.red, pixel.green, pixel.blue] + (coding.alpha ? [pixel.alpha] : [])
            }
            MagickConstituteImage(wand, frame.width, frame.height, channels, CharPixel, data)
            if coding.depth == 16 { MagickSetOption(wand, "png:bit-depth", "16") }
            MagickSetImageFormat(wand, coding.format)
            MagickSetImageDelay(wand, delay)
            if let colorspace = coding.colorspace { MagickTransformImageColorspace(wand, colorspace) }
            if let type = coding.type { MagickSetImageType(wand, type) }
            MagickSetImageDepth(wand, coding.depth)
            for profile in coding.profiles {
                MagickSetImageProfile(wand, profile.name, profile.bytes, profile.bytes.count)
            }
            for (name, value) in coding.properties { MagickSetImageProperty(wand, name, value) }
            MagickSetImageCompressionQuality(wand, coding.quality)
        }
        MagickSetFormat(wand, coding.format)
        MagickSetIteratorIndex(wand, 0)
        var count = 0
        let blob = frames.count > 1 ? MagickGetImagesBlob(wand, &count) : MagickGetImageBlob(wand, &count)
        guard let blob else { throw FixtureError(message: "cannot encode \(coding.format)") }
        defer { MagickRelinquishMemory(blob) }
        return Array(UnsafeBufferPointer(start: blob, count: count))
    }
}

struct FixtureError: Error { var message: String }
