// Names of results, and private folders.

import Foundation
import MediaProcessing
import Testing

@testable import MediaJobs

@Suite struct OutputPlacesTests {
    let folder = try? TestFolder()

    @Test("a result is named after input and operation, in a folder of its job")
    func names() throws {
        let folder = try #require(folder)
        let places = OutputPlaces(root: folder.url)
        func place(_ input: String, id: String = "42", _ placement: OutputPlacement) throws -> String {
            let place = try places.place(jobID: id, operation: "resize_image", input: input, placement: placement)
            #expect(FileManager.default.fileExists(atPath: place.folder.path))
            return String(place.file(withExtension: "jpg").path.dropFirst(folder.url.path.count + 1))
        }
        let plain = try OutputPlacement()
        #expect(try place("file:///media/a%20b.PNG", plain) == "42/a_b-resize_image.jpg")
        #expect(try place("https://example.com/x/photo.large.webp?w=1#f", plain) == "42/photo.large-resize_image.jpg")
        #expect(try place("https://example.com/", plain) == "42/example-resize_image.jpg")
        #expect(try place("https://example.com/%2e%2e%2f", plain) == "42/media-resize_image.jpg")
        #expect(try place("https://example.com/Gr%C3%B6%C3%9Fe.jpg", plain) == "42/Größe-resize_image.jpg")
        #expect(try place("a.png", id: "../../x", plain) == "x/a-resize_image.jpg")
        #expect(try place("a.png", id: "..", plain) == "media/a-resize_image.jpg")
        let named = try OutputPlacement(stem: "cover", folder: "2026/spring")
        #expect(try place("a.png", named) == "2026/spring/42/cover.jpg")
    }

    @Test("a private folder is gone after success and after failure") func privateFolder() async throws {
        let folder = try #require(folder)
        let workspace = try Workspace(base: folder.url.appendingPathComponent("tmp"))
        let first = try await workspace.withFolder { inner in
            try Data([1]).write(to: inner.appendingPathComponent("x"))
            return inner
        }
        #expect(!FileManager.default.fileExists(atPath: first.path))
        struct Failure: Error {}
        var second: URL?
        await #expect(throws: Failure.self) {
            try await workspace.withFolder { inner in
                second = inner
                throw Failure()
            }
        }
        #expect(FileManager.default.fileExists(atPath: try #require(second).path) == false)
    }

    @Test("folders of processes that died are removed at the start, those of others are not") func abandoned() throws {
        let folder = try #require(folder)
        let base = folder.url.appendingPathComponent("tmp")
        let living = try Workspace(base: base)
        try folder.file("tmp/worker-dead/left/over")
        try folder.file("tmp/unrelated/file")
        let before = try folder.names("tmp").filter { $0 != "worker-dead" }
        let another = try Workspace(base: base)
        let after = try folder.names("tmp")
        #expect(Set(before).isSubset(of: after) && !after.contains("worker-dead") && after.count == before.count + 1)
        withExtendedLifetime((living, another)) {}
    }
}
