// Files and their bytes (Directus, sections 10 and 11).

import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct FileTests {
    private func bytes(_ count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    }

    @Test func anUploadIsKeptWithTheMetadataThatPrecedesIt() async throws {
        try await withStandIn { client in
            let folder = try await client.post("/folders", ["name": "Inputs"]).data["id"] ?? .null
            let content = bytes(1_000_000)
            let file = try await client.upload([
                ("title", nil, nil, .init(string: "A title")), ("folder", nil, nil, .init(string: folder.string ?? "")),
                ("description", nil, nil, .init(string: "null")),
                ("tags", nil, nil, .init(string: "[\"a\"]")),
                ("file", "Ümlaut clip.MP4", "video/mp4", content),
                ("location", nil, nil, .init(string: "too late")),
            ])
            #expect(file.status == 200)
            #expect(file.data["title"] == "A title")
            #expect(file.data["folder"] == folder)
            #expect(file.data["description"] == .null)
            #expect(file.data["tags"] == ["a"])
            #expect(file.data["location"] == .null)
            #expect(file.data["type"] == "video/mp4")
            #expect(file.data["filesize"] == "1000000")
            #expect(file.data["filename_download"] == "Ümlaut clip.MP4")
            let id = try #require(file.data["id"]?.string)
            #expect(file.data["filename_disk"] == .string("\(id).mp4"))
            let asset = try await client.get("/assets/\(id)")
            #expect(asset.bytes == content)
            #expect(asset.headers.first(name: "content-type") == "video/mp4")
            #expect(asset.headers.first(name: "accept-ranges") == "bytes")
            let disposition = asset.headers.first(name: "content-disposition")
            #expect(disposition == "inline; filename=\"_mlaut clip.MP4\"; filename*=UTF-8''%C3%9Cmlaut%20clip.MP4")
            let download = try await client.get("/assets/\(id)/any.mp4?download")
            #expect(download.headers.first(name: "content-disposition")?.hasPrefix("attachment") == true)
        }
    }

    @Test func titlesAndTypesHaveTheirDefaults() async throws {
        try await withStandIn { client in
            let file = try await client.upload([("file", "summer_party-2.tar.gz", nil, bytes(10))])
            #expect(file.data["title"] == "Summer Party 2 Tar")
            #expect(file.data["type"] == "application/octet-stream")
            let many = try await client.upload([("a", "1.txt", "text/plain", bytes(1)), ("b", "2.txt", nil, bytes(0))])
            #expect(many.data.array?.compactMap { $0["filesize"]?.int } == [1, 0])
            let png: [UInt8] = [
                0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 2, 128, 0, 0, 1, 224,
            ]
            let picture = try await client.upload([("file", "p.png", "image/png", .init(bytes: png))])
            #expect(picture.data["width"] == 640)
            #expect(picture.data["height"] == 480)
        }
    }

    @Test func aChosenIDMakesRetriesHarmless() async throws {
        try await withStandIn { client async throws in
            let id = "0198c0de-0000-7000-8000-00000000000a"
            let parts: [(name: String, filename: String?, type: String?, content: ByteBuffer)] = [
                ("id", nil, nil, .init(string: id)), ("file", "a.bin", nil, bytes(5)),
            ]
            #expect(try await client.upload(parts).data["id"] == .string(id))
            #expect(try await client.upload(parts).outcome == "400 RECORD_NOT_UNIQUE")
            #expect(try await client.get("/assets/\(id)").bytes == bytes(5))
        }
    }

    @Test func uploadsThatAreNoneAreRefused() async throws {
        try await withStandIn({ $0.maximumUpload = 1_000 }) { client in
            #expect(try await client.upload([("title", nil, nil, .init(string: "x"))]).outcome == "400 INVALID_PAYLOAD")
            #expect(try await client.upload([("file", "", nil, bytes(1))]).outcome == "400 INVALID_PAYLOAD")
            #expect(try await client.upload([("file", "a", nil, bytes(1_001))]).outcome == "413 CONTENT_TOO_LARGE")
            #expect(try await client.post("/files", ["title": "x"]).outcome == "400 INVALID_PAYLOAD")
            let cut = try await client.call(
                .POST, "/files", headers: [("Content-Type", "multipart/form-data; boundary=edge")],
                bytes: .init(
                    string: "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf"))
            #expect(cut.outcome == "400 INVALID_PAYLOAD")
            let escaping = try await client.upload([
                ("id", nil, nil, .init(string: "../../x")), ("file", "a", nil, bytes(1)),
            ])
            #expect(escaping.outcome == "400 INVALID_PAYLOAD")
            #expect(try await client.get("/files").data == [])
            #expect(try await client.upload([("file", "a", nil, bytes(1))], token: nil).outcome == "403 FORBIDDEN")
        }
    }

    @Test(arguments: [
        ("bytes=0-1", 206, 0, 2), ("bytes=10-19", 206, 10, 20), ("bytes=990-", 206, 990, 1_000),
        ("bytes=-10", 206, 990, 1_000), ("bytes=-5000", 206, 0, 1_000), ("bytes=500-5000", 206, 500, 1_000),
        ("bytes=0-0", 416, 0, 0), ("bytes=1000-", 416, 0, 0), ("bytes=20-10", 416, 0, 0),
        ("bytes=0-1,5-6", 200, 0, 1_000), ("lines=1-2", 200, 0, 1_000),
    ])
    func rangesAreAnsweredInPart(header: String, status: Int, from: Int, to: Int) async throws {
        try await withStandIn { client in
            let file = try await client.upload([("file", "a.bin", nil, bytes(1_000))])
            let path = "/assets/" + (file.data["id"]?.string ?? "")
            let answer = try await client.call(.GET, path, headers: [("Range", header)])
            #expect(answer.status == status)
            guard status != 416 else {
                #expect(answer.code == "RANGE_NOT_SATISFIABLE")
                return
            }
            #expect(answer.bytes == bytes(1_000).getSlice(at: from, length: to - from))
            if status == 206 {
                #expect(answer.headers.first(name: "content-range") == "bytes \(from)-\(to - 1)/1000")
            }
            let head = try await client.call(.HEAD, path, headers: [("Range", header)])
            #expect(head.status == status)
            #expect(head.headers.first(name: "content-length") == String(to - from))
        }
    }

    @Test func bytesAreReplacedUnderTheSameIDAndDeletedWithTheirRow() async throws {
        try await withStandIn { client in
            let file = try await client.upload([("file", "a.bin", "image/png", bytes(10))])
            let id = file.data["id"]?.string ?? ""
            let metadata = try await client.patch(
                "/files/\(id)", ["title": "New", "duration": 1_500, "filename_disk": "../../etc/passwd"])
            #expect(metadata.data["title"] == "New")
            #expect(metadata.data["duration"] == 1_500)
            #expect(metadata.data["filename_disk"] == .string("\(id).bin"))
            let replaced = try await client.upload(
                [("file", "b.mp4", "video/mp4", bytes(20))], method: .PATCH, to: "/files/\(id)")
            #expect(replaced.data["filesize"] == "20")
            #expect(replaced.data["title"] == "New")
            let asset = try await client.get("/assets/\(id)")
            #expect(asset.bytes == bytes(20))
            #expect(asset.headers.first(name: "etag") != nil)
            #expect(try await client.get("/assets/\(id)?width=10").outcome == "400 INVALID_QUERY")
            #expect(try await client.call(.DELETE, "/files/\(id)").status == 204)
            #expect(try await client.get("/assets/\(id)").outcome == "403 FORBIDDEN")
        }
    }

    @Test func aFileInUseIsKeptOrLetGoAsItsRelationSays() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let file = try await client.upload([("file", "a.bin", nil, bytes(10))])
            let id = file.data["id"]?.string ?? ""
            let job = try await client.post("/items/jobs", ["file": .string(id)])
            let path = "/items/jobs/" + (job.data["id"]?.string ?? "") + "?fields=file"
            #expect(try await client.call(.DELETE, "/relations/jobs/file").status == 204)
            _ = try await client.post(
                "/relations",
                [
                    "collection": "jobs", "field": "file", "related_collection": "directus_files",
                    "schema": ["on_delete": "NO ACTION"],
                ])
            #expect(try await client.call(.DELETE, "/files/\(id)").outcome == "400 INVALID_FOREIGN_KEY")
            #expect(try await client.get("/assets/\(id)").status == 200)
            #expect(try await client.get(path).data == ["file": .string(id)])
        }
    }

    @Test func workersWithoutReadAccessStoreFilesUnseen() async throws {
        try await withStandIn { client in
            let user = try await client.makeUser("worker", [("directus_files", "create", ["fields": ["title", "id"]])])
            let id = "0198c0de-0000-7000-8000-00000000000b"
            let stored = try await client.upload(
                [("id", nil, nil, .init(string: id)), ("file", "a.bin", nil, bytes(3))], token: user.token)
            #expect(stored.status == 204)
            #expect(try await client.get("/files/\(id)?fields=uploaded_by").data == ["uploaded_by": .string(user.id)])
            #expect(try await client.get("/assets/\(id)", token: user.token).outcome == "403 FORBIDDEN")
            let refused = try await client.upload(
                [("description", nil, nil, .init(string: "x")), ("file", "a.bin", nil, bytes(3))], token: user.token)
            #expect(refused.outcome == "403 FORBIDDEN")
        }
    }
}
