import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Directus

@Suite("Files")
struct TransferTests {
    private static let id = "11111111-2222-4333-8444-555555555555"

    private static func row(size: Int) -> ScriptedServer.Answer {
        .data(#"{"id":"\#(id)","filename_download":"a.bin","type":"video/mp4","filesize":"\#(size)"}"#)
    }

    private static func bytes(_ count: Int) -> Data {
        // Doubled, since a loop over every byte takes seconds without optimisation.
        var data = Data((0..<251).map { UInt8($0) })
        while data.count < count { data.append(data) }
        return data.prefix(count)
    }

    /// Answers the row, and then the file as `assets` says, which gets the number of the request for it.
    private func files(
        size: Int, _ assets: @escaping @Sendable (Int, ScriptedServer.Request) -> ScriptedServer.Answer
    ) async throws -> ScriptedServer {
        try await ScriptedServer { number, request in
            request.path.hasPrefix("/files/") ? Self.row(size: size) : assets(number - 1, request)
        }
    }

    private static func part(_ data: Data, from start: Int, tag: String = "a") -> ScriptedServer.Answer {
        ScriptedServer.Answer(
            status: 206,
            headers: [("Content-Range", "bytes \(start)-\(data.count - 1)/\(data.count)"), ("ETag", tag)],
            body: ByteBuffer(bytes: data[start...]))
    }

    @Test("a broken download goes on where it broke, and the file is whole")
    func resumed() async throws {
        let data = Self.bytes(700_000)
        let server = try await files(size: data.count) { number, request in
            switch number {
            case 1:
                ScriptedServer.Answer(headers: [("ETag", "a")], body: ByteBuffer(bytes: data), breaksAfter: 300_000)
            case 2: .error(503, "SERVICE_UNAVAILABLE")
            default: Self.part(data, from: Int(request["Range"]?.dropFirst(6).dropLast() ?? "") ?? 0)
            }
        }
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try await withDirectus(server) { directus, server in
                let row = try await directus.download(Self.id, to: file, limit: 1_000_000)
                #expect(row.filesize == data.count && row.type == "video/mp4")
                #expect(try Data(contentsOf: file) == data)
                let ranges = server.requests.dropFirst().map { $0["Range"] }
                #expect(ranges.first == .some(nil))
                let resumed = try #require(ranges.last??.dropFirst(6).dropLast())
                // What was on its way when the connection broke may be lost.
                #expect((1...300_000).contains(Int(resumed) ?? 0))
            }
        }
    }

