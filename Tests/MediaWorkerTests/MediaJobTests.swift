// Job data, and a job from data to result.

import Foundation
import MediaProcessing
import Testing

@testable import MediaJobs

@Suite struct MediaJobTests {
    let folder = try? TestFolder()

    /// A PNG of 4 × 2 red pixels.
    static let picture = Data(base64Encoded: Self.pictureText).map { [UInt8]($0) } ?? []

    private static let pictureText =
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEElEQVR42mP4z8AARwzIHABvqgf5aN2v"
        + "pwAAAABJRU5ErkJggg=="

    func decode<Operation: MediaOperation>(_ type: Operation.Type, _ text: String) throws -> MediaJob<Operation> {
        try JSONDecoder().decode(MediaJob<Operation>.self, from: Data(text.utf8))
    }

    func runner(_ folder: TestFolder) throws -> MediaJobRunner {
        MediaJobRunner(
            local: try LocalInputs(root: try folder.folder("in")), remote: RemoteFetcher(),
            places: OutputPlaces(root: try folder.folder("out")),
            workspace: try Workspace(base: try folder.folder("tmp")))
    }

    @Test("job data of an API server is understood") func data() throws {
        let job = try decode(
            ResizeImage.self,
            """
            {"jobId":"f47ac10b-58cc-4372-a567-0e02b2c3d479","operation":"resize_image","input_file_id":null,
             "input_url":"https://example.com/a.jpg","params":{"width":100},"creator_profile_id":null,
             "userId":"u1","requestedAt":"2026-01-01T00:00:00Z"}
            """)
        #expect(job.recordID == "f47ac10b-58cc-4372-a567-0e02b2c3d479" && job.statedOperation == "resize_image")
        #expect(job.operation.width == 100 && job.input == .url("https://example.com/a.jpg"))
        #expect(job.userID == "u1" && job.creatorProfileID == nil && !job.ignoresURL)
    }

    @Test(
        "wrong job data is refused for good, with the reason",
        arguments: [
            ("[]", "must be an object"), (#"{"params":{"width":1}}"#, #""input_url" is required for resize_image"#),
            (#"{"input_url":5,"params":{"width":1}}"#, #""input_url" must be a string"#),
            (#"{"input_file_id":"","params":{"width":1}}"#, #""input_file_id" or "input_url" is required"#),
        ])
    func wrongData(text: String, reason: String) throws {
        let error = #expect(throws: MediaJobError.self) { try decode(ResizeImage.self, text) }
        #expect(error?.isPermanent == true && error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test("a stored file wins over a URL, and is refused where no store is") func storedFile() async throws {
        let job = try decode(
            ConvertImage.self, #"{"input_file_id":"f47a","input_url":"file:red.png","params":{"format":"jpeg"}}"#)
        #expect(job.input == .fileID("f47a") && job.ignoresURL)
        let runner = try runner(try #require(folder))
        let error = await #expect(throws: MediaJobError.self) { try await runner.run(job, id: "1") { _ in } }
        #expect(error?.isPermanent == true && error?.message.contains("needs a Directus server") == true)
    }

    @Test("wrong, missing and null params are the operation's to refuse")
    func wrongParams() throws {
        for params in [#","params":{"widht":1}"#, #","params":{}"#, #","params":null"#, "", #","params":[1]"#] {
            let error = #expect(throws: MediaError.self) {
                try decode(ResizeImage.self, #"{"input_url":"file:a.png"\#(params)}"#)
            }
            #expect(error?.code == .invalidParameter)
        }
    }

    @Test("a job runs from file: to its result, twice to the same place, and leaves nothing else") func run()
        async throws
    {
        let folder = try #require(folder)
        try folder.file("in/red.png", Self.picture)
        let runner = try runner(folder)
        let job = try decode(ConvertImage.self, #"{"input_url":"file:red.png","params":{"format":"jpeg"}}"#)
        let first = try await runner.run(job, id: "7") { _ in }
        let second = try await runner.run(job, id: "7") { _ in }
        #expect(first.path == second.path && first.path.hasSuffix("/out/7/red-convert_image.jpg"))
        #expect(first.width == 4 && first.height == 2 && first.format == "jpeg")
        #expect(try folder.names("out/7") == ["red-convert_image.jpg"])
        let left = try folder.names("tmp")
        #expect(left.count == 1)
        #expect(try folder.names("tmp/\(try #require(left.first))").isEmpty)
    }

    @Test("a failed job leaves nothing at all") func failure() async throws {
        let folder = try #require(folder)
        try folder.file("in/fake.png", Array("<svg/>".utf8))
        let runner = try runner(folder)
        let job = try decode(ConvertImage.self, #"{"input_url":"file:fake.png","params":{"format":"jpeg"}}"#)
        await #expect(throws: MediaError.self) { try await runner.run(job, id: "8") { _ in } }
        #expect(try folder.names("out/8").isEmpty)
        #expect(try folder.names("tmp/\(try #require(try folder.names("tmp").first))").isEmpty)
    }

    @Test("what is wrong with a further input is said of the parameter that names it") func furtherInput() async throws
    {
        let folder = try #require(folder)
        try folder.file("in/red.png", Self.picture)
        let runner = try runner(folder)
        for (url, words) in [
            ("file:absent.png", #""image_url" names a file that does not exist"#),
            ("http://user:pw@example.com/", #""image_url" must not carry"#),
        ] {
            let job = try decode(
                WatermarkImage.self, #"{"input_url":"file:red.png","params":{"image_url":"\#(url)"}}"#)
            let error = await #expect(throws: MediaJobError.self) { try await runner.run(job, id: "9") { _ in } }
            #expect(error?.message.contains(words) == true && error?.message.contains("input_url") == false)
        }
    }

    @Test("each operation has one name, and its parameters are described") func documentation() throws {
        let names = MediaJobCatalogue.all.map { $0.name }
        #expect(Set(names).count == names.count, "\(names)")
        let readme = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../Samples/MediaWorker/README.md"), encoding: .utf8)
        for name in names { #expect(readme.contains("`\(name)`"), "\(name)") }
    }
}
