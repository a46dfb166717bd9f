import Directus
import DirectusStandIn
import Foundation
import NIOCore
import Testing

@Suite("Directus: the server and its data model")
struct ContractServerTests {
    @Test("the server tells that it is there")
    func health() async throws {
        try await Contract.run { directus in
            let ping = try await directus.call("GET", "/server/ping", token: .none)
            #expect(ping.status == 200 && ping.text == "pong")
            let health = try await directus.call("GET", "/server/health", token: .none)
            #expect(health.json?["status"]?.string != nil)
            let info = try await directus.call("GET", "/server/info")
            #expect(info.data?.object != nil)
            try await directus.client.ping()
        }
    }

    @Test("a collection without a schema has no table, and a name is taken once")
    func collections() async throws {
        try await Contract.run { directus in
            let taken = try await directus.call(
                "POST", "/collections", ["collection": .string(directus.collection), "meta": [:], "schema": [:]])
            #expect(taken.outcome == "400 INVALID_PAYLOAD")
            let reserved = try await directus.call(
                "POST", "/collections", ["collection": "directus_mine", "meta": [:], "schema": [:]])
            #expect(reserved.outcome == "400 INVALID_PAYLOAD")
            let there = try await directus.call("GET", "/collections/\(directus.collection)")
            #expect(there.data?["collection"]?.string == directus.collection)
            let fields = try await directus.call("GET", "/fields/\(directus.collection)")
            let id = try #require(fields.rows.first { $0["field"] == "id" })
            #expect(id["type"] == "uuid")
            let added = try await directus.call(
                "POST", "/fields/\(directus.collection)",
                ["field": "extra", "type": "text", "meta": [:], "schema": [:]])
            #expect(added.status == 200)
            let row = try await directus.call("POST", directus.items, ["slug": "a", "extra": "text"])
            #expect(row.data?["extra"] == "text")
        }
    }

    @Test("a reference to a file is checked, and empties when the file goes")
    func relation() async throws {
        try await Contract.run { directus in
            _ = try await directus.call(
                "POST", "/fields/\(directus.collection)",
                ["field": "file", "type": "uuid", "meta": ["special": ["file"], "interface": "file"], "schema": [:]])
            let related = try await directus.call(
                "POST", "/relations",
                [
                    "collection": .string(directus.collection), "field": "file", "related_collection": "directus_files",
                    "schema": ["on_delete": "SET NULL"],
                ])
            #expect(related.status == 200)
            let wrong = try await directus.call(
                "POST", directus.items, ["slug": "a", "file": .string(UUID().uuidString.lowercased())])
            #expect(wrong.outcome == "400 INVALID_FOREIGN_KEY")
            try await withFolder { folder in
                let source = folder.appending(path: "a.txt")
                try Data("a".utf8).write(to: source)
                let file = try await directus.client.upload(
                    source, NewDirectusFile(filename: "a.txt", type: "text/plain"))
                let made = try await directus.call("POST", directus.items, ["slug": "a", "file": .string(file.id)])
                let id = try #require(made.data?["id"]?.string, "\(made.outcome)")
                let expanded = try await directus.call("GET", "\(directus.items)/\(id)?fields=file.type,slug")
                #expect(expanded.data == ["file": ["type": "text/plain"], "slug": "a"])
                try await directus.client.deleteFile(file.id)
                let left = try await directus.call("GET", "\(directus.items)/\(id)")
                #expect(left.data?["file"] == .null)
            }
        }
    }

    @Test("pages walk through a collection by its keys")
    func pages() async throws {
        try await Contract.run { directus in
            try await directus.add("a", "b", "c", "d", "e")
            var sizes: [Int] = []
            var slugs: Set<String> = []
            for try await page in directus.client.pages(
                of: directus.collection, DirectusQuery(fields: ["slug"]), size: 2, as: DirectusRow.self)
            {
                sizes.append(page.count)
                slugs.formUnion(page.compactMap { $0["slug"]?.string })
            }
            #expect(sizes == [2, 2, 1])
            #expect(slugs == ["a", "b", "c", "d", "e"])
        }
    }
}

