// Owns: the description of the API that `GET /openapi.json` answers with. A test compares it with the routes.

import BullMQ

/// The OpenAPI 3.1 document.
enum OpenAPI {
    static func document(basePath: String) -> JSONValue {
        var paths = JSONObject()
        for (path, item) in queuePaths { paths[basePath + path] = item }
        for (path, item) in serverPaths { paths[path] = item }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Queue API", "version": "1.0.0",
                "description": "Puts jobs into BullMQ queues and tells how they fare.",
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(JSONObject(schemas)),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "description": "A Directus access, session or static token",
                    ]
                ],
            ],
        ]
    }

    private static let queuePaths: [(String, JSONValue)] = [
        (
            "/stats",
            [
                "get": operation(
                    "stats", "Depth of the queues and use of the taxonomy cache",
                    parameters: [
                        [
                            "name": "queue", "in": "query", "schema": ["type": "string"],
                            "description": "One queue only",
                        ]
                    ],
                    answers: [
                        ("200", "Stats", "The numbers"), ("400", "ClientError", "Unknown queue"),
                        ("401", "ClientError", "A token is required by configuration"),
                        ("500", "ServerError", "Redis does not answer"),
                    ])
            ]
        ),
        (
            "/media",
            [
                "post": operation(
                    "enqueue", "Put an existing job record into its queue", isSecured: true, body: "EnqueueRequest",
                    answers: [
                        ("200", "Enqueued", "The job is in the queue"),
                        ("400", "ClientError", "The body cannot be used"),
                        ("401", "ClientError", "The token is missing, invalid or expired"),
                        ("403", "TierError", "The caller's tier does not allow it"),
                        ("404", "ClientError", "There is no such record of the caller"),
                        ("409", "ClientError", "The record is queued already, or of another operation"),
                        ("413", "ClientError", "The body is larger than 1 MB"),
                        ("415", "ClientError", "The body is not application/json"),
                        ("429", "ClientError", "Too many requests of this user"),
                        ("500", "ServerError", "The job could not be added"),
                        ("503", "ServerError", "Directus is needed and unavailable, or the queue is full"),
                    ])
            ]
        ),
        (
            "/retry/{jobId}",
            [
                "post": operation(
                    "retry", "Put a failed job back into its queue, with priority 5", isSecured: true,
                    parameters: [jobID],
                    answers: [
                        ("200", "Retried", "The job is in the queue"),
                        ("401", "ClientError", "The token is missing, invalid or expired"),
                        ("403", "ClientError", "The record is another's, or the tier does not allow it"),
                        ("404", "ClientError", "There is no such record"),
                        ("409", "ClientError", "The job has not failed"),
                        ("500", "ServerError", "The job could not be added"),
                        ("503", "ServerError", "Directus is unavailable"),
                    ])
            ]
        ),
        (
            "/jobs/{jobId}",
            [
                "get": operation(
                    "job", "What the queue knows of a job", isSecured: true, parameters: [jobID],
                    answers: [("200", "Job", "The job")] + jobErrors),
                "delete": operation(
                    "cancel", "Cancel a job", isSecured: true, parameters: [jobID],
                    answers: [
                        ("200", "Cancelled", "The job was removed, or its worker told to stop"),
                        ("409", "ClientError", "The job is finished, or its worker cannot be told to stop"),
                    ] + jobErrors),
            ]
        ),
        (
            "/taxonomy/invalidate",
            [
                "post": operation(
                    "invalidateTaxonomy", "Drop the taxonomy cache (from this machine, or with X-Queue-Secret)",
                    answers: [
                        ("200", "Message", "The cache was dropped"), ("403", "ClientError", "The caller is refused"),
                        ("500", "ServerError", "The cache could not be dropped"),
                    ])
            ]
        ),
    ]

    private static let serverPaths: [(String, JSONValue)] = [
        ("/health/live", ["get": operation("live", "The process is alive", answers: [("200", "Health", "It is")])]),
        (
            "/health/ready",
            [
                "get": operation(
                    "ready", "The server can do its work",
                    answers: [("200", "Health", "It can, perhaps degraded"), ("503", "Health", "Redis is down")])
            ]
        ),
        (
            "/metrics",
            [
                "get": [
                    "operationId": "metrics", "summary": "Numbers for Prometheus",
                    "responses": [
                        "200": [
                            "description": "The numbers",
                            "content": ["text/plain": ["schema": ["type": "string"]]],
                        ]
                    ],
                ]
            ]
        ),
        ("/openapi.json", ["get": operation("openapi", "This document", answers: [("200", "Document", "It")])]),
    ]

    private static let jobID: JSONValue = [
        "name": "jobId", "in": "path", "required": true, "schema": ["type": "string", "format": "uuid"],
        "description": "The id of the job record",
    ]

    private static let jobErrors = [
        ("401", "ClientError", "The token is missing, invalid or expired"),
        ("403", "ClientError", "The job is another's"), ("404", "ClientError", "There is no such job"),
        ("500", "ServerError", "Redis does not answer"), ("503", "ServerError", "Directus is unavailable"),
    ]

    private static func operation(
        _ id: String, _ summary: String, isSecured: Bool = false, parameters: [JSONValue] = [], body: String? = nil,
        answers: [(status: String, schema: String, description: String)]
    ) -> JSONValue {
        var object: JSONObject = ["operationId": .string(id), "summary": .string(summary)]
        if isSecured { object["security"] = [["bearer": []]] }
        if !parameters.isEmpty { object["parameters"] = .array(parameters) }
        if let body {
            object["requestBody"] = ["required": true, "content": ["application/json": ["schema": reference(body)]]]
        }
        let responses = answers.sorted { $0.status < $1.status }.map { answer -> (String, JSONValue) in
            let content: JSONValue = ["application/json": ["schema": reference(answer.schema)]]
            return (answer.status, ["description": .string(answer.description), "content": content])
        }
        object["responses"] = .object(JSONObject(responses))
        return .object(object)
    }

    private static func reference(_ schema: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(schema)")]
    }
}
