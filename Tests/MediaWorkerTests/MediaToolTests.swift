// media-tool as a process: results, records, and how it says what is wrong.

import BullMQTesting
import Foundation
import LanguageModelTesting
import MediaProcessing
import Testing

@testable import MediaJobs

@Suite struct MediaToolTests {
    static let program = WorkerProcessTests.program(named: "media-tool")

    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.file("in.png", MediaJobTests.picture)
        try folder.file("page.png", Array("<html>".utf8))
        _ = try folder.folder("out")
    }

    func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (end: ProcessEnd, output: [String], errors: [String]) {
        var all = ["PATH": "/usr/bin:/bin"]
        all.merge(environment) { $1 }
        return try await ChildProcess.run(
            Self.program, arguments.map { $0.replacingOccurrences(of: "@", with: folder.url.path) }, environment: all)
    }

    @Test("an operation writes its result where it should, and says so") func operations() async throws {
        let (end, output, errors) = try await run(["resize_image", "@/in.png", "@/out/small.png", "--param", "width=2"])
        #expect(end == .exited(0) && output.joined().contains("out/small.png  2x1  png"), "\(output) \(errors)")
        // The extension chooses the format; parameters come as one object, too; a folder gets a name of its own.
        let (converted, _, _) = try await run(["convert_image", "@/in.png", "@/out/b.webp"])
        let (named, _, _) = try await run(["convert_image", "@/in.png", "@/out", "--params", #"{"format":"jpeg"}"#])
        #expect(converted == .exited(0) && named == .exited(0))
        #expect(try folder.names("out") == ["b.webp", "in-convert_image.jpg", "small.png"])
    }

    @Test("settings of operations that are not asked for do not matter") func otherSettings() async throws {
        let (end, _, errors) = try await run(
            ["resize_image", "@/in.png", "@/out/a.png", "--param", "width=2"],
            environment: ["LLM_MODEL": "m", "MEDIA_WATERMARK_KEY": "short", "MEDIA_SCAN_COMMAND": "[]"])
        #expect(end == .exited(0), "\(errors)")
    }

    @Test("a result that is of another format than the name that was given says so") func otherFormat() async throws {
        let (end, output, errors) = try await run(["strip_metadata", "@/in.png", "@/out/a.jpg"])
        #expect(end == .exited(0) && output.joined().contains("out/a.png"))
        #expect(errors.joined().contains("The result is png: it is in a.png"), "\(errors)")
        let (quiet, _, none) = try await run(["strip_metadata", "@/in.png", "@/out/b.png"])
        #expect(quiet == .exited(0) && none.isEmpty)
    }

    @Test(
        "SIGINT and SIGTERM end the work, and nothing stays behind",
        arguments: [ProcessSignal.interrupt, .terminate])
    func interruption(signal: ProcessSignal) async throws {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let temporary = try folder.folder("tmp").path
        let child = try await ChildProcess.start(
            Self.program, ["download", "http://\(host)/a", folder.url.path + "/out", "--trusted-hosts", host],
            environment: ["PATH": "/usr/bin:/bin", "TMPDIR": temporary])
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        child.send(signal)
        #expect(await child.waitUntilEnd() == .exited(130))
        #expect(child.errors.lines.joined().contains("interrupted"))
        #expect(try folder.names("out").isEmpty && folder.names("tmp/media-tool-\(geteuid())").isEmpty)
        await server.stop()
    }

    @Test("--json prints the record") func record() async throws {
        let (end, output, _) = try await run([
            "thumbnail", "@/in.png", "@/out/t.jpg", "--params", #"{"width":2}"#, "--param", "quality=50", "--json",
        ])
        #expect(end == .exited(0))
        let report = try JSONDecoder().decode(MediaReport.self, from: Data(output.joined(separator: "\n").utf8))
        #expect(report.width == 2 && report.format == "jpeg" && report.path == folder.url.path + "/out/t.jpg")
    }

    @Test("the operations are listed") func list() async throws {
        let (end, output, _) = try await run(["operations"])
        #expect(end == .exited(0) && output == MediaJobCatalogue.all.map { $0.name })
        #expect(Set(output).isSuperset(of: ["resize_image", "download", "upload", "caption_generation", "thumbnail"]))
    }

    @Test("a download comes over HTTP, from a host that is trusted") func download() async throws {
        let server = try await TestServer { _ in .init(body: MediaJobTests.picture) }
        let url = "http://127.0.0.1:\(server.port)/red"
        let (end, _, errors) = try await run([
            "download", url, "@/out/", "--trusted-hosts", "127.0.0.1:\(server.port)",
        ])
        #expect(end == .exited(0), "\(errors)")
        #expect(try folder.names("out") == ["red-download.png"])
        let (refused, _, reason) = try await run(["download", url, "@/out/"])
        #expect(refused == .exited(64) && reason.joined().contains("forbidden_url"))
        await server.stop()
    }

    @Test("captions come from the configured model") func captions() async throws {
        let server = try await ModelServer([CaptionTests.answer("Red")])
        let (end, output, errors) = try await run(
            ["caption_generation", "@/in.png", "@/out/c.json", "--json"],
            environment: ["LLM_BASE_URL": server.baseURL, "LLM_MODEL": "m", "LLM_API_KEY": "sk-secret"])
        #expect(end == .exited(0) && output.joined().contains(#""text" : "Red""#), "\(output) \(errors)")
        #expect(server.questions.first?.authorization == "Bearer sk-secret")
        #expect(!(output + errors).joined().contains("sk-secret"))
        await server.stop()
    }

    @Test("what goes wrong has a code of its own, and a reason")
    func failures() async throws {
        for (arguments, status, words) in [
            (["transmogrify", "@/in.png", "@/out/a"], 64, "There is no operation"),
            (["resize_image", "@/in.png", "@/out/a", "--param", "widht=2"], 64, "unknown parameter \"widht\""),
            (["resize_image", "@/in.png", "@/out/a", "--param", "width"], 64, "name=value"),
            (["resize_image", "@/in.png", "@/out/a", "--params", "[1]"], 64, "JSON object"),
            (["resize_image", "@/in.png"], 64, "output"),
            (["resize_image", "@/absent.png", "@/out/a", "--param", "width=2"], 66, "cannot be opened"),
            (["resize_image", "@/page.png", "@/out/a", "--param", "width=2"], 2, "unsupported_format"),
            (["resize_image", "@/in.png", "@/absent/a", "--param", "width=2"], 73, "does not exist"),
            (["caption_generation", "@/in.png", "@/out/a"], 69, "LLM_BASE_URL"),
            (["convert_image", "@/in.png", "@/out/a.xyz"], 64, "but is \"xyz\" (the format comes from the output's"),
            (["convert_image", "@/in.png", "@/out/a.webp", "--param", "quality=500"], 64, "\"quality\" must be"),
            (["transcoding", "@/in.png", "@/out/a.webm", "--param", "codec=h264"], 64, "\"codec\" must be"),
            (["resize_image", "@/in.png", "@/out/a.png", "--param", "filename=b"], 64, "\"filename\" is for jobs"),
            (["download", "ftp://example.com/a", "@/out/"], 64, "an http or https URL"),
            (["download", "http://10.0.0.1/", "@/out/"], 64, "the input leads to 10.0.0.1"),
            (["download", "http://10.0.0.1/", "@/out/", "--trusted-hosts", "10.0.0.1"], 64, "--trusted-hosts must"),
        ] as [([String], Int32, String)] {
            let (end, _, errors) = try await run(arguments)
            #expect(end == .exited(status) && errors.joined().contains(words), "\(arguments): \(end) \(errors)")
        }
        #expect(try folder.names("out").isEmpty)
        for arguments in [["detect", "@/in.png"], ["resize_image", "@/in.png", "@/out/a.png", "--param", "width=2"]] {
            let (end, _, errors) = try await run(arguments, environment: ["TMPDIR": "/dev/null"])
            #expect(end == .exited(73) && errors.joined().contains("media-tool: storage_failed"), "\(end) \(errors)")
        }
    }
}