/// What would leave traces in a real server, or needs its faults.
@Suite("Directus: with the stand-in", .enabled(if: Contract.realServer == nil))
struct ContractStandInTests {
    @Test("the data model is created once; what is missing is added, what differs is left")
    func schema() async throws {
        try await Contract.run { directus in
            let first = try await DirectusSchema.queueSystem.apply(with: directus.client)
            #expect(first.filter { $0.kind == .createdCollection }.count == 8)
            #expect(first.contains { $0.description == "created relation media_jobs.input_file_id" })
            let second = try await DirectusSchema.queueSystem.apply(with: directus.client)
            #expect(second.isEmpty, "\(second)")
            _ = try await directus.call("DELETE", "/fields/media_jobs/queue")
            _ = try await directus.call("DELETE", "/fields/media_jobs/progress")
            _ = try await directus.call(
                "POST", "/fields/media_jobs", ["field": "progress", "type": "string", "meta": [:], "schema": [:]])
            let third = try await DirectusSchema.queueSystem.apply(with: directus.client)
            #expect(
                third.map(\.description).sorted() == [
                    "created column media_jobs.queue",
                    "left column of another type media_jobs.progress (string instead of integer)",
                ])
            let job = MediaJobRecord.collection
            let row: DirectusRow = ["operation": "resize_image", "params": ["width": 640]]
            let id = try #require(try await directus.client.create(row, in: job)?.id)
            let record = try #require(try await directus.client.item(job, id: id, as: MediaJobRecord.self))
            #expect(record.status == .pending && record.params == ["width": 640] && record.userCreated != nil)
            #expect(record.columns.isSuperset(of: ["started_at", "output_file_id"]))
            let term = try await directus.client.create(
                ["slug": "a", "name": "A", "synonyms": ["b"]] as DirectusRow, in: TaxonomyTermRecord.collection)
            let read = try await directus.client.item(
                TaxonomyTermRecord.collection, id: term?.id ?? "", as: TaxonomyTermRecord.self)
            #expect(read?.synonyms == ["b"] && read?.status == "published")
        }
    }

    @Test("setting up without an admin's token is refused in words that help")
    func schemaWithoutAdmin() async throws {
        try await Contract.run { directus in
            try await directus.withUser { _, token, _ in
                let client = DirectusClient(try DirectusConfiguration(url: directus.url, token: token))
                let error = await failure { () async throws(DirectusError) in
                    try await DirectusSchema.queueSystem.apply(with: client)
                }
                await client.shutdown()
                #expect(error?.code == .forbidden && error?.message.contains("admin") == true)
            }
        }
    }

    @Test("a web hook is called when a row changes, and is set up once")
    func webHook() async throws {
        let receiver = try await ScriptedServer(.empty)
        try await Contract.run { directus in
            var schema = DirectusSchema(collections: [])
            var hook = DirectusSchema.taxonomyInvalidation(url: receiver.url + "/old", secret: "a secret")
            hook.collections = [directus.collection]
            schema.webHooks = [hook]
            let first = try await schema.apply(with: directus.client)
            #expect(first.map(\.kind) == [.createdFlow])
            schema.webHooks[0].url = receiver.url + "/invalidate"
            let moved = try await schema.apply(with: directus.client)
            #expect(moved.map(\.kind) == [.changedFlow])
            let second = try await schema.apply(with: directus.client)
            #expect(second.isEmpty, "\(second)")
            try await directus.add("a")
            for await request in receiver.arrivals {
                #expect(request.method == "POST" && request.uri == "/invalidate")
                #expect(request["X-Queue-Secret"] == "a secret")
                break
            }
        }
        await receiver.stop()
    }

    @Test("calls get through a server under pressure, and a lost answer makes no second row")
    func faults() async throws {
        try await Contract.run { directus in
            let faults = try #require(directus.faults)
            faults.next(.underPressure)
            faults.next(.tooManyRequests(retryAfter: 0))
            faults.next(.badGateway)
            faults.next(.closedConnection)
            let none = try await directus.client.count(directus.collection)
            #expect(none == 0)
            faults.next(.lostAnswer, method: "POST")
            let id = UUID().uuidString.lowercased()
            let made = try await directus.client.create(
                ["id": .string(id), "slug": "a"] as DirectusRow, in: directus.collection)
            #expect(made?.id == id)
            let one = try await directus.client.count(directus.collection)
            #expect(one == 1)
            faults.next(.lostAnswer, method: "PATCH")
            try await directus.client.update(directus.collection, id: id, ["number": 2] as DirectusRow)
            let changed = try await directus.client.update(
                directus.collection, where: .equal("number", 2), ["number": 3] as DirectusRow)
            #expect(changed == [id])
        }
    }
}
