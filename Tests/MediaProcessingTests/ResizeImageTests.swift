// resize_image on pixels: what is kept, where it ends, what pads it.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct ResizeImageTests {
    let bench = try? Workbench()

    /// Left third red, middle green, right blue.
    static let stripes = Bitmap(300, 100) { x, _ in x < 100 ? .red : (x < 200 ? .green : .blue) }
    static let tower = Bitmap(100, 300) { _, y in y < 100 ? .red : (y < 200 ? .green : .blue) }

    @Test(
        "cover keeps the part that position names",
        arguments: [
            ("west", Pixel.red), ("center", .green), ("east", .blue), ("northwest", .red), ("southeast", .blue),
            ("north", .green), ("0%,50%", .red), ("100%,0%", .blue),
        ])
    func coverPosition(position: String, color: Pixel) async throws {
        let bench = try #require(bench)
        let (report, picture) = try await bench.resize(
            #"{"width":50,"height":50,"position":"\#(position)","format":"png"}"#, try Self.stripes.encoded())
        #expect(report.width == 50 && report.height == 50)
        #expect(picture[25, 25].isNear(color) && picture[6, 6].isNear(color) && picture[43, 43].isNear(color))
    }

    @Test(
        "cover keeps the part that position names in a tall picture",
        arguments: [("north", Pixel.red), ("south", .blue)])
    func coverTall(position: String, color: Pixel) async throws {
        let bench = try #require(bench)
        let (_, picture) = try await bench.resize(
            #"{"width":50,"height":50,"position":"\#(position)","format":"png"}"#, try Self.tower.encoded())
        #expect(picture.corners.allSatisfy { $0.isNear(color) })
    }

    @Test("contain pads with the background on the side that position names")
    func contain() async throws {
        let bench = try #require(bench)
        let input = try Self.stripes.encoded()
        let center = try await bench.resize(
            #"{"width":90,"height":90,"fit":"contain","background":"red","format":"png"}"#,
            try Bitmap.flat(300, 100, .blue).encoded())
        #expect(center.picture.width == 90 && center.picture.height == 90)
        #expect(center.picture[45, 5] == .red && center.picture[45, 84] == .red && center.picture[45, 45] == .blue)

        let top = try await bench.resize(
            #"{"width":90,"height":90,"fit":"contain","position":"north","format":"png"}"#, input)
        #expect(top.picture[45, 10].isNear(.green) && top.picture[45, 60].alpha == 0)

        let jpeg = try await bench.resize(#"{"width":90,"height":90,"fit":"contain","format":"jpeg"}"#, input)
        #expect(jpeg.picture[45, 5].isNear(.white) && jpeg.picture[45, 45].isNear(.green))
        #expect(jpeg.report.warnings.isEmpty, "\(jpeg.report.warnings)")
    }

    @Test("contain pads a grey picture in colour")
    func containGrey() async throws {
        let bench = try #require(bench)
        let grey = Bitmap.flat(30, 10, Pixel(red: 90, green: 90, blue: 90))
        let (_, picture) = try await bench.resize(
            #"{"width":30,"height":30,"fit":"contain","background":"blue","chromaSubsampling":"4:4:4"}"#,
            try grey.jpeg())
        #expect(picture[15, 3].isNear(.blue) && picture[15, 15].isNear(Pixel(red: 90, green: 90, blue: 90)))
    }

    @Test("every fit rule moves the corners where they belong", arguments: FitRule.allCases)
    func corners(fit: FitRule) async throws {
        let bench = try #require(bench)
        let (_, picture) = try await bench.resize(
            #"{"width":60,"height":60,"fit":"\#(fit.rawValue)","format":"png"}"#,
            try Bitmap.quadrants(120, 100).encoded())
        let middle = zip(
            [picture[20, 20], picture[40, 20], picture[20, 40], picture[40, 40]], Bitmap.quadrants(4, 4).corners)
        #expect(middle.allSatisfy { $0.isNear($1) })
    }

    @Test(
        "sizes of one pixel and strips survive",
        arguments: [
            (1, 1, #"{"width":1}"#, 1, 1), (1, 500, #"{"height":50}"#, 1, 50), (500, 1, #"{"width":50}"#, 50, 1),
            (1, 2000, #"{"width":300,"height":300,"withoutEnlargement":false}"#, 300, 300),
            (3, 1, #"{"width":2000,"height":1,"fit":"fill","withoutEnlargement":false}"#, 2000, 1),
        ])
    func tiny(width: Int, height: Int, params: String, newWidth: Int, newHeight: Int) async throws {
        let bench = try #require(bench)
        let (report, picture) = try await bench.resize(params, try Bitmap.flat(width, height, .green).encoded())
        #expect(report.width == newWidth && report.height == newHeight)
        #expect(picture.pixels.allSatisfy { $0.isNear(.green) })
    }

    @Test("Cloudinary's words mean what they mean there")
    func cloudinary() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.quadrants(120, 60).encoded()
        for (mode, width, height) in [
            ("fill", 40, 40), ("fit", 40, 20), ("limit", 40, 20), ("pad", 40, 40), ("scale", 40, 40), ("lfill", 40, 40),
        ] {
            let (report, _) = try await bench.resize(#"{"width":40,"height":40,"mode":"\#(mode)"}"#, input)
            #expect(report.width == width && report.height == height, "\(mode)")
        }
    }

    @Test("the pixel ratio multiplies the box")
    func pixelRatio() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.quadrants(400, 200).encoded()
        #expect(try await bench.resize(#"{"width":50,"dpr":2}"#, input).report.width == 100)
        #expect(try await bench.resize(#"{"width":300,"dpr":2}"#, input).report.width == 400)
    }

    @Test("attention looks at the busy part", arguments: ["attention", "entropy"])
    func attention(strategy: String) async throws {
        let bench = try #require(bench)
        let busy = Bitmap(300, 100) { x, y in
            x < 210 ? Pixel(red: 30, green: 30, blue: 40) : ((x / 4 + y / 4) % 2 == 0 ? .red : .yellow)
        }
        let (_, picture) = try await bench.resize(
            #"{"width":90,"height":100,"position":"\#(strategy)","format":"png","kernel":"nearest"}"#,
            try busy.encoded())
        #expect(picture.pixels.count { $0.red == 255 } > picture.pixels.count * 9 / 10)
    }

    @Test("nearest mixes no colours, the others do", arguments: ResizeKernel.allCases)
    func kernels(kernel: ResizeKernel) async throws {
        let bench = try #require(bench)
        let checker = Bitmap(60, 60) { x, y in (x + y) % 2 == 0 ? .black : .white }
        let (_, picture) = try await bench.resize(
            #"{"width":23,"kernel":"\#(kernel.rawValue)","sharpen":false,"format":"png"}"#, try checker.encoded())
        let pure = picture.pixels.allSatisfy { $0 == .black || $0 == .white }
        #expect(pure == (kernel == .nearest))
    }

    @Test("hidden colours of transparent pixels do not bleed")
    func premultiplied() async throws {
        let bench = try #require(bench)
        let edge = Bitmap(80, 80) { x, _ in x < 39 ? Pixel(red: 255, green: 0, blue: 0, alpha: 0) : .blue }
        let (_, picture) = try await bench.resize(#"{"width":20}"#, try edge.encoded(Bitmap.Coding(alpha: true)))
        for pixel in picture.pixels where pixel.alpha > 40 { #expect(pixel.red < 40, "\(pixel)") }
    }

    @Test("sharpening follows the parameter")
    func sharpening() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.photograph(300, 200).encoded()
        func result(_ sharpen: String) async throws -> Bitmap {
            try await bench.resize(#"{"width":100,"format":"png"\#(sharpen)}"#, input).picture
        }
        let off = try await result(#","sharpen":false"#)
        let automatic = try await result("")
        let strong = try await result(#","sharpen":2"#)
        #expect(off.differences(from: automatic) > 0 && automatic.differences(from: strong) > 0)
        let half = try await bench.resize(#"{"width":200,"format":"png"}"#, input).picture
        let halfOff = try await bench.resize(#"{"width":200,"format":"png","sharpen":false}"#, input).picture
        #expect(half.differences(from: halfOff) == 0)
    }

    @Test("a JPEG decoded smaller looks the same")
    func shrinkOnLoad() async throws {
        let bench = try #require(bench)
        let original = Bitmap.photograph(1601, 1203)
        for params in [
            #"{"width":100,"format":"png","sharpen":false}"#,
            #"{"width":101,"height":97,"fit":"cover","position":"southeast","format":"png","sharpen":false}"#,
            #"{"width":90,"height":120,"fit":"fill","format":"png","sharpen":false}"#,
        ] {
            let fast = try await bench.resize(params, try original.jpeg(quality: 95))
            let exact = try await bench.resize(params, try original.encoded())
            #expect(fast.picture.width == exact.picture.width && fast.picture.height == exact.picture.height)
            let difference = zip(fast.picture.pixels, exact.picture.pixels)
                .reduce(0) { $0 + abs(Int($1.0.red) - Int($1.1.red)) }
            #expect(Double(difference) / Double(fast.picture.pixels.count) < 4)
        }
    }

    @Test("the result keeps the input's format unless told otherwise")
    func format() async throws {
        let bench = try #require(bench)
        for format in ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"] {
            let input = try Bitmap.quadrants(40, 40).encoded(Bitmap.Coding(format: format))
            #expect(try await bench.resize(#"{"width":20}"#, input).report.format == format.lowercased())
        }
        let heic = try Bitmap.quadrants(64, 64).encoded(Bitmap.Coding(format: "HEIC"))
        let (report, picture) = try await bench.resize(#"{"width":32}"#, heic)
        #expect(
            report.format == "jpeg" && zip(picture.corners, Bitmap.quadrants(4, 4).corners).allSatisfy { $0.isNear($1) }
        )
    }
}