    @Test("a file that changed in between is begun anew")
    func changed() async throws {
        let old = Self.bytes(1000)
        let new = Data(repeating: 7, count: 1000)
        let server = try await files(size: 1000) { number, request in
            if number == 1 {
                return ScriptedServer.Answer(headers: [("ETag", "a")], body: ByteBuffer(bytes: old), breaksAfter: 500)
            }
            if request["Range"] != nil { return Self.part(new, from: 500, tag: "b") }
            return ScriptedServer.Answer(headers: [("ETag", "b")], body: ByteBuffer(bytes: new))
        }
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try await withDirectus(server) { directus, _ in
                try await directus.download(Self.id, to: file, limit: 1000)
                #expect(try Data(contentsOf: file) == new)
            }
        }
    }

    @Test("a file that is too large is refused before its first byte, and one that does not say so at the limit")
    func limit() async throws {
        let server = try await files(size: 5000) { _, _ in .silent }
        let unknown = try await ScriptedServer { _, request in
            request.path.hasPrefix("/files/")
                ? .data(#"{"id":"\#(Self.id)"}"#) : ScriptedServer.Answer(body: ByteBuffer(bytes: Self.bytes(5000)))
        }
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try await withDirectus(server) { directus, server in
                let error = await failure { () async throws(DirectusError) in
                    try await directus.download(Self.id, to: file, limit: 4999)
                }
                #expect(error?.code == .contentTooLarge)
                #expect(server.requests.count == 1)
            }
            try await withDirectus(unknown) { directus, _ in
                let error = await failure { () async throws(DirectusError) in
                    try await directus.download(Self.id, to: file, limit: 4999)
                }
                #expect(error?.code == .contentTooLarge)
            }
            #expect(!FileManager.default.fileExists(atPath: file.path))
        }
    }

    @Test("another length than the row's is a mismatch, and nothing is left behind")
    func mismatch() async throws {
        let server = try await files(size: 999) { _, _ in
            ScriptedServer.Answer(body: ByteBuffer(bytes: Self.bytes(1000)))
        }
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try await withDirectus(server) { directus, _ in
                let error = await failure { () async throws(DirectusError) in
                    try await directus.download(Self.id, to: file, limit: 10_000)
                }
                #expect(error?.code == .sizeMismatch)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("a download that only ever breaks ends, and so does one that is cancelled")
    func hopeless() async throws {
        let data = Self.bytes(1000)
        let breaking = try await files(size: 1000) { _, _ in
            ScriptedServer.Answer(body: ByteBuffer(bytes: data), breaksAfter: 0)
        }
        let silent = try await files(size: 1000) { _, _ in .silent }
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try await withDirectus(breaking) { directus, server in
                let error = await failure { () async throws(DirectusError) in
                    try await directus.download(Self.id, to: file, limit: 1000)
                }
                #expect(error?.isUnavailable == true)
                #expect(server.requests.count == 6)
            }
            try await withDirectus(silent) { directus, server in
                let call = Task {
                    await failure { () async throws(DirectusError) in
                        try await directus.download(Self.id, to: file, limit: 1000)
                    }
                }
                for await request in server.arrivals where request.path.hasPrefix("/assets/") { break }
                call.cancel()
                #expect(await call.value?.code == .cancelled)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("an upload sends the metadata first, then the file, and names both safely")
    func upload() async throws {
        let server = try await ScriptedServer(Self.row(size: 5))
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try Data("bytes".utf8).write(to: file)
            try await withDirectus(server) { directus, server in
                let new = NewDirectusFile(
                    id: Self.id, filename: "über/\"x\"\r\ny.mp4", type: "video/mp4", title: "T", tags: ["a", "b"])
                let id = try await directus.upload(file, new).id
                #expect(id == Self.id)
                let request = try #require(server.requests.first)
                let boundary = try #require(
                    request["Content-Type"]?.split(separator: "boundary=").last.map(String.init))
                #expect(
                    request.body.replacing(boundary, with: "B") == """
                        --B\r
                        Content-Disposition: form-data; name="id"\r
                        \r
                        \(Self.id)\r
                        --B\r
                        Content-Disposition: form-data; name="title"\r
                        \r
                        T\r
                        --B\r
                        Content-Disposition: form-data; name="tags"\r
                        \r
                        ["a","b"]\r
                        --B\r
                        Content-Disposition: form-data; name="file"; filename="über_\\"x\\"__y.mp4"\r
                        Content-Type: video/mp4\r
                        \r
                        bytes\r
                        --B--\r

                        """)
                #expect(request["Content-Length"] == String(request.body.utf8.count))
            }
        }
    }

    @Test("metadata that would break a header, and a file that is not there, are refused without asking")
    func refusedUploads() async throws {
        let server = try await ScriptedServer(Self.row(size: 5))
        try await withFolder { folder in
            try await withDirectus(server) { directus, server in
                for new in [
                    NewDirectusFile(filename: "", type: "a/b"), NewDirectusFile(filename: "a", type: "a/b\r\nX: y"),
                    NewDirectusFile(filename: "a", type: "ab"), NewDirectusFile(id: "../x", filename: "a", type: "a/b"),
                ] {
                    let error = await failure { () async throws(DirectusError) in
                        try await directus.upload(folder.appending(path: "none"), new)
                    }
                    #expect(error?.code == .invalidArgument)
                }
                let error = await failure { () async throws(DirectusError) in
                    try await directus.upload(
                        folder.appending(path: "none"), NewDirectusFile(filename: "a", type: "a/b"))
                }
                #expect(error?.code == .fileSystem)
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test("a file that is there already gets the new bytes; without permission the same length must do")
    func uploadAgain() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try Self.bytes(3_000_000).write(to: file)
            let new = NewDirectusFile(id: Self.id, filename: "a.bin", type: "video/mp4")
            // The refusal comes before the body has been read, as a busy server does it.
            let replacing = try await ScriptedServer(answersAtHead: { $0.method == .POST }) { _, request in
                request.method == "POST" ? .error(400, "RECORD_NOT_UNIQUE") : Self.row(size: 3_000_000)
            }
            try await withDirectus(replacing) { directus, server in
                let size = try await directus.upload(file, new).filesize
                #expect(size == 3_000_000)
                #expect(server.requests.map(\.method) == ["POST", "PATCH"])
                #expect(server.requests.last?.path == "/files/\(Self.id)")
            }
            for size in [3_000_000, 4] {
                let forbidding = try await ScriptedServer { _, request in
                    switch request.method {
                    case "POST": .error(400, "RECORD_NOT_UNIQUE")
                    case "PATCH": .error(403, "FORBIDDEN")
                    default: Self.row(size: size)
                    }
                }
                try await withDirectus(forbidding) { directus, _ in
                    let error = await failure { () async throws(DirectusError) in try await directus.upload(file, new) }
                    #expect(error?.code == (size == 4 ? .recordNotUnique : nil))
                }
            }
        }
    }

    @Test("an upload whose connection breaks is sent again from its start")
    func brokenUpload() async throws {
        let server = try await ScriptedServer(.refused, .empty)
        try await withFolder { folder in
            let file = folder.appending(path: "a.bin")
            try Self.bytes(1_000_000).write(to: file)
            try await withDirectus(server) { directus, server in
                let made = try await directus.upload(
                    file, NewDirectusFile(id: Self.id, filename: "a.bin", type: "video/mp4"))
                // 204: it may not be read, but the id is ours.
                #expect(made.id == Self.id && made.filesize == 1_000_000)
                #expect(server.requests.count == 2)
            }
        }
    }
}
