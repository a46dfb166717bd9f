/// Walking through keys and their elements page by page.
extension RedisConnection {
    /// One page of a `SCAN` and its kin.
    ///
    /// - Returns: the cursor of the next page, `0` after the last.
    func page(_ words: [String]) async throws -> (next: String, elements: [String]) {
        let reply = try await execute(RedisCommand(words))
        guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let elements = parts[1].array
        else {
            throw BullMQError.unexpected(reply, from: words[0])
        }
        return (next, elements.compactMap(\.string))
    }
}

extension String {
    /// The text as a pattern that matches only itself.
    var escapedGlob: String {
        reduce(into: "") { result, character in
            if "*?[]\\^-".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
