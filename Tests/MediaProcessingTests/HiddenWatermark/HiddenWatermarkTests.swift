// Hiding and reading numbers, file to file.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct HiddenWatermarkTests {
    let bench: Workbench
    let keys: WatermarkKeyring

    /// Preparing keys takes a while: once for all tests.
    private static let shared = Result {
        try WatermarkKeyring(
            secrets: ["one": "a secret of some length", "two": "another secret of length"], standard: "one")
    }

    init() throws {
        bench = try Workbench()
        keys = try Self.shared.get()
    }

    /// Something like a photograph in colours and detail.
    static let picture = Bitmap(512, 384) { x, y in
        let wave = sin(Double(x) / 17) * cos(Double(y) / 23) * 40 + sin(Double(x * y) / 900) * 20
        let grain = Double((x &* 7919 &+ y &* 104_729 &+ (x &* y) % 31 &* 613) % 23)
        func channel(_ base: Double) -> UInt8 { UInt8(max(0, min(255, base + wave + grain))) }
        return Pixel(red: channel(120), green: channel(100 + Double(y) / 8), blue: channel(90 + Double(x) / 8))
    }

    func run<Operation: KeyedOperation>(
        _ type: Operation.Type, _ parameters: [String: MediaValue], on input: URL, keys: WatermarkKeyring?,
        stem: String
    ) async throws -> MediaReport {
        var operation = try type.init(parameters: parameters)
        if let keys { operation.use(keys) }
        return try await operation.run(
            input: input, output: OutputDestination(folder: bench.folder, stem: stem)
        ) { _ in }
    }

    func hide(_ parameters: [String: MediaValue], in input: URL) async throws -> MediaReport {
        try await run(HideWatermark.self, parameters, on: input, keys: keys, stem: "marked")
    }

    func detect(_ parameters: [String: MediaValue] = [:], in path: String) async throws -> MediaReport {
        try await run(
            DetectWatermark.self, parameters, on: URL(fileURLWithPath: path), keys: keys, stem: "found")
    }

    @Test("a number hidden in a picture is read again, with its key and no other") func picture() async throws {
        let input = try bench.file("photo", Self.picture.jpeg())
        let marked = try await hide(["fan_id": 123_456_789_012, "quality": 90], in: input)
        #expect(marked.format == "jpeg" && marked.width == 512 && marked.height == 384)
        #expect(marked.details["payload_hex"] == "0000001cbe991a14" && marked.details["key_id"] == "one")
        #expect(try #require(marked.details["psnr"]?.numberValue) > 41)
        #expect(try #require(marked.details["ssim"]?.numberValue) >= 0.98)
        let found = try await detect(in: marked.path)
        #expect(found.details["found"] == true && found.details["fan_id"] == 123_456_789_012)
        #expect(try #require(found.details["confidence"]?.numberValue) > 0.5 && found.format == "json")
        let record = try JSONDecoder().decode(
            [String: MediaValue].self, from: Data(contentsOf: URL(fileURLWithPath: found.path)))
        #expect(record["found"] == true && record["fan_id"] == 123_456_789_012)
        #expect(try await detect(["key_id": "two"], in: marked.path).details["found"] == false)
        #expect(try await detect(in: input.path).details["found"] == false)
    }

    @Test("a picture that is stored sideways is marked upright") func forms() async throws {
        let sideways = try bench.file(
            "sideways", Self.picture.stored(orientation: 6).encoded(.init(format: "PNG")))
        let marked = try await hide(["fan_id": 7, "format": "png"], in: sideways)
        #expect(try await detect(in: marked.path).details["fan_id"] == 7)
    }

    @Test("a mark survives half the size") func halfSize() async throws {
        let large = Bitmap(900, 700) { x, y in Self.picture[x * 3 / 5 % 512, y * 3 / 5 % 384] }
        let marked = try await hide(["fan_id": 99], in: try bench.file("large", large.jpeg()))
        let small = try await bench.run(
            ResizeImage.self, #"{"width":450,"format":"jpeg"}"#,
            on: try Array(Data(contentsOf: URL(fileURLWithPath: marked.path))), stem: "small")
        let found = try await detect(["original_width": 900, "original_height": 700], in: small.path)
        #expect(found.details["fan_id"] == 99, "\(found.details)")
    }

    @Test("a number hidden in a video is read again, also after it was encoded again at CRF 28") func video()
        async throws
    {
        let input = bench.folder.appendingPathComponent("film.mp4")
        try Tool.ffmpeg(
            "-f", "lavfi", "-i", "mandelbrot=s=640x480:r=5", "-t", "1.2", "-pix_fmt", "yuv420p", "-crf", "16",
            output: input)
        let marked = try await hide(["fan_id": "0xfedcba9876543210", "crf": 20], in: input)
        #expect(marked.format == "mp4" && marked.frames == 6 && marked.details["payload_hex"] == "fedcba9876543210")
        #expect(try #require(marked.details["psnr"]?.numberValue) > 40)
        let copy = bench.folder.appendingPathComponent("copy.mp4")
        try Tool.ffmpeg("-i", marked.path, "-crf", "28", output: copy)
        let found = try await detect(in: copy.path)
        #expect(found.details["found"] == true && found.details["fan_id"] == "18364758544493064720", "\(found.details)")
        #expect(try await detect(in: input.path).details["found"] == false)
    }

    @Test("what cannot hold a mark is refused, and nothing is written") func refusals() async throws {
        for bitmap in [Bitmap.photograph(120, 90), Bitmap.flat(512, 384, Pixel(red: 0, green: 0, blue: 0))] {
            let input = try bench.file("input", try bitmap.encoded())
            let error = try await bench.failure { try await hide(["fan_id": 1], in: input) }
            #expect(error.code == .insufficientCapacity && error.isPermanent, "\(error)")
        }
        #expect(!FileManager.default.fileExists(atPath: bench.folder.appendingPathComponent("marked.png").path))
    }

    @Test("without keys the operation says what is missing; names of keys are checked") func missingKeys() async throws
    {
        let input = try bench.file("photo", Self.picture.jpeg())
        for type in [HideWatermark.self, DetectWatermark.self] as [any KeyedOperation.Type] {
            let parameters: [String: MediaValue] = type == HideWatermark.self ? ["fan_id": 1] : [:]
            let none = try await bench.failure { try await run(type, parameters, on: input, keys: nil, stem: "x") }
            #expect(none.code == .capabilityMissing && none.message.contains("MEDIA_WATERMARK_KEY"))
            let strange = try await bench.failure {
                try await run(
                    type, parameters.merging(["key_id": "three"]) { $1 }, on: input, keys: keys, stem: "x")
            }
            #expect(strange.code == .invalidParameter && strange.message.contains("one, two"))
        }
        #expect(throws: MediaError.self) { try WatermarkKeyring(secrets: ["a": "short"], standard: "a") }
        #expect(throws: MediaError.self) { try WatermarkKeyring(secrets: [:], standard: "a") }
    }

    @Test(
        "parameters are checked",
        arguments: [
            [:], ["fan_id": -1], ["fan_id": 1.5], ["fan_id": "x"], ["fan_id": "0x1ffffffffffffffff"],
            ["fan_id": 1, "strength": "extreme"], ["fan_id": 1, "key": "x"],
        ] as [[String: MediaValue]])
    func parameters(parameters: [String: MediaValue]) {
        let error = #expect(throws: MediaError.self) { try HideWatermark(parameters: parameters) }
        #expect(error?.code == .invalidParameter)
    }

    @Test("a fan is a number in several spellings, or a UUID") func fans() {
        #expect(FanID("18446744073709551615")?.value == .max && FanID("0xFF")?.value == 255)
        let fan = FanID("F47AC10B-58CC-4372-A567-0E02B2C3D479")
        #expect(fan != nil && fan == FanID("f47ac10b-58cc-4372-a567-0e02b2c3d479"))
        for text in ["", "-1", "18446744073709551616", "0x", "f47ac10b58cc4372a5670e02b2c3d479"] {
            #expect(FanID(text) == nil, "\(text)")
        }
    }
}
