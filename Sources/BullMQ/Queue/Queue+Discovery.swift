extension Queue {
    /// The names of the queues that exist under a prefix, sorted. A queue exists once something was done with it.
    ///
    /// The key space is walked in steps (`SCAN`, never `KEYS`), so other clients hardly notice; with millions of keys it takes seconds.
    ///
    /// - Parameters:
    ///   - redis: where to look; on a cluster each master is asked.
    ///   - prefix: first part of every key; `bull` by default.
    public static func names(on redis: Redis, prefix: String = "bull") async throws -> [String] {
        var names: Set<String> = []
        try await redis.withEachMaster { connection in
            var cursor = "0"
            repeat {
                let page = try await connection.page([
                    "SCAN", cursor, "MATCH", "\(prefix.escapedGlob):*:meta", "COUNT", "1000", "TYPE", "hash",
                ])
                for key in page.elements {
                    let name = key.dropFirst(prefix.count + 1).dropLast(":meta".count)
                    // What has another colon is a key within some queue.
                    if !name.isEmpty, !name.contains(":") { names.insert(String(name)) }
                }
                cursor = page.next
            } while cursor != "0"
        }
        return names.sorted()
    }
}
