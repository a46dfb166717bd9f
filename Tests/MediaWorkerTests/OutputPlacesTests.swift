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

    @Test("ids that begin alike have places of their own, however long they are") func longIDs() throws {
        let places = OutputPlaces(root: try #require(folder).url)
        func place(_ id: String) throws -> String {
            try places.place(jobID: id, operation: "o", input: "a.png", placement: try OutputPlacement())
                .folder.lastPathComponent
        }
        let start = String(repeating: "tenant-", count: 20)
        #expect(try place(start + "1") != place(start + "2"))
        #expect(try place(start + "1") == place(start + "1"))
        // One letter to a reader, but hundreds of bytes to the file system.
        #expect(try place("e" + String(repeating: "\u{301}", count: 400)).utf8.count < 200)
    }

    @Test("what a killed attempt left of a result goes before the next one; other results stay") func remains() throws {
        let folder = try #require(folder)
        for name in [".a-o.jpg.123.part", ".a-o2.jpg.5.part", ".b-o.jpg.7.part", "a-o.jpg", ".a-o.jpg"] {
            try folder.file("42/\(name)")
        }
        _ = try OutputPlaces(root: folder.url).place(
            jobID: "42", operation: "o", input: "a.png", placement: try OutputPlacement())
        #expect(try folder.names("42") == [".a-o.jpg", ".a-o2.jpg.5.part", ".b-o.jpg.7.part", "a-o.jpg"])
    }

    @Test("a place where no result can be written is found out beforehand, and a good one is not made")
    func check() throws {
        let folder = try #require(folder)
        try folder.file("plain")
        try OutputPlaces(root: folder.url).check()
        try OutputPlaces(root: folder.url.appendingPathComponent("new/deep")).check()
        #expect(try folder.names() == ["plain"])
        for path in ["plain", "plain/below"] {
            let error = #expect(throws: MediaJobError.self) {
                try OutputPlaces(root: folder.url.appendingPathComponent(path)).check()
            }
            #expect(error?.code == .storageFailed && error?.message.contains("Not a directory") == true)
        }
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

    @Test("a place that belongs to another user is refused", .enabled(if: geteuid() == 0)) func foreignBase() throws {
        let folder = try #require(folder)
        let base = try folder.folder("tmp")
        #expect(chown(base.path, 12345, 12345) == 0)
        let error = #expect(throws: MediaJobError.self) { try Workspace(base: base) }
        #expect(error?.code == .storageFailed && error?.message.contains("another user") == true)
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
