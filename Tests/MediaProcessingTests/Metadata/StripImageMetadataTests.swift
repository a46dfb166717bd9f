// strip_metadata on pictures, with exiftool as witness and decoded pixels compared bit by bit.

import CMagickWand
import Foundation
import Testing

@testable import MediaProcessing

@Suite struct StripImageMetadataTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    func strip(_ params: String, _ bytes: [UInt8]) async throws -> (report: MediaReport, bytes: [UInt8]) {
        let report = try await bench.run(StripImageMetadata.self, params, on: bytes)
        return (report, try Array(Data(contentsOf: URL(fileURLWithPath: report.path))))
    }

    func removed(_ report: MediaReport) -> [String] {
        report.details["removed"]?.listValue?.compactMap(\.textValue) ?? []
    }

    /// A picture of some format to which exiftool has added everything it can, and garbage after the end.
    func loaded(_ format: String, orientation: Int = 1, extra: [String] = []) async throws -> [UInt8] {
        let coding =
            format == "WEBP"
            ? Bitmap.Coding(format: format, properties: [:]) : Bitmap.Coding(format: format)
        let file = try bench.file(
            "loaded-\(UUID().uuidString).\(format.lowercased())",
            try Bitmap.photograph(96, 64).stored(orientation: orientation).encoded(coding))
        try await Exiftool.write(
            file,
            [
                "-Artist=Ada Artist", "-Copyright=(c) Ada", "-Make=SecretCamera", "-SerialNumber=SECRET-0042",
                "-GPSLatitude=48.8583", "-GPSLatitudeRef=N", "-GPSLongitude=2.2944", "-GPSLongitudeRef=E",
                "-XMP-dc:Title=SecretTitle", "-XMP-photoshop:City=SecretCity", "-Comment=SecretComment",
                "-Orientation#=\(orientation)",
            ] + (format == "JPEG" ? ["-IPTC:City=SecretCity", "-IPTC:By-line=Ada Artist"] : []) + extra)
        return try Array(Data(contentsOf: file)) + Array("SecretTrailer".utf8)
    }

    @Test("nothing personal is left, and no pixel has changed", arguments: ["JPEG", "PNG", "WEBP", "GIF"])
    func lossless(format: String) async throws {
        let source = try await loaded(format)
        #expect(FileParts.contains(source, "Secret"))
        let (report, bytes) = try await strip("{}", source)
        #expect(!FileParts.contains(bytes, "Secret") && !FileParts.contains(bytes, "Ada"))
        #expect(try Bitmap(decoding: bytes) == Bitmap(decoding: source))
        #expect(report.details["lossless"] == true && report.width == 96 && report.height == 64)
        #expect(report.bytes < source.count && removed(report).contains("trailer"), "\(removed(report))")
        if format != "GIF" { #expect(removed(report).contains("gps") && removed(report).contains("exif")) }
        let tags = try await Exiftool.tags(URL(fileURLWithPath: report.path))
        #expect(tags.isEmpty, "\(tags)")
    }

    @Test("the names that are asked for survive, and only they", arguments: ["JPEG", "PNG", "WEBP"])
    func credit(format: String) async throws {
        let source = try await loaded(format)
        let cases: [(keep: String, tags: [String: String])] = [
            (#"["copyright"]"#, ["Copyright": "(c) Ada"]), (#"["artist"]"#, ["Artist": "Ada Artist"]),
            (#"["copyright","artist"]"#, ["Copyright": "(c) Ada", "Artist": "Ada Artist"]), ("[]", [:]),
        ]
        for (keep, expected) in cases {
            let (report, _) = try await strip("{\"keep\":\(keep)}", source)
            #expect(try await Exiftool.tags(URL(fileURLWithPath: report.path)) == expected)
        }
    }

    @Test("a sideways picture is turned, or keeps the tag that turns it", arguments: ["JPEG", "PNG", "WEBP"])
    func orientation(format: String) async throws {
        for orientation in [3, 6, 7] {
            let source = try await loaded(format, orientation: orientation)
            let (turned, turnedBytes) = try await strip(#"{"keep":["copyright"]}"#, source)
            #expect(turned.width == 96 && turned.height == 64)
            #expect(try Bitmap(decoding: turnedBytes).differences(from: .photograph(96, 64), over: 40) < 60)
            #expect(
                try await Exiftool.tags(URL(fileURLWithPath: turned.path)) == ["Copyright": "(c) Ada"],
                "orientation \(orientation)")
            #expect(turned.warnings.contains { $0.contains("upright") })

            let (tagged, taggedBytes) = try await strip(#"{"orientation":"tag"}"#, source)
            #expect(try Bitmap(decoding: taggedBytes) == Bitmap(decoding: source))
            #expect(try await Exiftool.tags(URL(fileURLWithPath: tagged.path)) == ["Orientation": "\(orientation)"])
            #expect(tagged.width == 96 && tagged.details["lossless"] == true)
        }
    }

    @Test("a colour profile is kept, converted or dropped", arguments: ["JPEG", "PNG", "WEBP"])
    func profile(format: String) async throws {
        let coding = Bitmap.Coding(format: format, profiles: [("icc", ColourProfiles.swappedRedAndGreen)])
        let source = try Bitmap.photograph(48, 32).encoded(coding)
        let (kept, keptBytes) = try await strip("{}", source)
        #expect(FileParts.contains(keptBytes, "ICC") || FileParts.contains(keptBytes, "iCCP"))
        #expect(!removed(kept).contains("icc"))
        let (dropped, droppedBytes) = try await strip(#"{"icc":"drop"}"#, source)
        #expect(!FileParts.contains(droppedBytes, "ICC") && !FileParts.contains(droppedBytes, "iCCP"))
        #expect(removed(dropped) == ["icc"])
        let (converted, convertedBytes) = try await strip(#"{"icc":"convert"}"#, source)
        #expect(!FileParts.contains(convertedBytes, "ICC") && converted.warnings.contains { $0.contains("sRGB") })
        #expect(try Bitmap(decoding: convertedBytes).differences(from: Bitmap(decoding: droppedBytes), over: 4) > 100)
    }

    @Test("previews, second pictures and foreign segments of a JPEG go; what decoding needs stays") func jpeg()
        async throws
    {
        var source = try Bitmap.photograph(64, 48).encoded(
            Bitmap.Coding(format: "JPEG", colorspace: CMYKColorspace))
        for (marker, content) in [
            (0xE0, "JFXX\0\u{10}SecretPreview"), (0xE2, "MPF\0SecretIndex"), (0xE5, "SecretFive"),
            (0xED, "Photoshop 3.0\0Secret"), (0xEB, "JPxxjumbSecret"), (0xFE, "SecretComment"),
        ] as [(UInt8, String)] {
            source = FileParts.jpeg(source, inserting: marker, Array(content.utf8))
        }
        let (report, bytes) = try await strip(#"{"c2pa":"remove"}"#, source)
        #expect(!FileParts.contains(bytes, "Secret"))
        #expect(Set(removed(report)).isSuperset(of: ["thumbnail", "mpf", "app5", "iptc", "c2pa", "comment"]))
        #expect(FileParts.contains(bytes, "Adobe"), "CMYK needs its Adobe segment")
        #expect(try Bitmap(decoding: bytes) == Bitmap(decoding: source))
    }

    @Test("content credentials stay unless their removal is asked for") func credentials() async throws {
        let source = FileParts.jpeg(try Bitmap.photograph(64, 48).jpeg(), inserting: 0xEB, Array("JPxxjumbC2PA".utf8))
        let (report, bytes) = try await strip("{}", source)
        #expect(FileParts.contains(bytes, "jumbC2PA") && report.warnings.contains { $0.contains("c2pa") })
        let png = FileParts.png(try Bitmap.photograph(9, 9).encoded(), inserting: "caBX", Array("SecretManifest".utf8))
        let (_, kept) = try await strip("{}", png)
        let (_, gone) = try await strip(#"{"c2pa":"remove"}"#, png)
        #expect(FileParts.contains(kept, "SecretManifest") && !FileParts.contains(gone, "SecretManifest"))
    }

    @Test("an animation keeps its frames, durations and loop", arguments: ["GIF", "WEBP"]) func animation(
        format: String
    ) async throws {
        let frames = [Bitmap.quadrants(40, 30), .photograph(40, 30), .flat(40, 30, .red)]
        let source = try Bitmap.animation(frames, format: format, delays: [10, 20, 30])
        let (report, bytes) = try await strip("{}", source + Array("SecretTrailer".utf8))
        #expect(report.frames == 3 && !FileParts.contains(bytes, "Secret"))
        for index in 0..<3 {
            #expect(try Bitmap(decoding: bytes, index: index) == Bitmap(decoding: source, index: index))
        }
        if format == "WEBP" { #expect(FileParts.webpDurations(bytes) == FileParts.webpDurations(source)) }
    }

    @Test("formats that cannot be rewritten are encoded anew", arguments: ["TIFF", "HEIC", "AVIF"])
    func encodedAnew(format: String) async throws {
        let file = try bench.file(
            "in.\(format.lowercased())", try Bitmap.photograph(96, 64).encoded(Bitmap.Coding(format: format)))
        try await Exiftool.write(file, ["-Artist=SecretArtist", "-Make=SecretCamera"])
        let (report, bytes) = try await strip("{}", try Array(Data(contentsOf: file)))
        #expect(!FileParts.contains(bytes, "Secret"))
        #expect(report.format == (format == "HEIC" ? "jpeg" : format.lowercased()))
        #expect(try Bitmap(decoding: bytes).differences(from: .photograph(96, 64), over: 40) < 200)
        if format == "TIFF" { #expect(try Bitmap(decoding: bytes) == .photograph(96, 64)) }
        #expect(report.details["lossless"] == .boolean(format == "TIFF"))
    }

    @Test("stripping twice changes nothing more", arguments: ["JPEG", "PNG", "WEBP", "GIF"])
    func idempotent(format: String) async throws {
        let (_, once) = try await strip("{}", try await loaded(format))
        let (report, twice) = try await strip("{}", once)
        #expect(once == twice && removed(report).isEmpty)
    }

    @Test(
        "wrong parameters are named",
        arguments: [
            (#"{"keep":["author"]}"#, "keep"), (#"{"keep":"artist"}"#, "keep"), (#"{"icc":"strip"}"#, "icc"),
            (#"{"orientation":6}"#, "orientation"), (#"{"c2pa":true}"#, "c2pa"), (#"{"gps":false}"#, "gps"),
        ])
    func wrong(params: String, parameter: String) async throws {
        let error = try await bench.failure { try bench.operation(StripImageMetadata.self, params) }
        #expect(error.code == .invalidParameter && error.parameter == parameter)
    }
}
