// Flows that call webhooks when items change (Directus, section 12). A second stand-in takes the calls.

import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct FlowTests {
    private func makeFlow(_ client: StandInClient, calling url: String, status: String = "active") async throws {
        let flow = try await client.post(
            "/flows",
            [
                "name": "Cache", "status": .string(status), "trigger": "event", "accountability": "all",
                "options": [
                    "type": "action", "scope": ["items.create", "items.update", "items.delete", "files.upload"],
                    "collections": ["jobs"],
                ],
            ])
        let operation = try await client.post(
            "/operations",
            [
                "flow": flow.data["id"] ?? .null, "key": "call", "type": "request", "position_x": 19, "position_y": 1,
                "options": [
                    "method": "POST", "url": .string(url + "/items/calls"),
                    "headers": [["header": "Authorization", "value": .string("Bearer \(StandInClient.adminToken)")]],
                    "body": "{\"event\":\"{{$trigger.event}}\",\"trigger\":{{$trigger}}}",
                ],
            ])
        let linked = try await client.patch(
            "/flows/" + (flow.data["id"]?.string ?? ""), ["operation": operation.data["id"] ?? .null])
        #expect(linked.status == 200)
    }

    private func withReceiver(_ body: (StandInClient) async throws -> Void) async throws {
        try await withStandIn { receiver in
            _ = try await receiver.post(
                "/collections",
                [
                    "collection": "calls", "schema": .object([:]),
                    "fields": [["field": "event", "type": "string"], ["field": "trigger", "type": "json"]],
                ])
            try await body(receiver)
        }
    }

    @Test func changesOfItemsAreToldInTheShapesOfDirectus() async throws {
        try await withReceiver { receiver in
            var ids: [JSONValue] = []
            // The calls of a stand-in are made when it has ended.
            try await withStandIn { client in
                try await client.makeJobs()
                try await makeFlow(client, calling: receiver.url)
                let created = try await client.post("/items/jobs", [["name": "a"], ["name": "b"]])
                ids = (created.data.array ?? []).compactMap { $0["id"] }
                _ = try await client.patch("/items/jobs", ["keys": .array(ids), "data": ["note": "x"]])
                _ = try await client.call(.DELETE, "/items/jobs", .array(ids))
                _ = try await client.post("/folders", ["name": "no event that anyone wants"])
                _ = try await client.upload([("file", "a", nil, .init(string: "x"))])
            }
            let calls = try await receiver.get("/items/calls?sort=event,id").data.array ?? []
            let events = calls.compactMap { $0["event"]?.string }
            #expect(
                events == [
                    "files.upload", "jobs.items.create", "jobs.items.create", "jobs.items.delete", "jobs.items.update",
                ])
            try #require(events.count == 5)
            let triggers = calls.compactMap { $0["trigger"] }
            #expect(Set(triggers[1...2].compactMap { $0["key"] }) == Set(ids))
            #expect(triggers[1]["collection"] == "jobs")
            #expect(triggers[3]["keys"] == .array(ids))
            #expect(triggers[3]["payload"] == .array(ids))
            #expect(triggers[4]["keys"] == .array(ids))
            #expect(triggers[4]["payload"] == ["note": "x"])
        }
    }

    @Test func inactiveFlowsAndFailingCallsDisturbNobody() async throws {
        try await withReceiver { receiver in
            try await withStandIn({ $0.webhookTimeout = .seconds(1) }) { client in
                try await client.makeJobs()
                try await makeFlow(client, calling: receiver.url, status: "inactive")
                try await makeFlow(client, calling: "http://127.0.0.1:1")
                #expect(try await client.post("/items/jobs", ["name": "a"]).status == 200)
            }
            #expect(try await receiver.get("/items/calls").data == [])
        }
    }

    @Test func templatesTakeWhatTheyName() {
        let data: JSONValue = ["$trigger": ["keys": [1, 2], "event": "e"], "$last": ["a": ["b": "text"]]]
        let expectations = [
            ("{{$trigger.keys}}", "[1,2]"), ("{{ $trigger.event }}!", "e!"), ("{{$last.a.b}}", "text"),
            ("{{$trigger.keys[1]}}", "2"), ("a {{nothing}} b", "a  b"), ("{{open", "{{open"), ("", ""),
            ("{{$last}}", "{\"a\":{\"b\":\"text\"}}"),
        ]
        for (template, expected) in expectations { #expect(FlowTemplate.resolve(template, data) == expected) }
    }
}
