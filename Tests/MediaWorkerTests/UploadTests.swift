// upload and download, from parameters to files.

import BullMQTesting
import Foundation
import MediaProcessing
import Testing

@testable import MediaJobs

@Suite struct UploadTests {
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        _ = try folder.folder("out")
        _ = try folder.folder("private")
    }

    func run<Operation: ContextualOperation>(
        _ type: Operation.Type, _ bytes: [UInt8], _ parameters: [String: MediaValue] = [:],
        origin change: (inout InputOrigin) -> Void = { _ in }
    ) async throws -> MediaReport {
        let input = try folder.file("input", bytes)
        var origin = InputOrigin()
        change(&origin)
        let context = OperationContext(
            origin: origin, folder: folder.url.appendingPathComponent("private"))
        let output = OutputDestination(folder: folder.url.appendingPathComponent("out"), stem: "result")
        return try await type.init(parameters: parameters).entering(context).run(input: input, output: output) { _ in }
    }

    /// A picture with `bytes` behind its end.
    func picture(_ trailer: String = "") -> [UInt8] { MediaJobTests.picture + Array(trailer.utf8) }

    @Test("SHA-256 is that of the standard's examples") func hashes() throws {
        for (text, digest) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ] {
            let file = try folder.file("text", Array(text.utf8))
            #expect(try ResultFile.digest(of: file).sha256 == digest)
        }
    }

    @Test("a download is kept byte for byte, under the extension of what it is")
    func download() async throws {
        let report = try await run(Download.self, picture()) { origin in
            origin.name = "Sunset.jpg"
            origin.declaredType = "image/jpeg"
        }
        #expect(report.path.hasSuffix("/out/result.png") && report.format == "png" && report.width == 4)
        #expect(try Data(contentsOf: URL(fileURLWithPath: report.path)) == Data(picture()))
        #expect(report.details["filename"] == "Sunset.png" && report.details["mime_type"] == "image/png")
        #expect(report.warnings.count == 1)
        #expect(try folder.names("out") == ["result.png"])
    }

    @Test("a download must be of the kind and have the hash that the job names") func expectations() async throws {
        let digest = try ResultFile.digest(of: try folder.file("x", picture())).sha256
        _ = try await run(Download.self, picture(), ["kind": "image", "sha256": .text(digest.uppercased())])
        for (parameters, code) in [
            (["kind": "video"], .notMedia), (["sha256": .text(String(repeating: "0", count: 64))], .suspicious),
        ] as [([String: MediaValue], MediaJobError.Code)] {
            let error = await #expect(throws: MediaJobError.self) {
                try await run(Download.self, picture(), parameters)
            }
            #expect(error?.code == code && error?.isPermanent == true)
        }
        #expect(try folder.names("out") == ["result.png"])
        for parameters in [["kind": "document"], ["sha256": "abc"], ["url": "x"]] as [[String: MediaValue]] {
            #expect(throws: MediaError.self) { try Download(parameters: parameters) }
        }
    }

    @Test("an upload is taken for what it is, and told what was wrong about it") func upload() async throws {
        let report = try await run(ProcessUpload.self, picture(), ["declared_type": "image/jpeg"]) {
            $0.name = "holiday.jpeg"
        }
        #expect(report.format == "png" && report.width == 4 && report.height == 2)
        #expect(report.details["repaired"] == ["mime_type", "filename"])
        #expect(report.details["filename"] == "holiday.png" && report.details["converted"] == false)
        #expect(report.details["sha256"] == report.details["input_sha256"])
        #expect(try folder.names("out") == ["result.png"])
    }

    @Test("an upload can have a thumbnail") func thumbnail() async throws {
        let report = try await run(ProcessUpload.self, picture(), ["thumbnail_width": 16])
        let thumbnail = try #require(report.furtherFiles.first)
        #expect(thumbnail.path.hasSuffix("/out/result-thumbnail.jpg") && thumbnail.width == 4)
        #expect(try folder.names("out") == ["result-thumbnail.jpg", "result.png"])
    }

    @Test(
        "files that are something else as well are refused",
        arguments: [
            ("PK\u{3}\u{4} and so on", "ZIP"), ("<?php system($_GET[0]);", "PHP"), ("<HTML><script>", "script"),
            ("%PDF-1.7", "PDF"), ("Rar!\u{1A}\u{7}", "RAR"), ("\u{7F}ELF", "program"), ("#!/bin/sh", "program"),
        ])
    func polyglots(trailer: String, word: String) async throws {
        let error = await #expect(throws: MediaJobError.self) { try await run(ProcessUpload.self, picture(trailer)) }
        #expect(error?.code == .suspicious && error?.message.contains(word) == true, "\(String(describing: error))")
        #expect(try folder.names("out").isEmpty)
    }

    @Test("an archive that ends the file is found wherever it begins") func archive() async throws {
        let end: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 16) + [3, 0] + Array("abc".utf8)
        let error = await #expect(throws: MediaJobError.self) {
            try await run(ProcessUpload.self, MediaJobTests.picture + end)
        }
        #expect(error?.code == .suspicious)
    }

    @Test("harmless bytes behind a picture are mentioned, a short video too") func trailers() async throws {
        for (trailer, words) in [("some maker's notes", "follow"), ("\0\0\0\u{18}ftypmp42", "short video")] {
            let report = try await run(ProcessUpload.self, picture(trailer))
            #expect(report.warnings.contains { $0.contains(words) }, "\(report.warnings)")
        }
    }

    @Test("what looks like a program by chance within an attached film does not matter; a real one does")
    func chance() async throws {
        let film = "\0\0\0\u{18}ftypmp42 ...#!/..PK\u{3}\u{4}zz..\u{7F}ELF...<svgx."
        let report = try await run(ProcessUpload.self, picture(film))
        #expect(report.warnings.contains { $0.contains("short video") }, "\(report.warnings)")
        for (hidden, word) in [
            ("PK\u{3}\u{4}\u{14}\0\0\0\u{8}\0", "ZIP"), ("#!/bin/sh", "program"),
            ("\u{7F}ELF\u{2}\u{1}\u{1}\0", "program"), ("<svg onload=", "SVG"),
        ] {
            let error = await #expect(throws: MediaJobError.self) {
                try await run(ProcessUpload.self, picture(film + hidden))
            }
            #expect(error?.code == .suspicious && error?.message.contains(word) == true, "\(word)")
        }
    }

    @Test("a film of countless empty parts is refused instead of counted") func boxes() async throws {
        let empty: [UInt8] = [0, 0, 0, 8] + Array("free".utf8)
        let bytes = [0, 0, 0, 16] + Array("ftypisom\0\0\0\0".utf8) + (0..<200_000).flatMap { _ in empty }
        let error = await #expect(throws: MediaJobError.self) { try await run(ProcessUpload.self, bytes) }
        #expect(error?.code == .suspicious && error?.message.contains("parts") == true, "\(String(describing: error))")
    }

    /// A scanner that does what a shell script says; the file is its first argument.
    func scanner(_ script: String, timeout: Duration = .seconds(60)) throws -> VirusScanner {
        try VirusScanner(command: ["/bin/sh", "-c", script, "scanner"], timeout: timeout)
    }

    @Test("a virus scanner sees each upload first, and has the last word") func scanned() async throws {
        func upload(_ scanner: VirusScanner) async throws -> MediaReport {
            let context = OperationContext(
                origin: InputOrigin(), folder: folder.url.appendingPathComponent("private"), virusScanner: scanner)
            let output = OutputDestination(folder: folder.url.appendingPathComponent("out"), stem: "result")
            let input = try folder.file("in put", picture())
            return try await ProcessUpload(parameters: [:]).entering(context).run(input: input, output: output) { _ in }
        }
        for (script, timeout, code) in [
            ("exit 1", 60, .suspicious), ("exit 2", 60, .scanFailed), ("exec sleep 30", 0, .scanFailed),
            ("kill -9 $$", 60, .scanFailed),
        ] as [(String, Int, MediaJobError.Code)] {
            let error = await #expect(throws: MediaJobError.self) {
                try await upload(scanner(script, timeout: .seconds(timeout)))
            }
            #expect(error?.code == code && error?.isPermanent == (code == .suspicious), "\(script)")
        }
        #expect(try folder.names("out").isEmpty)
        // It gets the file as one argument, and none of the environment.
        let log = folder.url.appendingPathComponent("log").path
        _ = try await upload(scanner("test -s \"$1\" && test $# = 1 && env > '\(log)'"))
        let seen = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            .map { $0.prefix { $0 != "=" } }
        #expect(Set(seen).isSubset(of: ["PATH", "LC_ALL", "PWD", "SHLVL", "_", "OLDPWD"]), "\(seen)")
        #expect(try folder.names("out") == ["result.png"])
    }

    @Test("a scanner that cannot work is found out when it is set") func wrongScanner() throws {
        #expect(try VirusScanner(environment: [:]) == nil)
        for text in ["clamscan", "[]", "[1]", #"["clamscan"]"#, #"["/nonexistent/clamscan"]"#] {
            let error = #expect(throws: MediaJobError.self) {
                try VirusScanner(environment: ["MEDIA_SCAN_COMMAND": text])
            }
            #expect(error?.code == .invalidData, "\(text)")
        }
        #expect(try VirusScanner(environment: ["MEDIA_SCAN_COMMAND": #"["/bin/true", "--x"]"#]) != nil)
    }

    @Test("files that are cut off, encrypted, or declared as something else are refused") func damaged() async throws {
        func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
            let size = UInt32(content.count + 8).bigEndian
            return withUnsafeBytes(of: size) { Array($0) } + Array(kind.utf8) + content
        }
        let type = box("ftyp", Array("isom\0\0\0\0".utf8))
        let protection = box("moov", box("schm", [0, 0, 0, 0] + Array("cenc".utf8) + [0, 1, 0, 0]))
        for (bytes, declared, code) in [
            (Array(picture().dropLast(5)), nil, .notMedia), (type + box("mdat", [1, 2, 3]), nil, .notMedia),
            (type + Array(box("moov", [1, 2, 3, 4]).dropLast()), nil, .notMedia), (type + protection, nil, .suspicious),
            (picture(), "video/mp4", .notMedia), (picture(), "application/pdf", .notMedia), ([], nil, .notMedia),
            (Array("<svg/>".utf8), "image/svg+xml", .notMedia),
        ] as [([UInt8], MediaValue?, MediaJobError.Code)] {
            let error = await #expect(throws: MediaJobError.self) {
                try await run(ProcessUpload.self, bytes, declared.map { ["declared_type": $0] } ?? [:])
            }
            #expect(error?.code == code && error?.isPermanent == true, "\(String(describing: error))")
        }
    }

    /// A second of video with sound, made by the ffmpeg tool.
    func video(_ name: String, _ arguments: [String] = []) async throws -> [UInt8] {
        let file = folder.url.appendingPathComponent(name)
        let (end, _, errors) = try await ChildProcess.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=1", "-f", "lavfi", "-i", "sine=d=1",
                "-c:v",
                "libx264", "-c:a", "aac", "-pix_fmt", "yuv420p",
            ] + arguments + [file.path])
        #expect(end == .exited(0), "\(errors)")
        return try Array(Data(contentsOf: file))
    }

    @Test("a QuickTime film becomes MP4 without being encoded anew") func remux() async throws {
        let report = try await run(ProcessUpload.self, try await video("a.mov"), ["mov_to_mp4": true]) {
            $0.name = "a.mov"
        }
        #expect(report.format == "mp4" && report.path.hasSuffix("/result.mp4") && report.details["converted"] == true)
        #expect(report.width == 160 && report.height == 90 && report.details["filename"] == "a.mp4")
        #expect(report.details["mime_type"] == "video/mp4" && report.details["input_type"] == "video/quicktime")
        #expect(try folder.names("out") == ["result.mp4"])
    }

    @Test("encrypted video is found out") func encrypted() async throws {
        let bytes = try await video(
            "a.mp4",
            [
                "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb",
                "-encryption_kid",
                "a7e61c373e219033c21091fa607bf3b8",
            ])
        let error = await #expect(throws: MediaJobError.self) { try await run(ProcessUpload.self, bytes) }
        #expect(error?.code == .suspicious && error?.message.contains("encrypted") == true)
    }

    @Test("an iPhone's picture becomes JPEG") func heic() async throws {
        let heic = folder.url.appendingPathComponent("a.heic")
        let (end, _, errors) = try await ChildProcess.run(
            "/usr/bin/convert-im6.q16", ["-size", "64x48", "gradient:red-blue", "heic:" + heic.path])
        #expect(end == .exited(0), "\(errors)")
        let report = try await run(
            ProcessUpload.self, try Array(Data(contentsOf: heic)), ["heic_to_jpeg": true, "thumbnail_width": 32])
        #expect(report.format == "jpeg" && report.width == 64 && report.details["input_type"] == "image/heic")
        #expect(try folder.names("out") == ["result-thumbnail.jpg", "result.jpg"])
    }
}
