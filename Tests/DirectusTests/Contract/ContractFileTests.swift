import Directus
import DirectusStandIn
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite("Directus: files")
struct ContractFileTests {
    private static func form(_ parts: [(header: String, body: String)]) -> (String, ByteBuffer) {
        let text = parts.map { "--B\r\n\($0.header)\r\n\r\n\($0.body)\r\n" }.joined() + "--B--\r\n"
        return ("multipart/form-data; boundary=B", ByteBuffer(string: text))
    }

    private static func field(_ name: String, _ value: String) -> (String, String) {
        ("Content-Disposition: form-data; name=\"\(name)\"", value)
    }

    private static func file(_ name: String, _ type: String, _ body: String) -> (String, String) {
        ("Content-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: \(type)", body)
    }

    private func withFile(
        _ body: String, _ test: (Contract, _ id: String, _ made: Contract.Reply) async throws -> Void
    ) async throws {
        try await Contract.run { directus in
            let id = UUID().uuidString.lowercased()
            let made = try await directus.send(
                "POST", "/files",
                Self.form([
                    Self.field("id", id), Self.field("title", "A title"), Self.field("description", "null"),
                    Self.file("über.txt", "video/x-test", body), Self.field("title", "too late"),
                ]))
            try await test(directus, id, made)
            _ = try await directus.call("DELETE", "/files/\(id)")
        }
    }

    @Test("metadata before the file counts, after it is lost; the stated type is stored; the id is the caller's, once")
    func upload() async throws {
        try await withFile("hello") { directus, id, made in
            #expect(made.status == 200)
            let row = try #require(made.data)
            #expect(row["id"]?.string == id && row["title"] == "A title" && row["description"] == .null)
            #expect(row["filename_download"] == "über.txt" && row["type"] == "video/x-test")
            #expect(row["filesize"]?.integer == 5)
            let again = try await directus.send(
                "POST", "/files", Self.form([Self.field("id", id), Self.file("a.txt", "text/plain", "x")]))
            #expect(again.outcome == "400 RECORD_NOT_UNIQUE")
            let nameless = try await directus.send("POST", "/files", Self.form([Self.field("file", "bytes")]))
            #expect(nameless.status == 400)
            let changed = try await directus.call("PATCH", "/files/\(id)", ["duration": 1500])
            #expect(changed.data?["duration"]?.integer == 1500)
        }
    }

    @Test("assets are the bytes, whole or in ranges, but not in a range of one byte")
    func assets() async throws {
        try await withFile("0123456789") { directus, id, _ in
            let whole = try await directus.call("GET", "/assets/\(id)")
            #expect(whole.status == 200 && whole.text == "0123456789")
            #expect(whole.headers.first(name: "Content-Type")?.hasPrefix("video/x-test") == true)
            #expect(whole.headers.first(name: "Content-Length") == "10")
            #expect(whole.headers.first(name: "Accept-Ranges") == "bytes")
            for (range, text, content) in [
                ("bytes=2-5", "2345", "bytes 2-5/10"), ("bytes=7-", "789", "bytes 7-9/10"),
                ("bytes=-3", "789", "bytes 7-9/10"),
            ] {
                let part = try await directus.call("GET", "/assets/\(id)", headers: [("Range", range)])
                #expect(part.status == 206 && part.text == text, "\(range)")
                #expect(part.headers.first(name: "Content-Range") == content)
            }
            for range in ["bytes=0-0", "bytes=20-30"] {
                let refused = try await directus.call("GET", "/assets/\(id)", headers: [("Range", range)])
                #expect(refused.status == 416, "\(range)")
            }
            let head = try await directus.call("HEAD", "/assets/\(id)")
            #expect(head.status == 200 && head.headers.first(name: "Content-Length") == "10")
            let named = try await directus.call("GET", "/assets/\(id)/any.txt?download")
            #expect(named.headers.first(name: "Content-Disposition")?.hasPrefix("attachment") == true)
            let stranger = try await directus.call("GET", "/assets/\(id)", token: .none)
            #expect(stranger.outcome == "403 FORBIDDEN")
        }
    }

    @Test("what we upload we download again, and a second upload under the same id replaces the bytes")
    func roundTrip() async throws {
        try await Contract.run { directus in
            try await withFolder { folder in
                let source = folder.appending(path: "source.bin")
                let target = folder.appending(path: "target.bin")
                var bytes = Data((0...255).map { UInt8($0) })
                while bytes.count < 2_000_000 { bytes.append(bytes) }
                try bytes.write(to: source)
                let new = NewDirectusFile(
                    filename: "tea \"ser\".mp4", type: "video/mp4", title: "Teaser", tags: ["a", "b"])
                let made = try await directus.client.upload(source, new)
                #expect(made.id == new.id && made.filesize == bytes.count && made.title == "Teaser")
                #expect(made.tags == ["a", "b"] && made.filenameDownload == "tea \"ser\".mp4")
                // Breaks in the middle where we can make it.
                directus.faults?.next(.brokenBody(after: 1_500_000), path: "/assets/")
                directus.faults?.next(.underPressure, path: "/assets/")
                let row = try await directus.client.download(new.id, to: target, limit: bytes.count)
                #expect(row.type == "video/mp4")
                #expect(try Data(contentsOf: target) == bytes)
                try Data("shorter".utf8).write(to: source)
                let replaced = try await directus.client.upload(source, new)
                #expect(replaced.id == new.id)
                try await directus.client.download(new.id, to: target, limit: 100)
                #expect(try Data(contentsOf: target) == Data("shorter".utf8))
                try await directus.client.deleteFile(new.id)
                let gone = try await directus.client.file(new.id)
                #expect(gone == nil)
            }
        }
    }
}
