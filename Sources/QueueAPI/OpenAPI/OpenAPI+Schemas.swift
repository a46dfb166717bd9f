// Owns: the forms of bodies and answers in the OpenAPI document.

import BullMQ

extension OpenAPI {
    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let optionalUUID: JSONValue = ["type": ["string", "null"], "format": "uuid"]
    private static let optionalText: JSONValue = ["type": ["string", "null"]]
    private static let isTrue: JSONValue = ["const": true]

    private static func object(_ required: [String], _ properties: KeyValuePairs<String, JSONValue>) -> JSONValue {
        [
            "type": "object", "required": .array(required.map(JSONValue.string)),
            "properties": .object(JSONObject(properties.map { ($0.key, $0.value) })),
        ]
    }

    private static let countNames = ["waiting", "active", "completed", "failed", "delayed"]

    private static func counts(_ others: KeyValuePairs<String, JSONValue>) -> JSONValue {
        var properties = JSONObject(countNames.map { ($0, integer) })
        for (name, schema) in others { properties[name] = schema }
        return [
            "type": "object", "required": .array((countNames + others.map(\.key)).map(JSONValue.string)),
            "properties": .object(properties),
        ]
    }

    static let schemas: [(String, JSONValue)] = [
        (
            "Stats",
            object(
                ["ok", "stats", "taxonomy_cache"],
                [
                    "ok": isTrue,
                    "stats": counts([
                        "queues": ["type": "object", "additionalProperties": counts(["paused": ["type": "boolean"]])]
                    ]),
                    "taxonomy_cache": object(
                        ["size", "hits", "misses"], ["size": integer, "hits": integer, "misses": integer]),
                ])
        ),
        (
            "EnqueueRequest",
            object(
                ["jobId", "operation"],
                [
                    "jobId": uuid,
                    "operation": [
                        "type": "string", "enum": .array(OperationCatalogue.standard.names.map { .string($0) }),
                    ],
                    "input_file_id": optionalUUID,
                    "input_url": [
                        "type": ["string", "null"], "format": "uri",
                        "maxLength": .integer(Int64(EnqueueRequest.maximumURLBytes)),
                    ],
                    "params": ["type": ["object", "null"]],
                    "creator_profile_id": optionalUUID,
                    "priority": [
                        "type": ["integer", "null"], "minimum": 1, "maximum": 100,
                        "default": .integer(Int64(EnqueueRequest.defaultPriority)),
                    ],
                ])
        ),
        (
            "Enqueued",
            object(
                ["ok", "bullJobId", "jobId"], ["ok": isTrue, "bullJobId": text, "jobId": uuid, "queue": text])
        ),
        (
            "Retried",
            object(
                ["ok", "bullJobId", "jobId", "priority"],
                ["ok": isTrue, "bullJobId": text, "jobId": uuid, "priority": ["const": 5]])
        ),
        (
            "Job",
            object(
                ["ok", "jobId", "bullJobId", "queue", "state", "progress", "attemptsMade", "failedReason"],
                [
                    "ok": isTrue, "jobId": text, "bullJobId": text, "queue": text,
                    "state": ["type": "string", "enum": .array(JobState.allCases.map { .string($0.rawValue) })],
                    "progress": [:], "attemptsMade": integer, "failedReason": optionalText,
                ])
        ),
        ("Cancelled", object(["ok", "jobId", "bullJobId"], ["ok": isTrue, "jobId": text, "bullJobId": text])),
        ("Message", object(["ok", "message"], ["ok": isTrue, "message": text])),
        (
            "Health",
            object(
                ["status"],
                [
                    "status": ["type": "string", "enum": ["ok", "degraded", "error"]],
                    "checks": object(
                        ["redis", "directus", "taxonomy"], ["redis": text, "directus": text, "taxonomy": text]),
                ])
        ),
        ("ClientError", object(["error"], ["error": text, "field": text, "status": text])),
        (
            "TierError",
            object(
                ["error", "reason", "message"],
                ["error": ["const": "tier_limit_reached"], "reason": text, "code": text, "message": text])
        ),
        ("ServerError", object(["ok", "error"], ["ok": ["const": false], "error": text])),
        ("Document", ["type": "object"]),
    ]
}
