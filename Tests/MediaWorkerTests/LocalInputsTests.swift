// `file:` inputs stay inside their root.

import Foundation
import Testing

@testable import MediaJobs

@Suite struct LocalInputsTests {
    let folder: TestFolder
    let inputs: LocalInputs
    let root: String

    init() throws {
        folder = try TestFolder()
        try folder.file("root/summer/a photo.jpg", [7, 7, 7])
        try folder.file("root/top.jpg", [8])
        try folder.file("secret.jpg", [9])
        let root = folder.url.appendingPathComponent("root")
        try FileManager.default.createSymbolicLink(
            at: root.appendingPathComponent("link.jpg"),
            withDestinationURL: folder.url.appendingPathComponent("secret.jpg"))
        try FileManager.default.createSymbolicLink(
            at: root.appendingPathComponent("out"), withDestinationURL: folder.url)
        #expect(mkfifo(root.appendingPathComponent("pipe").path, 0o600) == 0)
        var limits = InputLimits()
        limits.other = 100
        inputs = try LocalInputs(root: root, limits: limits)
        self.root = root.path
    }

    func copy(_ text: String) throws -> [UInt8] {
        let target = folder.url.appendingPathComponent(UUID().uuidString)
        try inputs.copy(text, to: target)
        return try Array(Data(contentsOf: target))
    }

    @Test("a file below the root is copied, by absolute or relative path") func inside() throws {
        for text in [
            "file://\(root)/summer/a%20photo.jpg", "file:\(root)/summer/a%20photo.jpg", "file:summer/a%20photo.jpg",
            "FILE://localhost\(root)/summer/a%20photo.jpg", "file://\(root)//summer///a%20photo.jpg",
        ] {
            #expect(try copy(text) == [7, 7, 7], "\(text)")
        }
        #expect(try copy("file:top.jpg") == [8])
    }

    @Test("nothing outside the root can be named")
    func outside() throws {
        let above = folder.url.path
        for text in [
            "file://\(above)/secret.jpg", "file://\(root)/../secret.jpg", "file:../secret.jpg",
            "file:summer/../../secret.jpg", "file:%2e%2e/secret.jpg", "file:..%2Fsecret.jpg", "file:///etc/passwd",
            "file://\(root)", "file:", "file:///", "file://\(root)-other/a.jpg", "file:summer/%00/a.jpg",
            "file:link.jpg", "file:out/secret.jpg", "file://\(root)/out/secret.jpg", "file://other.host\(root)/top.jpg",
            "file:summer", "file:pipe", "file:./top.jpg", "file:top.jpg?x", "file:top.jpg#x",
        ] {
            let error = #expect(throws: MediaJobError.self, "\(text)") { try copy(text) }
            #expect(error?.isPermanent == true && error?.message.contains(above) == false, "\(text)")
        }
    }

    @Test("what does not exist and what is too large are said so") func others() throws {
        #expect(#expect(throws: MediaJobError.self) { try copy("file:absent.jpg") }?.code == .notFound)
        try folder.file("root/large.jpg", [UInt8](repeating: 0, count: 101))
        #expect(#expect(throws: MediaJobError.self) { try copy("file:large.jpg") }?.code == .tooLarge)
    }

    @Test("copying stops when it is told to, and before the disk is full") func stopping() throws {
        struct Stop: Error {}
        let target = folder.url.appendingPathComponent("copy")
        #expect(throws: Stop.self) { try inputs.copy("file:top.jpg", to: target) { throw Stop() } }
        var limits = InputLimits()
        limits.reserve = .max / 2
        let cramped = try LocalInputs(root: URL(fileURLWithPath: root), limits: limits)
        let error = #expect(throws: MediaJobError.self) {
            try cramped.copy("file:top.jpg", to: folder.url.appendingPathComponent("other"))
        }
        #expect(error?.code == .storageFailed && error?.isPermanent == false)
    }
}
