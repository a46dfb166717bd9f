// Owns: `GET /stats` (queue API, section 4).

import BullMQ
import Hummingbird

/// Size and use of the taxonomy cache; all zero if there is none.
struct TaxonomyCounts: Sendable, Hashable {
    var size = 0
    var hits = 0
    var misses = 0
}

/// Answers with the numbers of the queues and of the taxonomy cache.
struct StatsRoute: Sendable {
    let readings: QueueReadings
    let queueNames: [String]
    let taxonomy: @Sendable () async -> TaxonomyCounts

    func respond(_ request: Request) async throws -> Response {
        let only = request.uri.queryParameters.get("queue")
        if let only, !queueNames.contains(only) {
            throw APIError.client(.badRequest, "Unknown queue: \(only.prefix(100))")
        }
        let all: QueueReadings.Readings
        do {
            all = try await readings.current()
        } catch {
            throw APIError.server(.internalServerError, "Failed to connect to Redis")
        }
        let chosen = all.filter { only == nil || $0.name == only }
        return .json(Self.body(chosen, await taxonomy()), headers: [.cacheControl: "no-store"])
    }

    static func body(_ readings: QueueReadings.Readings, _ taxonomy: TaxonomyCounts) -> String {
        let total = readings.reduce(QueueReading()) { $0 + $1.reading }
        let queues = readings.map { name, reading in
            "\(JSONValue.string(name).serialized()):{\(members(reading)),\"paused\":\(reading.isPaused)}"
        }
        return """
            {"ok":true,"stats":{\(members(total)),"queues":{\(queues.joined(separator: ","))}},\
            "taxonomy_cache":{"size":\(taxonomy.size),"hits":\(taxonomy.hits),"misses":\(taxonomy.misses)}}
            """
    }

    private static func members(_ reading: QueueReading) -> String {
        """
        "waiting":\(reading.waiting),"active":\(reading.active),"completed":\(reading.completed),\
        "failed":\(reading.failed),"delayed":\(reading.delayed)
        """
    }
}
