// Owns the pictures of whole databases: a digest, cheap enough to take after every sequence, and the content, to say what
// differs. Both are taken in one moment, by a script.

import Witness

/// Takes pictures of databases.
enum DumpScript {
    /// The script. ARGV 1: `content` for everything, `digest` for a sum over everything and the times to live.
    ///
    /// Sets and hashes are sorted, and ids of stream entries, which are times, are left out.
    static let text = """
        local isDigest = ARGV[1] == 'digest'
        local names = redis.call('KEYS', '*')
        table.sort(names)
        local parts, result = {}, {}
        local function add(text)
          parts[#parts + 1] = #text
          parts[#parts + 1] = text
        end
        for index, name in ipairs(names) do
          local kind = redis.call('TYPE', name).ok
          local content = {}
          if kind == 'string' then
            content = {redis.call('GET', name)}
          elseif kind == 'list' then
            content = redis.call('LRANGE', name, '0', '-1')
          elseif kind == 'set' then
            content = redis.call('SMEMBERS', name)
            table.sort(content)
          elseif kind == 'zset' then
            content = redis.call('ZRANGE', name, '0', '-1', 'WITHSCORES')
          elseif kind == 'hash' then
            local flat, values, fields = redis.call('HGETALL', name), {}, {}
            for position = 1, #flat, 2 do
              fields[#fields + 1] = flat[position]
              values[flat[position]] = flat[position + 1]
            end
            table.sort(fields)
            for position, field in ipairs(fields) do
              content[2 * position - 1] = field
              content[2 * position] = values[field]
            end
          else
            for position, entry in ipairs(redis.call('XRANGE', name, '-', '+')) do
              content[position] = entry[2]
            end
          end
          local timeToLive = redis.call('PTTL', name)
          if isDigest then
            add(name)
            add(kind)
            for _, item in ipairs(content) do
              if type(item) == 'table' then
                for _, text in ipairs(item) do
                  add(text)
                end
                add('')
              else
                add(item)
              end
            end
            if timeToLive >= 0 then
              result[#result + 1] = name
              result[#result + 1] = timeToLive
            end
          else
            result[index] = {name, kind, content, timeToLive}
          end
        end
        if isDigest then
          return {redis.sha1hex(table.concat(parts, ' ')), result}
        end
        return result
        """

    /// The content as a key space.
    ///
    /// - Throws: ``WitnessError`` when the reply is not the script's.
    static func keySpace(_ reply: WitnessReply) throws -> KeySpace {
        var keys: [Bytes: KeySpace.Key] = [:]
        for entry in try reply.elements {
            let parts = try entry.elements
            guard let name = try parts[0].bytes, let kind = try parts[1].text else { continue }
            let content: KeySpace.Content =
                switch kind {
                case "string": .string(try parts[2].strings.first ?? "")
                case "list": .list(try parts[2].strings)
                case "set": .set(Set(try parts[2].strings))
                case "hash": .hash(Dictionary(pairs(try parts[2].strings)) { _, last in last })
                case "zset":
                    .sortedSet(
                        Dictionary(pairs(try parts[2].strings).map { ($0.0, Double($0.1.text) ?? .nan) }) { _, last in
                            last
                        })
                case "stream":
                    .stream(try parts[2].elements.map { KeySpace.StreamEntry(id: "", fields: try $0.strings) })
                default: throw WitnessError(.unexpectedReply, "the key \(name) has the unknown type \(kind)")
                }
            let timeToLive = try parts[3].number
            keys[name] = KeySpace.Key(content: content, timeToLive: timeToLive < 0 ? nil : timeToLive)
        }
        return KeySpace(keys: keys)
    }

    private static func pairs(_ flat: [Bytes]) -> [(Bytes, Bytes)] {
        stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
    }
}
